"""INVITE server transaction (RFC 3261 17.2.1 with the Accepted state of RFC 6026).

Not in the RFCs: an INVITE without any response of the TU for too long is abandoned, so that a bug there cannot leak it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond
from unificx.sip.timers import T1, T2, T4, TIMEOUT_64_T1, TRYING_DELAY
from unificx.sip.transactions.context import TransactionContext
from unificx.sip.transactions.events import AckReceived, AckTimeout, CancelReceived
from unificx.sip.transactions.server import MatchKey, MergeKey, ServerTransaction, is_rfc2543
from unificx.sip.transactions.transaction import State

TU_TIMEOUT = 300.0
"""Seconds an INVITE waits for the next response of the TU. RFC 3261 13.3.1.1 wants a provisional every minute."""


class InviteServerTransaction(ServerTransaction):
    """States: Proceeding, Accepted (timer L), Completed (timers G and H), Confirmed (timer I)."""

    __slots__ = ("_cancelled", "_last_response", "_request")

    def __init__(
        self,
        context: TransactionContext,
        request: Request,
        size: int,
        flow: Flow,
        *,
        keys: tuple[MatchKey, MergeKey | None],
        released: Callable[[ServerTransaction], None],
    ) -> None:
        super().__init__(context, request, size, flow, keys=keys, released=released)
        self._request: Request | None = request
        """Kept while it may have to be answered here."""
        self._last_response: Response | None = None
        """Kept while its To tag is needed."""
        self._cancelled = False

    @property
    def last_to_tag(self) -> str:
        """The To tag of the last response of the TU, "" if there was none."""
        return self._last_response.to_tag if self._last_response else ""

    def start(self, now: float) -> None:
        """Wait for a response; without one, send 100 after a moment."""
        self.state = State.PROCEEDING
        self._resend_at = now + TRYING_DELAY
        self._ends_at = now + TU_TIMEOUT
        self._arm()

    def retransmitted(self, now: float) -> None:
        if self.state is State.PROCEEDING and not self._data:
            self._send_trying(now)
        elif self.state is State.PROCEEDING or self.state is State.COMPLETED:
            self._send(self._data)

    def respond(self, response: Response, now: float) -> None:
        status = response.status
        self._last_response = response if status < 200 or is_rfc2543(self.match_key) else None
        if status >= 200:
            self._request = None
        data = response.encode()
        if self.state is State.PROCEEDING:
            self._send(data)
            if status < 200:
                self._enter(State.PROCEEDING, now + TU_TIMEOUT, data)
            elif status < 300:
                self._enter(State.ACCEPTED, now + TIMEOUT_64_T1)  # timer L; the TU retransmits the 2xx
            else:
                self._reject(data, now)
        elif self.state is State.ACCEPTED and 200 <= status < 300:
            self._send(data)

    def acknowledge(self, ack: AckReceived, now: float) -> None:
        """Process an ACK with the branch of the INVITE: one for an error response, or deliver it to the TU."""
        if self.state is State.ACCEPTED:
            self._context.events.append(ack)
        elif self.state is State.COMPLETED:
            if self.flow.reliable:
                self._terminate()
            else:
                self._enter(State.CONFIRMED, now + T4)  # timer I

    def cancel(self) -> None:
        """Report a CANCEL to the TU, once and before the final response only."""
        if self.state is State.PROCEEDING and not self._cancelled:
            self._cancelled = True
            self._context.events.append(CancelReceived(self.key))

    def _reject(self, data: bytes, now: float) -> None:
        self.state = State.COMPLETED
        self._data = data
        self._interval = T1
        self._resend_at = inf if self.flow.reliable else now + T1  # timer G
        self._ends_at = now + TIMEOUT_64_T1  # timer H
        self._arm()

    def _send_trying(self, now: float) -> None:
        assert self._request is not None
        self.respond(respond(self._request, 100), now)

    def _resend(self, now: float) -> None:
        if self.state is State.PROCEEDING:
            self._send_trying(now)
        else:
            self._send(self._data)
            self._interval = min(2 * self._interval, T2)
            self._resend_at = now + self._interval

    def _expire(self, now: float) -> None:
        if self.state is State.PROCEEDING:
            self._abandon()
        elif self.state is State.COMPLETED:
            self._context.events.append(AckTimeout(self.key))
        self._terminate()

    def _abandon(self) -> None:
        request = self._request
        assert request is not None
        response = respond(request, 408, to_tag=self.last_to_tag or self._context.stateless_tag(request))
        self._send(response.encode())
        self._context.events.append(CancelReceived(self.key))
