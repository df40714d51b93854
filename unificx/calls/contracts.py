"""What goes in and out of the room."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class CallSettings:
    """Seconds. `silence`: no sound from either side; `one_way`: none from a side that should speak."""

    silence: float = 30.0
    one_way: float = 60.0
    watch_every: float = 5.0
    most_calls: int = 20_000
    """Calls at once; more are told to come back later."""
    most_of_one_tenant: int = 500
    """And so many of one organisation, so that none takes all of them."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that is going on."""

    id: str
    tenant_id: str
    state: Literal["ringing", "talking", "ending"]
    started: datetime
    answered: datetime | None
    caller: str = field(repr=False)
    """The caller's number."""
    callee: str = field(repr=False)
    """The number that was dialled."""
