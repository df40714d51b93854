"""Result of a check."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """Result of a check, and what to do if it is not ok."""

    name: str
    state: State
    detail: str
    do: str = ""
