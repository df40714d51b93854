"""Base of the client transactions, and the non-INVITE client transaction (RFC 3261 17.1.2)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from math import inf

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, parse
from unificx.sip.timers import T1, T2, T4, TIMEOUT_64_T1
from unificx.sip.transactions.context import TransactionContext
from unificx.sip.transactions.events import Cause, ClientKey, RequestFailed, ResponseReceived
from unificx.sip.transactions.transaction import State, Transaction


class ClientTransaction(Transaction):
    """`match_key` (branch and method) and `sent_by` find the transaction; `released` is called when it has ended."""

    __slots__ = ("_released", "key", "match_key", "sent_by")

    def __init__(
        self,
        context: TransactionContext,
        match_key: tuple[str, str],
        sent_by: str,
        flow: Flow,
        released: Callable[[ClientTransaction], None],
    ) -> None:
        super().__init__(context, flow)
        self.key = ClientKey(next(context.key_counter))
        self.match_key = match_key
        self.sent_by = sent_by.lower()
        self._released = released

    @abstractmethod
    def start(self, request: Request, now: float) -> None:
        """Send the request."""

    @abstractmethod
    def receive(self, response: Response, flow: Flow, now: float) -> None:
        """Process a response."""

    @abstractmethod
    def transport_failed(self) -> None:
        """Process the loss of the connection, or that sending failed."""

    @property
    def fails_unsent(self) -> bool:
        """Whether it fails at once if its datagram cannot be sent: its request is outside a dialog, and has no response
        yet."""
        waits = self.state is State.CALLING or self.state is State.TRYING
        return waits and self.match_key[1] != "CANCEL" and not parse(self._data).to_tag

    def _start(self, request: Request, state: State, now: float) -> None:
        data = request.encode()
        self._send(data)
        self.state = state
        self._data = data
        self._interval = T1
        self._resend_at = inf if self.flow.reliable else now + T1  # timers A and E
        self._ends_at = now + TIMEOUT_64_T1  # timers B and F
        self._arm()

    def _fail(self, cause: Cause) -> None:
        self._context.events.append(RequestFailed(self.key, cause))
        self._terminate()

    def _terminate(self) -> None:
        super()._terminate()
        self._released(self)


class NonInviteClientTransaction(ClientTransaction):
    """States: Trying, Proceeding, Completed (timer K). A CANCEL has no events for the TU."""

    __slots__ = ()

    def start(self, request: Request, now: float) -> None:
        self._start(request, State.TRYING, now)

    def receive(self, response: Response, flow: Flow, now: float) -> None:
        if self.state is State.COMPLETED:
            return
        if not self._is_cancel:
            self._context.events.append(ResponseReceived(self.key, response, flow))
        if response.status < 200:
            self.state = State.PROCEEDING
            self._interval = T2
        elif self.flow.reliable:
            self._terminate()
        else:
            self._enter(State.COMPLETED, now + T4)  # timer K

    def transport_failed(self) -> None:
        self._end("transport")

    @property
    def _is_cancel(self) -> bool:
        return self.match_key[1] == "CANCEL"

    def _resend(self, now: float) -> None:
        self._send(self._data)
        self._interval = min(2 * self._interval, T2)
        self._resend_at = now + self._interval

    def _expire(self, now: float) -> None:
        self._end("timeout")

    def _end(self, cause: Cause) -> None:
        if self.state is State.COMPLETED or self._is_cancel:
            self._terminate()
        else:
            self._fail(cause)
