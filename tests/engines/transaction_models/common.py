"""Events, actions and states shared by the transaction machines."""

from dataclasses import dataclass

from unificx.sip.transactions.events import Cause


# Events.
@dataclass(frozen=True, slots=True)
class RequestRetransmitted:
    """The same request was received again."""


@dataclass(frozen=True, slots=True)
class TuResponded:
    """The TU has sent a response."""

    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ProvisionalReceived:
    status: int


@dataclass(frozen=True, slots=True)
class TransportFailed:
    """The flow was closed, or sending failed."""


@dataclass(frozen=True, slots=True)
class TimerFired: ...


# Actions.
@dataclass(frozen=True, slots=True)
class Send:
    data: bytes


@dataclass(frozen=True, slots=True)
class Deliver:
    """Pass the received message to the TU."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Report to the TU that no response will come."""

    cause: Cause


# Final state of all machines.
@dataclass(frozen=True, slots=True)
class Terminated: ...


TIMER_FIRED = TimerFired()
TERMINATED = Terminated()
DELIVER = Deliver()
