"""Where a dialled number leads."""

from dataclasses import dataclass

from unificx.people import Extension
from unificx.presence import Binding


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring all devices of one extension; no bindings means that none is reachable now."""

    extension: Extension
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class NoSuchNumber:
    """Nobody in this tenant has this number."""


Destination = Ring | NoSuchNumber
