"""Parties of a call record, collected while the call lives: a party stays recorded after its leg has ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unificx.calls.events import CallParty, MediaQuality, OutsideLeg
from unificx.core.replacing import changed
from unificx.core.value import EMPTY
from unificx.rtpengine.ng import PartyReport


@dataclass(slots=True)
class RecordParties:
    """Parties and media statistics of a call record, by leg id. The mappings are replaced, never changed."""

    by_leg: Mapping[str, CallParty] = EMPTY
    """Parties so far, the caller first, then in order of joining."""
    media_stats: Mapping[str, PartyReport] = EMPTY
    """Latest media statistics."""
    outside: Mapping[str, OutsideLeg] = EMPTY
    """Ended legs to numbers outside that were answered."""

    def __contains__(self, party: CallParty) -> bool:
        return any(_same_party(one, party) for one in self.by_leg.values())

    def put(self, leg_id: str, party: CallParty, other: str) -> str:
        """Add or replace a party and return its key; `leg_id` is "" without a leg. An entry from before the party had
        a device is replaced, but never that of the `other` party, even if it is the same user."""
        existing = next((key for key, one in self.by_leg.items() if key != other and _same_party(one, party)), "")
        if existing and not party.device_id and not (leg_id and party.extension_id is None):
            return existing
        key = leg_id or existing or f"{len(self.by_leg)}"
        self.by_leg = {key if each == existing else each: one for each, one in self.by_leg.items()} | {key: party}
        return key

    def add_media_stats(self, stats: PartyReport) -> None:
        """Store the latest media statistics of a leg."""
        self.media_stats = {**self.media_stats, stats.tag: stats}

    def add_outside(self, leg_id: str, leg: OutsideLeg) -> None:
        """Add an ended leg to a number outside, unless it is known."""
        if leg_id not in self.outside:
            self.outside = {**self.outside, leg_id: leg}

    def merge(self, other: "RecordParties") -> None:
        """Add the parties and statistics of another call."""
        self.by_leg = {**self.by_leg, **{key: one for key, one in other.by_leg.items() if one not in self}}
        self.media_stats = {**self.media_stats, **other.media_stats}
        self.outside = {**other.outside, **self.outside}

    def copy(self) -> "RecordParties":
        """Return the same parties without statistics, for a call that shares the record."""
        return RecordParties(self.by_leg)

    def complete(self, withholds_identity: Callable[[str | None], bool]) -> list[CallParty]:
        """Return the parties with their roles, media quality and privacy."""
        return [
            changed(
                one,
                role="callee" if at else "caller",
                quality=_media_quality(self.media_stats.get(key)),
                withheld=withholds_identity(one.extension_id) or _is_anonymous(one),
            )
            for at, (key, one) in enumerate(self.by_leg.items())
        ]


def _is_anonymous(one: CallParty) -> bool:
    """Whether it is a party outside whose number did not arrive. A guest of a meeting has a name instead."""
    return one.extension_id is None and one.subject is not None and not (one.number or one.name)


def _same_party(one: CallParty, other: CallParty) -> bool:
    """Whether both are the same party; an entry without a device matches any device of the extension."""
    if one.extension_id is None or one.extension_id != other.extension_id:
        return one.extension_id == other.extension_id and one.number == other.number
    return one.device_id == other.device_id or not (one.device_id and other.device_id)


def _media_quality(stats: PartyReport | None) -> MediaQuality:
    if stats is None:
        return MediaQuality()
    lost = stats.lost
    sent = stats.packets + (lost or 0)
    return MediaQuality(
        loss=round(100 * lost / sent, 2) if lost is not None and sent else None,
        jitter_ms=stats.jitter_ms,
        mos=stats.mos,
        packets=stats.packets,
    )
