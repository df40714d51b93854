"""Where a dialled number leads."""

from dataclasses import dataclass

from unificx.people import Extension
from unificx.presence import Binding


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring all devices of one extension; no bindings means that none is reachable now.

    `wakeable` are its devices that can be told of a call by push, those with bindings too: they may sleep all the same.
    """

    extension: Extension
    bindings: tuple[Binding, ...]
    wakeable: tuple[str, ...] = ()
    only: str = ""
    """The one device that is meant, if it is not all."""
    instead: "Hosted | None" = None
    """Who takes the call if nobody does who is rung."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """The call ends in the system itself: an app takes it."""

    app: str
    arguments: tuple[str, ...] = ()
    longest: float | None = None
    """Seconds the call may last; None: as long as calls with apps usually may."""


@dataclass(frozen=True, slots=True)
class NoSuchNumber:
    """Nobody in this tenant has this number."""


Destination = Ring | Hosted | NoSuchNumber
