"""Retransmission of responses until acknowledged: a 2xx to INVITE until the ACK (RFC 3261 section 13.3.1.4), a
reliable provisional until the PRACK (RFC 3262 section 3). Over every transport, because a proxy may drop them."""

from dataclasses import dataclass, replace

from unificx.sip.timers import T1, T2

GIVE_UP = 64 * T1


@dataclass(frozen=True, slots=True)
class Repeat:
    """Next at `resend_at`, until `give_up_at`. Not `capped`: the interval of reliable provisionals may exceed T2."""

    at: float
    interval: float
    until: float
    capped: bool

    @classmethod
    def start(cls, now: float, *, capped: bool) -> "Repeat":
        """Start at T1; `capped` limits the interval to T2, as for a 2xx."""
        return cls(now + T1, T1, now + GIVE_UP, capped)

    def again(self, now: float) -> "Repeat":
        """Return the schedule after one more retransmission."""
        interval = min(2 * self.interval, T2) if self.capped else 2 * self.interval
        return replace(self, at=now + interval, interval=interval)

    def expired(self, now: float) -> bool:
        """Whether to give up."""
        return now >= self.until

    @property
    def deadline(self) -> float:
        """When to act next."""
        return min(self.at, self.until)
