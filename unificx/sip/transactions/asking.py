"""The client side of the endpoint: requests of ours, from their sending to the last repetition of the answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import assert_never

from unificx.sip.errors import OurMistake
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.sip.transactions import client, invite_client
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, ResponseArrived
from unificx.sip.transactions.exchange import Ends, Exchange
from unificx.sip.transactions.matching import MAGIC
from unificx.sip.transactions.words import (
    TERMINATED,
    TIME_PASSED,
    Deliver,
    Fail,
    ProvisionalArrived,
    Send,
    TransportFailed,
)

SUCCESS_ARRIVED = invite_client.SuccessArrived()
CANCEL_ASKED = invite_client.CancelAsked()
FINAL_ARRIVED = client.FinalArrived()
TRANSPORT_FAILED = TransportFailed()
Action = invite_client.Action | client.Action
HeaderLines = Iterable[tuple[str, str]]


@dataclass(slots=True, eq=False)
class ClientTransaction:
    """`request` is an INVITE's, kept until its final response; `silent` is a CANCEL, of which nobody is told."""

    key: ClientKey
    match: tuple[str, str]
    sent_by: str
    flow: Flow
    state: object
    step: Callable[..., tuple[object, Sequence[Action]]]
    deadline: Callable[..., float | None]
    request: Request | None = None
    silent: bool = False
    cancel_headers: tuple[tuple[str, str], ...] = ()
    armed: float = inf


