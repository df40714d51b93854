"""Retransmission of responses until acknowledged: a 2xx to INVITE until the ACK (RFC 3261 section 13.3.1.4), a
reliable provisional until the PRACK (RFC 3262 section 3). Over every transport, because a proxy may drop them."""

from dataclasses import replace

from unificx.core.value import value
from unificx.sip.timers import T1, T2

GIVE_UP_AFTER = 64 * T1


@value
class RetransmissionSchedule:
    """Next at `resend_at`, until `give_up_at`. Not `capped`: the interval of reliable provisionals may exceed T2."""

    resend_at: float
    interval: float
    give_up_at: float
    capped: bool

    @classmethod
    def start(cls, now: float, *, capped: bool) -> "RetransmissionSchedule":
        """Start at T1; `capped` limits the interval to T2, as for a 2xx."""
        return cls(now + T1, T1, now + GIVE_UP_AFTER, capped)

    def after_resend(self, now: float) -> "RetransmissionSchedule":
        """Return the schedule after one more retransmission."""
        interval = min(2 * self.interval, T2) if self.capped else 2 * self.interval
        return replace(self, resend_at=now + interval, interval=interval)

    def expired(self, now: float) -> bool:
        """Whether to give up."""
        return now >= self.give_up_at

    @property
    def deadline(self) -> float:
        """When to act next."""
        return min(self.resend_at, self.give_up_at)
