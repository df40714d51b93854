"""What goes in and out of the room."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.people import Extension
from unificx.presence import Caller


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
    longest_in_app: float = 7200.0
    """How long a call may stay with an app that was dialled."""


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


@dataclass(frozen=True, slots=True)
class Hosting:
    """A call as the app that is to take it gets it. `leg` is the app's own end of it, by a name nobody else has."""

    call_id: str
    leg: str
    app: str
    arguments: tuple[str, ...]
    caller: Caller
    callee: Extension | None
    """Whose phones rang before, or whom the app stands in for."""
    started: datetime
    why: str
    """What became of the call before: missed, busy, declined, unreachable, failed; "" if the app was dialled."""
    dialled: str = field(repr=False)
