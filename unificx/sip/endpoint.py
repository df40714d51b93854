"""A sans-I/O SIP endpoint: bytes and time in, bytes and events out (RFC 3261 17 and 18).

    endpoint.receive(data, flow, now)       process received bytes
    endpoint.timer(now)                     call when endpoint.deadline() is reached
    endpoint.events                         events for the transaction user (TU), which takes them from the left
    endpoint.to_send()                      messages to send

It answers by itself: retransmissions, malformed requests, CANCEL, merged requests, requests with too many hops, and
requests beyond its capacity. All others become events.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from unificx.sip.errors import LocalProtocolError, RemoteProtocolError
from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import STREAMS, Flow
from unificx.sip.limits import LIMITS, Limits
from unificx.sip.message import MAGIC_COOKIE, Request, Response, parse
from unificx.sip.overload import OverloadControl
from unificx.sip.session_body import with_session_body
from unificx.sip.transactions.client_transactions import ClientTransactions
from unificx.sip.transactions.context import TransactionContext
from unificx.sip.transactions.events import NO_CHECKS, ClientKey, Event, RequestChecks, ServerKey
from unificx.sip.transactions.server_transactions import ServerTransactions

__all__ = ["Endpoint", "RequestChecks"]

CAPACITY = 50_000
"""Maximum transactions per side; requests inside dialogs may exceed it by an eighth. At 32 s each this allows 1,500 new
requests per second."""


def _noop() -> None: ...


class Endpoint:
    """One SIP endpoint.

    `tag` makes unguessable tokens of at least 64 bits. `via_host` returns the sent-by ("host" or "host:port") of the
    Via for a flow. `node` is the id of this incarnation of the process: a prefix of every local tag and, after the
    magic cookie, of every local branch, so that another process can tell which node a message belongs to. `wake` is
    called when a method other than `receive` and `timer` has produced output or an earlier deadline. `checks` decide
    on every new request before a transaction is created for it. Handling an event may add further `events`. Times are
    monotonic seconds.
    """

    def __init__(
        self,
        *,
        tag: Callable[[], str],
        via_host: Callable[[Flow], str],
        limits: Limits = LIMITS,
        overload: OverloadControl | None = None,
        wake: Callable[[], None] = _noop,
        checks: RequestChecks = NO_CHECKS,
        node: str = "0",
    ) -> None:
        self.overload = overload
        self._limits = limits
        self._wake = wake
        self._may_reject = checks.may_reject
        self._context = TransactionContext(tag, node)
        self.events: deque[Event] = self._context.events
        self._server_transactions = ServerTransactions(self._context, overload, CAPACITY, checks)
        self._client_transactions = ClientTransactions(self._context, via_host, CAPACITY)

    @property
    def transactions(self) -> tuple[int, int]:
        """The number of server and of client transactions."""
        return len(self._server_transactions), len(self._client_transactions)

    def new_tag(self) -> str:
        """Return a new local tag, which contains the node."""
        return self._context.new_tag()

    def has_sent(self, request: Request) -> bool:
        """Whether a request on its way here has passed this process: one of its Via values is ours (RFC 3261 16.3)."""
        own = f"branch={MAGIC_COOKIE}{self._context.node}."
        return any(own in value for value in request.all("via"))

    # ---- input

    def receive(self, data: bytes, flow: Flow, now: float, waited: float = 0.0) -> None:
        """Process one received message: a datagram, or one framed message of a stream. Never raises.

        `waited` is how many seconds it had to wait in an overload: a new request that waited for too long is rejected.
        """
        try:
            message = parse(data, self._limits, needs_length=flow.transport in STREAMS)
            if message.body and (message.first("content-type") or "")[:10].lower() == "multipart/":
                message = with_session_body(message)
            if isinstance(message, Request):
                flow = _answered_at(flow, message.add_source_address(flow.host, flow.port))
                self._server_transactions.receive(message, len(data), flow, now, waited)
            else:
                self._client_transactions.receive(message, flow, now)
        except RemoteProtocolError as fault:
            if fault.request is not None and self._may_reject(fault.request, flow, now):
                flow = _answered_at(flow, fault.request.add_source_address(flow.host, flow.port))
                self._server_transactions.reject_statelessly(fault.request, flow, fault.status, reason=fault.reason)

    def connection_lost(self, flow: Flow) -> None:
        """Report that a connection was closed, or that sending to this flow failed."""
        self._server_transactions.connection_lost(flow)
        self._client_transactions.connection_lost(flow)

    def timer(self, now: float) -> None:
        """Process all timers that are due."""
        for transaction in self._context.timers.due(now):
            transaction.timer(now)

    # ---- output

    def deadline(self) -> float | None:
        """Return when to call `timer`, None if no timer is set."""
        return self._context.timers.deadline()

    def to_send(self) -> list[tuple[bytes, Flow]]:
        """Return the messages to send since the last call, in order."""
        out, self._context.outbox = self._context.outbox, []
        return out

    # ---- commands of the TU

    def respond(self, key: ServerKey, response: Response, now: float) -> None:
        """Answer a request. Does nothing if its transaction has ended.

        The TU must retransmit a 2xx to an INVITE until the ACK arrives (13.3.1.4).
        """
        self._server_transactions.respond(key, response, now)
        self._wake()

    def request(self, request: Request, flow: Flow, now: float, *, only_server: bool = False) -> ClientKey:
        """Send a request (not ACK or CANCEL) with a new top Via.

        At the transaction limit it fails immediately with a `RequestFailed` event. `only_server`: no other one can be
        asked, so that an INVITE is retransmitted over UDP even if there is no way to this one at present.
        """
        key = self._client_transactions.request(request, flow, now, only_server=only_server)
        self._wake()
        return key

    def cancel(self, key: ClientKey, now: float, headers: ExtraHeaders = ()) -> None:
        """Cancel an INVITE: immediately, or after its first provisional response (9.1).

        The INVITE still gets a final response: 487, another error, or a 2xx that crossed the CANCEL.
        """
        self._client_transactions.cancel(key, now, headers)
        self._wake()

    def send(self, message: Request | Response, flow: Flow) -> None:
        """Send a message outside any transaction: the ACK for a 2xx, or a retransmitted 2xx."""
        if isinstance(message, Request):
            if message.method != "ACK":
                raise LocalProtocolError("only an ACK can be sent without a transaction; use request()")
            message = self._client_transactions.with_via(message, flow)
        self._context.outbox.append((message.encode(), flow))
        self._wake()


def _answered_at(flow: Flow, port: int) -> Flow:
    """Return the flow for the response to a request that came over a flow."""
    return flow if port == flow.port or flow.transport != "udp" else replace(flow, port=port)
