"""What phones are told of a recording (RFC 7866): each that has said that it shows such a thing, once it is new."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from unificx import sdp
from unificx.calls.rules.states import State, Talking
from unificx.calls.rules.words import CALLER


class Knows(Protocol):
    """A leg, as it says whether its phone knows of recordings."""

    @property
    def record_aware(self) -> bool: ...
    @property
    def received(self) -> bytes: ...


class Told(Protocol):
    """A description a leg was sent."""

    @property
    def sdp(self) -> bytes: ...


@dataclass(slots=True)
class Indicating:
    """Of one call. `now` is how it stands; every description that goes out says so to those who understand it."""

    now: sdp.Indication = ""
    _tried: dict[str, sdp.Indication] = field(default_factory=dict[str, sdp.Indication])
    """What a leg was offered anew for last: once each, whatever came of it."""

    def stands(self, indication: sdp.Indication) -> None:
        """What there is to be told from now on. That nothing is recorded is no news before anything was."""
        if indication != "off" or self.now:
            self.now = indication

    def worded(self, leg: Knows | None, description: bytes) -> bytes:
        """A description as this leg is sent it."""
        return sdp.indicated(description, self.now if _knows(leg) else "")

    def untold(self, state: State, legs: Mapping[str, Knows], said: Mapping[str, Told]) -> str | None:
        """Of two who talk, with nothing under way between them, one who has to be offered again what he has, so that
        he is told."""
        if not self.now or not isinstance(state, Talking) or state.exchange is not None:
            return None
        for name in (CALLER, state.callee):
            known = sdp.indication(said[name].sdp) if name in said else ""
            if _knows(legs.get(name)) and self.now not in (known, self._tried.get(name)):
                self._tried[name] = self.now
                return name
        return None


def _knows(leg: Knows | None) -> bool:
    return leg is not None and (leg.record_aware or bool(sdp.wish(leg.received)))
