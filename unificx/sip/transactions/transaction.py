"""Base of the transactions: state, retransmission and timers."""

from abc import ABC, abstractmethod
from enum import Enum
from math import inf

from unificx.sip.flow import Flow
from unificx.sip.transactions.context import TransactionContext


class State(Enum):
    """The states of RFC 3261 17 and RFC 6026."""

    CALLING = "calling"
    TRYING = "trying"
    PROCEEDING = "proceeding"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


class Transaction(ABC):
    """A transaction is in the timer wheel at most once, at or before its deadline. Times are monotonic seconds."""

    __slots__ = ("_armed_at", "_context", "_data", "_ends_at", "_interval", "_resend_at", "flow", "state")

    def __init__(self, context: TransactionContext, flow: Flow) -> None:
        self._context = context
        self.flow = flow
        self.state = State.TRYING
        self._data = b""
        """The message to retransmit."""
        self._interval = 0.0
        """The last retransmission interval."""
        self._resend_at = inf
        self._ends_at = inf
        self._armed_at = inf
        """The time of its entry in the timer wheel."""

    @property
    def deadline(self) -> float:
        """When the next timer is due; infinite once terminated."""
        return min(self._resend_at, self._ends_at)

    def timer(self, now: float) -> None:
        """Process a due entry of the timer wheel."""
        if now < self._armed_at:
            return
        self._armed_at = inf
        if now >= self._ends_at:
            self._expire(now)
        elif now >= self._resend_at:
            self._resend(now)
        if self.state is not State.TERMINATED:
            self._arm()

    @abstractmethod
    def _expire(self, now: float) -> None:
        """Leave a state in which the transaction has been for too long."""

    @abstractmethod
    def _resend(self, now: float) -> None:
        """Retransmit and set the next retransmission."""

    def _send(self, data: bytes) -> None:
        self._context.outbox.append((data, self.flow))

    def _enter(self, state: State, ends_at: float, data: bytes = b"") -> None:
        """Enter a state without retransmission by timer; `data` is resent on request of the peer."""
        self.state = state
        self._data = data
        self._resend_at = inf
        self._ends_at = ends_at
        self._arm()

    def _arm(self) -> None:
        """Ensure that the timer wheel has an entry at or before the deadline."""
        at = self._ends_at if self._ends_at < self._resend_at else self._resend_at
        armed_at = self._armed_at
        if at < armed_at:
            timers = self._context.timers
            if armed_at < inf:
                timers.remove(armed_at, self)
            timers.add(at, self)
            self._armed_at = at

    def _terminate(self) -> None:
        """End: no message is kept, no timer fires any more."""
        self.state = State.TERMINATED
        self._data = b""
        self._resend_at = self._ends_at = inf
        if self._armed_at < inf:
            self._context.timers.remove(self._armed_at, self)
            self._armed_at = inf
