"""What is said again until the peer acknowledges it: a 2xx to INVITE until the ACK (RFC 3261 section 13.3.1.4), a
reliable provisional until the PRACK (RFC 3262 section 3). Over every transport: a proxy between may drop it."""

from dataclasses import dataclass, replace

from unificx.sip.timers import T1, T2

GIVE_UP = 64 * T1


@dataclass(frozen=True, slots=True)
class Repeat:
    """Due again at `at`; after `until` nobody listens. `grows_for_ever`: reliable provisionals double without T2."""

    at: float
    interval: float
    until: float
    capped: bool

    @classmethod
    def start(cls, now: float, *, capped: bool) -> "Repeat":
        """Begin at T1; `capped` holds the interval at T2, as for a 2xx."""
        return cls(now + T1, T1, now + GIVE_UP, capped)

    def again(self, now: float) -> "Repeat":
        """The state after one more repetition."""
        interval = min(2 * self.interval, T2) if self.capped else 2 * self.interval
        return replace(self, at=now + interval, interval=interval)

    def expired(self, now: float) -> bool:
        """Whether the peer has had its time."""
        return now >= self.until

    @property
    def deadline(self) -> float:
        """When to look again."""
        return min(self.at, self.until)
