"""What a check finds."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, and what to do if it is not well."""

    name: str
    state: State
    detail: str
    do: str = ""
