"""Client transactions of the endpoint: sent requests, up to the last retransmission of the response."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import assert_never

from unificx.sip.errors import LocalProtocolError
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.sip.transactions import client, invite_client
from unificx.sip.transactions.common import (
    TERMINATED,
    TIMER_FIRED,
    Deliver,
    Fail,
    ProvisionalReceived,
    Send,
    TransportFailed,
)
from unificx.sip.transactions.context import FlowIndex, TransactionContext
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, ResponseReceived
from unificx.sip.transactions.matching import MAGIC_COOKIE

SUCCESS_RECEIVED = invite_client.SuccessReceived()
CANCEL_REQUESTED = invite_client.CancelRequested()
FINAL_RECEIVED = client.FinalReceived()
TRANSPORT_FAILED = TransportFailed()
Action = invite_client.Action | client.Action
HeaderLines = Iterable[tuple[str, str]]


@dataclass(slots=True, eq=False)
class ClientTransaction:
    """`request` is set for an INVITE until its final response; `silent`: a CANCEL, without events for the TU."""

    key: ClientKey
    match_key: tuple[str, str]
    sent_by: str
    flow: Flow
    state: object
    step: Callable[..., tuple[object, Sequence[Action]]]
    deadline: Callable[..., float | None]
    request: Request | None = None
    silent: bool = False
    cancel_headers: tuple[tuple[str, str], ...] = ()
    armed_at: float = inf


class ClientTransactions:
    """All client transactions: at most `capacity`, and an eighth more for requests other than INVITE."""

    def __init__(self, context: TransactionContext, via_host: Callable[[Flow], str], capacity: int) -> None:
        self.capacity = capacity
        self._context = context
        self._via_host = via_host
        self._by_key: dict[ClientKey, ClientTransaction] = {}
        self._by_match: dict[tuple[str, str], ClientTransaction] = {}
        self._by_flow = FlowIndex()

    def __len__(self) -> int:
        return len(self._by_key)

    # ---- output

    def request(self, request: Request, flow: Flow, now: float) -> ClientKey:
        """Send a request of the TU with a new top Via."""
        method = request.method
        if method in ("ACK", "CANCEL"):
            raise LocalProtocolError(f"{method} cannot be sent with request(); use send() or cancel()")
        sent_by = self._via_host(flow)
        branch = self.new_branch()
        limit = self.capacity if method == "INVITE" else self.capacity + self.capacity // 8
        if len(self) >= limit:
            key = ClientKey(next(self._context.key_counter))
            self._context.events.append(RequestFailed(key, "transport"))
            return key
        request = request.with_prepended(("Via", new_via(flow, sent_by, branch)))
        return self._open(request, (branch, method), sent_by, flow, now).key

    def new_branch(self) -> str:
        return f"{MAGIC_COOKIE}{self._context.new_tag()}"

    def with_via(self, request: Request, flow: Flow) -> Request:
        """Return an ACK for a 2xx with a new top Via: each has its own branch (RFC 3261 17.1.1.2)."""
        return request.with_prepended(("Via", new_via(flow, self._via_host(flow), self.new_branch())))

    def cancel(self, key: ClientKey, now: float, headers: HeaderLines) -> None:
        """Cancel an INVITE, now or after its first provisional response (9.1). No effect after its final response."""
        transaction = self._by_key.get(key)
        if transaction is None:
            return
        if transaction.match_key[1] != "INVITE":
            raise LocalProtocolError("only an INVITE can be cancelled")
        transaction.cancel_headers = tuple(headers)
        self._step(transaction, CANCEL_REQUESTED, now)

    def _open(
        self, request: Request, match: tuple[str, str], sent_by: str, flow: Flow, now: float
    ) -> ClientTransaction:
        invite = match[1] == "INVITE"
        machine = invite_client if invite else client
        data = request.encode()
        transaction = ClientTransaction(
            key=ClientKey(next(self._context.key_counter)),
            match_key=match,
            sent_by=sent_by.lower(),
            flow=flow,
            state=machine.begin(data, now, reliable=flow.reliable),
            step=machine.step,
            deadline=machine.deadline,
            request=request if invite else None,
            silent=match[1] == "CANCEL",
        )
        self._by_key[transaction.key] = transaction
        self._by_match[match] = transaction
        self._by_flow.add(flow, transaction.key)
        self._context.outbox.append((data, flow))
        self._rearm(transaction)
        return transaction

    # ---- input

    def receive(self, response: Response, flow: Flow, now: float) -> None:
        """Process a parsed response; dropped if it matches no transaction (RFC 3261 18.1.2)."""
        transaction = self._by_match.get((response.branch, response.cseq_method))
        if transaction is None or response.sent_by.lower() != transaction.sent_by or len(response.all("via")) != 1:
            return
        tu_event = ResponseReceived(transaction.key, response, flow)
        self._step(transaction, self._machine_event(transaction, response), now, tu_event)
        if response.status >= 200:
            transaction.request = None

    def _machine_event(self, transaction: ClientTransaction, response: Response) -> object:
        status = response.status
        if status < 200:
            return ProvisionalReceived(status)
        if transaction.step is client.step:
            return FINAL_RECEIVED
        if status < 300:
            return SUCCESS_RECEIVED
        invite = transaction.request
        if invite is None:
            return invite_client.FailureReceived(b"")
        return invite_client.FailureReceived(derived_request(invite, "ACK", response.first("to") or "").encode())

    # ---- timers and connections

    def timer(self, key: int, now: float) -> None:
        """Process a due timer."""
        transaction = self._by_key.get(ClientKey(key))
        if transaction is not None and now >= transaction.armed_at:
            transaction.armed_at = inf
            self._step(transaction, TIMER_FIRED, now)

    def connection_lost(self, flow: Flow, now: float) -> None:
        """Fail the transactions of this flow, and of a pending connection to the same remote address."""
        for key in self._by_flow.keys_for(flow):
            transaction = self._by_key.get(ClientKey(key))
            if transaction is not None and transaction.flow.connection in (0, flow.connection):
                self._step(transaction, TRANSPORT_FAILED, now)

    # ---- actions

    def _step(self, transaction: ClientTransaction, event: object, now: float, tu_event: Event | None = None) -> None:
        transaction.state, actions = transaction.step(transaction.state, event, now, reliable=transaction.flow.reliable)
        for action in actions:
            self._perform(transaction, action, now, tu_event)
        if transaction.state is TERMINATED:
            self._drop(transaction)
        else:
            self._rearm(transaction)

    def _perform(self, transaction: ClientTransaction, action: Action, now: float, tu_event: Event | None) -> None:
        match action:
            case Send(data):
                self._context.outbox.append((data, transaction.flow))
            case Deliver():
                assert tu_event is not None
                if not transaction.silent:
                    self._context.events.append(tu_event)
            case Fail(cause):
                if not transaction.silent:
                    self._context.events.append(RequestFailed(transaction.key, cause))
            case invite_client.SendCancel():
                invite = transaction.request
                assert invite is not None
                cancel = derived_request(invite, "CANCEL", invite.first("to") or "", transaction.cancel_headers)
                match = transaction.match_key[0], "CANCEL"
                self._open(cancel, match, transaction.sent_by, transaction.flow, now)
            case _:
                assert_never(action)

    def _rearm(self, transaction: ClientTransaction) -> None:
        at = transaction.deadline(transaction.state)
        transaction.armed_at = self._context.rearm(transaction.key, transaction.armed_at, at)

    def _drop(self, transaction: ClientTransaction) -> None:
        del self._by_key[transaction.key]
        del self._by_match[transaction.match_key]
        self._by_flow.discard(transaction.flow, transaction.key)


def new_via(flow: Flow, sent_by: str, branch: str) -> str:
    """Return a new Via value; `rport` requests responses to the source port (RFC 3581)."""
    return f"SIP/2.0/{flow.transport.upper()} {sent_by};rport;branch={branch}"


def derived_request(invite: Request, method: str, to: str, headers: HeaderLines = ()) -> Request:
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