class Asking:
    """All client transactions. At most `capacity` of them, and an eighth more for what ends others."""

    def __init__(self, exchange: Exchange, via_host: Callable[[Flow], str], capacity: int) -> None:
        self.capacity = capacity
        self._exchange = exchange
        self._via_host = via_host
        self._by_key: dict[ClientKey, ClientTransaction] = {}
        self._by_match: dict[tuple[str, str], ClientTransaction] = {}
        self._ends = Ends()

    def __len__(self) -> int:
        return len(self._by_key)

    # ---- out

    def request(self, request: Request, flow: Flow, now: float) -> ClientKey:
        """Send a request of our user's, under a Via of ours."""
        method = request.method
        if method in ("ACK", "CANCEL"):
            raise OurMistake(f"an {method} is no request of its own")
        sent_by = self._via_host(flow)
        branch = self.new_branch()
        room = self.capacity if method == "INVITE" else self.capacity + self.capacity // 8
        if len(self) >= room:
            key = ClientKey(next(self._exchange.numbers))
            self._exchange.events.append(RequestFailed(key, "transport"))
            return key
        request = request.with_first(("Via", via(flow, sent_by, branch)))
        return self._open(request, (branch, method), sent_by, flow, now).key

    def new_branch(self) -> str:
        return f"{MAGIC}{self._exchange.new_tag()}"

    def ack(self, request: Request, flow: Flow) -> Request:
        """An ACK for a 2xx under a Via of ours: every one is a transaction of its own (RFC 3261 17.1.1.2)."""
        return request.with_first(("Via", via(flow, self._via_host(flow), self.new_branch())))

    def cancel(self, key: ClientKey, now: float, headers: HeaderLines) -> None:
        """Take an INVITE back, now or as soon as it may be (9.1). After its final response it is too late."""
        transaction = self._by_key.get(key)
        if transaction is None:
            return
        if transaction.match[1] != "INVITE":
            raise OurMistake("only an INVITE can be cancelled")
        transaction.cancel_headers = tuple(headers)
        self._step(transaction, CANCEL_ASKED, now)

    def _open(
        self, request: Request, match: tuple[str, str], sent_by: str, flow: Flow, now: float
    ) -> ClientTransaction:
        invite = match[1] == "INVITE"
        machine = invite_client if invite else client
        data = request.encode()
        transaction = ClientTransaction(
            key=ClientKey(next(self._exchange.numbers)),
            match=match,
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
        self._ends.add(flow, transaction.key)
        self._exchange.out.append((data, flow))
        self._rearm(transaction)
        return transaction

    # ---- in

    def receive(self, response: Response, flow: Flow, now: float) -> None:
        """A response that could be read; dropped if it answers nothing of ours (RFC 3261 18.1.2)."""
        hop = response.via
        transaction = self._by_match.get((hop.branch, response.cseq.method))
        if transaction is None or hop.sent_by.lower() != transaction.sent_by or len(response.all("via")) != 1:
            return
        up = ResponseArrived(transaction.key, response, flow)
        self._step(transaction, self._arrival(transaction, response), now, up)
        if response.status >= 200:
            transaction.request = None

    def _arrival(self, transaction: ClientTransaction, response: Response) -> object:
        status = response.status
        if status < 200:
            return ProvisionalArrived(status)
        if transaction.step is client.step:
            return FINAL_ARRIVED
        if status < 300:
            return SUCCESS_ARRIVED
        invite = transaction.request
        if invite is None:
            return invite_client.RefusalArrived(b"")
        return invite_client.RefusalArrived(follow(invite, "ACK", response.first("to") or "").encode())

    # ---- time and loss

    def ring(self, key: int, now: float) -> None:
        """The wheel rang for `key`."""
        transaction = self._by_key.get(ClientKey(key))
        if transaction is not None and now >= transaction.armed:
            transaction.armed = inf
            self._step(transaction, TIME_PASSED, now)

    def lost(self, flow: Flow, now: float) -> None:
        """Nothing more will come over this flow, nor over one to the same end that was still to be connected."""
        for key in self._ends.at(flow):
            transaction = self._by_key.get(ClientKey(key))
            if transaction is not None and transaction.flow.connection in (0, flow.connection):
                self._step(transaction, TRANSPORT_FAILED, now)

    # ---- the machine's hands

    def _step(self, transaction: ClientTransaction, happened: object, now: float, up: Event | None = None) -> None:
        transaction.state, actions = transaction.step(
            transaction.state, happened, now, reliable=transaction.flow.reliable
        )
        for action in actions:
            self._do(transaction, action, now, up)
        if transaction.state is TERMINATED:
            self._drop(transaction)
        else:
            self._rearm(transaction)

    def _do(self, transaction: ClientTransaction, action: Action, now: float, up: Event | None) -> None:
        match action:
            case Send(data):
                self._exchange.out.append((data, transaction.flow))
            case Deliver():
                assert up is not None
                if not transaction.silent:
                    self._exchange.events.append(up)
            case Fail(cause):
                if not transaction.silent:
                    self._exchange.events.append(RequestFailed(transaction.key, cause))
            case invite_client.SendCancel():
                invite = transaction.request
                assert invite is not None
                cancel = follow(invite, "CANCEL", invite.first("to") or "", transaction.cancel_headers)
                match = transaction.match[0], "CANCEL"
                self._open(cancel, match, transaction.sent_by, transaction.flow, now)
            case _:
                assert_never(action)

    def _rearm(self, transaction: ClientTransaction) -> None:
        at = transaction.deadline(transaction.state)
        transaction.armed = self._exchange.rearm(transaction.key, transaction.armed, at)

    def _drop(self, transaction: ClientTransaction) -> None:
        del self._by_key[transaction.key]
        del self._by_match[transaction.match]
        self._ends.discard(transaction.flow, transaction.key)


def via(flow: Flow, sent_by: str, branch: str) -> str:
    """A Via of ours; `rport` asks to be answered where we sent from (RFC 3581)."""
    return f"SIP/2.0/{flow.transport.upper()} {sent_by};rport;branch={branch}"


def follow(invite: Request, method: str, to: str, headers: HeaderLines = ()) -> Request:
    """What goes the same way as an INVITE of ours: its CANCEL, or the ACK for its refusal (9.1, 17.1.1.3)."""
    lines = [
        invite.headers[0],
        ("Max-Forwards", "70"),
        ("From", invite.first("from") or ""),
        ("To", to),
        ("Call-ID", invite.call_id),
        ("CSeq", f"{invite.cseq.number} {method}"),
        *(("Route", route) for route in invite.all("route")),
        *headers,
    ]
    return Request(method, invite.uri, lines)
