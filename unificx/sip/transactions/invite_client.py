"""INVITE client transaction (RFC 3261 17.1.1 with the Accepted state of RFC 6026), including CANCEL.

A CANCEL is delayed until a provisional response was received (9.1). An INVITE without a final response 180 s after its
last provisional response is cancelled (timer C, 16.8), and fails if the CANCEL brings no final response either.
"""

from __future__ import annotations

from collections.abc import Callable

from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.sip.timers import TIMEOUT_64_T1, TIMER_C, TIMER_D
from unificx.sip.transactions.client import ClientTransaction
from unificx.sip.transactions.context import TransactionContext
from unificx.sip.transactions.events import ResponseReceived
from unificx.sip.transactions.transaction import State


class InviteClientTransaction(ClientTransaction):
    """States: Calling, Proceeding, Accepted (timer M), Completed (timer D). `send_cancel` sends a CANCEL.
    `only_server`: see `Endpoint.request`."""

    __slots__ = ("_cancel_headers", "_cancelled", "_only_server", "_send_cancel", "request")

    def __init__(
        self,
        context: TransactionContext,
        match_key: tuple[str, str],
        sent_by: str,
        flow: Flow,
        *,
        released: Callable[[ClientTransaction], None],
        send_cancel: Callable[[ClientTransaction, Request, float], None],
        only_server: bool = False,
    ) -> None:
        super().__init__(context, match_key, sent_by, flow, released)
        self.request: Request | None = None
        """The INVITE, until its final response."""
        self._cancelled = False
        self._cancel_headers: tuple[tuple[str, str], ...] = ()
        self._send_cancel = send_cancel
        self._only_server = only_server

    @property
    def fails_unsent(self) -> bool:
        return not self._only_server and super().fails_unsent

    def start(self, request: Request, now: float) -> None:
        self.request = request
        self._start(request, State.CALLING, now)

    def cancel(self, headers: ExtraHeaders, now: float) -> None:
        """Cancel now or after the first provisional response; no effect after the final response."""
        self._cancel_headers = tuple(headers)
        if self.state is State.CALLING:
            self._cancelled = True
        elif self.state is State.PROCEEDING and not self._cancelled:
            self._cancel(now)

    def receive(self, response: Response, flow: Flow, now: float) -> None:
        status = response.status
        state = self.state
        if status < 200:
            self._provisional(response, flow, now)
        elif status < 300:
            if state is not State.COMPLETED:
                self._context.events.append(ResponseReceived(self.key, response, flow))
            if state is State.CALLING or state is State.PROCEEDING:
                self.request = None
                self._enter(State.ACCEPTED, now + TIMEOUT_64_T1)  # timer M
        elif state is State.COMPLETED:
            self._send(self._data)
        elif state is not State.ACCEPTED:
            self._failure(response, flow, now)

    def _provisional(self, response: Response, flow: Flow, now: float) -> None:
        if self.state is State.CALLING:
            self._context.events.append(ResponseReceived(self.key, response, flow))
            if self._cancelled:
                self._cancel(now)
            else:
                self._enter(State.PROCEEDING, now + TIMER_C)
        elif self.state is State.PROCEEDING:
            self._context.events.append(ResponseReceived(self.key, response, flow))
            if response.status > 100 and not self._cancelled:
                self._ends_at = now + TIMER_C

    def _failure(self, response: Response, flow: Flow, now: float) -> None:
        invite = self.request
        assert invite is not None
        ack = derived_request(invite, "ACK", response.first("to") or "").encode()
        self.request = None
        self._send(ack)
        self._context.events.append(ResponseReceived(self.key, response, flow))
        if self.flow.reliable:
            self._terminate()
        else:
            self._enter(State.COMPLETED, now + TIMER_D, ack)

    def transport_failed(self) -> None:
        if self.state is State.COMPLETED:
            self._terminate()
        elif self.state is not State.ACCEPTED:
            self._fail("transport")

    def _cancel(self, now: float) -> None:
        invite = self.request
        assert invite is not None
        self._cancelled = True
        self._enter(State.PROCEEDING, now + TIMEOUT_64_T1)
        cancel = derived_request(invite, "CANCEL", invite.first("to") or "", self._cancel_headers)
        self._send_cancel(self, cancel, now)

    def _resend(self, now: float) -> None:
        self._send(self._data)
        self._interval *= 2
        self._resend_at = now + self._interval

    def _expire(self, now: float) -> None:
        if self.state is State.PROCEEDING and not self._cancelled:
            self._cancel(now)
        elif self.state is State.CALLING or self.state is State.PROCEEDING:
            self._fail("timeout")
        else:
            self._terminate()


def derived_request(invite: Request, method: str, to: str, headers: ExtraHeaders = ()) -> Request:
    """Return a request on the path of a sent INVITE: its CANCEL, or the ACK for an error response (9.1, 17.1.1.3)."""
    lines = [
        invite.headers[0],
        ("Max-Forwards", "70"),
        ("From", invite.first("from") or ""),
        ("To", to),
        ("Call-ID", invite.call_id),
        ("CSeq", f"{invite.cseq_number} {method}"),
        *(("Route", route) for route in invite.all("route")),
        *headers,
    ]
    return Request(method, invite.uri, lines)
