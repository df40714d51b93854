"""Server transactions of the endpoint: received requests, up to the last retransmission of the response."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import assert_never

from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond
from unificx.sip.overload import Overload
from unificx.sip.transactions import invite_server, server
from unificx.sip.transactions.common import TERMINATED, TIME_PASSED, Deliver, RequestAgain, ResponseGiven, Send
from unificx.sip.transactions.context import Ends, Exchange
from unificx.sip.transactions.events import AckArrived, AckMissing, CancelArrived, Event, RequestArrived, ServerKey
from unificx.sip.transactions.matching import Match, Merged, is_old, marked, match_of, merged_of

REQUEST_AGAIN = RequestAgain()
Turned = tuple[int, Headers]
Door = Callable[[Request, Flow, float], Turned | None]
"""Return how to answer a request statelessly (RFC 3261 8.2.7): status and headers, or `DROP`; None to accept it. May be
called again for a retransmission."""
SILENCE: Turned = (0, ())
MAX_WEIGHT = 256 * 2**20
"""Maximum total size of requests: a transaction keeps identifiers and a response of about the size of its request."""
ACK_ARRIVED = invite_server.AckArrived()
Action = invite_server.Action | server.Action


@dataclass(slots=True, eq=False)
class ServerTransaction:
    """`request` is kept while the endpoint may have to answer it, `last_response` while its To tag is needed."""

    key: ServerKey
    match: Match
    merged: Merged | None
    flow: Flow
    sent_by_port: int
    state: object
    step: Callable[..., tuple[object, Sequence[Action]]]
    deadline: Callable[..., float | None]
    request: Request | None
    weight: int
    said: Response | None = None
    armed: float = inf
    cancelled: bool = False


class Serving:
    """All server transactions: at most `capacity`, with at most `MAX_TOTAL_BYTES` of requests.

    Requests inside dialogs may exceed both limits by an eighth.
    """

    def __init__(self, exchange: Exchange, overload: Overload | None, capacity: int) -> None:
        self.capacity = capacity
        self.door: Door = lambda request, flow, now: None
        self._exchange = exchange
        self._overload = overload
        self._by_key: dict[ServerKey, ServerTransaction] = {}
        self._by_match: dict[Match, ServerTransaction] = {}
        self._by_merged: dict[Merged, ServerKey] = {}
        self._ends = Ends()
        self._weight = 0

    def __len__(self) -> int:
        return len(self._by_key)

    # ---- input

    def receive(self, request: Request, size: int, flow: Flow, now: float) -> None:
        """Process a parsed request of `size` bytes."""
        match = match_of(request)
        existing = self._by_match.get(match)
        method = request.method
        if method == "ACK":
            self._ack(request, flow, existing, now)
        elif existing is not None:
            if self._overload is None or not self._overload.drops_repetitions:
                self._step(existing, REQUEST_AGAIN, now)
        elif method == "CANCEL":
            self._cancel(request, match, flow)
        else:
            merged = None if request.to.tag else merged_of(request)
            if self._rejected(request, match, merged, flow):
                return
            reply = self.door(request, flow, now)
            if reply is not None:
                if reply is not SILENCE:
                    self.refuse(request, flow, reply[0], headers=reply[1])
                return
            request = marked(request, flow)
            transaction = self._open(request, (match, merged), flow, now, size)
            self._exchange.events.append(RequestArrived(transaction.key, request, flow))

    def refuse(self, request: Request, flow: Flow, status: int, *, reason: str = "", headers: Headers = ()) -> None:
        """Answer without state: a retransmission gets the same response (8.2.7)."""
        response = respond(marked(request, flow), status, reason, to_tag=self._stateless_tag(request), headers=headers)
        self._exchange.out.append((response.encode(), flow))

    def _stateless_tag(self, request: Request) -> str:
        """Return a To tag that is equal for all retransmissions of the request and for its ACK."""
        number = (request.first("cseq") or "").partition(" ")[0]
        digest = hash((request.first("via"), request.first("call-id"), number))
        return f"{self._exchange.node}.{digest & 0xFFFF_FFFF_FFFF_FFFF:016x}"

    def _ack(self, request: Request, flow: Flow, existing: ServerTransaction | None, now: float) -> None:
        if existing is None and request.to.tag == self._stateless_tag(request):
            return
        ack = AckArrived(request, flow)
        if existing is None or (is_old(existing.match) and self._last_to_tag(existing) != request.to.tag):
            self._exchange.events.append(ack)
        else:
            self._step(existing, ACK_ARRIVED, now, ack)

    def _cancel(self, request: Request, match: Match, flow: Flow) -> None:
        """Answer a CANCEL without a transaction: a retransmission gets the same response (9.2)."""
        invite = self._by_match.get((*match[:-1], "INVITE"))
        if invite is None or not _matches_cancel(request, invite):
            self.refuse(request, flow, 481)
            return
        response = respond(marked(request, flow), 200, to_tag=self._last_to_tag(invite) or self._stateless_tag(request))
        self._exchange.out.append((response.encode(), flow))
        if isinstance(invite.state, invite_server.Proceeding) and not invite.cancelled:
            invite.cancelled = True
            self._exchange.events.append(CancelArrived(invite.key))

    def _rejected(self, request: Request, match: Match, merged: Merged | None, flow: Flow) -> bool:
        """Reject a request statelessly: over capacity, merged, or too many hops. Return whether it was rejected."""
        in_dialog = merged is None
        status, retry_after = 0, 0
        if not in_dialog and self._overload is not None and request.method in ("INVITE", "REGISTER", "OPTIONS"):
            retry_after = self._overload.refusal(hash(match))
        if retry_after or self._at_capacity(in_dialog):
            status, retry_after = 503, retry_after or 10
        elif merged in self._by_merged:
            status = 482
        elif not in_dialog and request.max_forwards == 0:
            status = 483
        if status:
            self.refuse(request, flow, status, headers=(("Retry-After", str(retry_after)),) if retry_after else ())
        return bool(status)

    def _at_capacity(self, in_dialog: bool) -> bool:
        factor = 9 / 8 if in_dialog else 1
        return len(self._by_key) >= self.capacity * factor or self._weight >= MAX_WEIGHT * factor

    def _open(
        self, request: Request, keys: tuple[Match, Merged | None], flow: Flow, now: float, size: int
    ) -> ServerTransaction:
        match, merged = keys
        invite = request.method == "INVITE"
        machine = invite_server if invite else server
        transaction = ServerTransaction(
            key=ServerKey(next(self._exchange.numbers)),
            match=match,
            merged=merged,
            flow=flow,
            sent_by_port=request.via.port or (5061 if flow.secure else 5060),
            state=machine.begin(now),
            step=machine.step,
            deadline=machine.deadline,
            request=request if invite else None,
            weight=size,
        )
        self._by_key[transaction.key] = transaction
        self._by_match[match] = transaction
        self._weight += size
        if merged is not None:
            self._by_merged[merged] = transaction.key
        if flow.connection:
            self._ends.add(flow, transaction.key)
        self._rearm(transaction)
        return transaction

    # ---- output

    def respond(self, key: ServerKey, response: Response, now: float) -> None:
        """Send a response of the TU; ignored if the transaction has ended."""
        transaction = self._by_key.get(key)
        if transaction is not None:
            self._send_response(transaction, response, now)

    def _send_response(self, transaction: ServerTransaction, response: Response, now: float) -> None:
        if transaction.step is invite_server.step:
            final = response.status >= 200
            transaction.said = response if not final or is_old(transaction.match) else None
            if final:
                transaction.request = None
        self._step(transaction, ResponseGiven(response.status, response.encode()), now)

    def _last_to_tag(self, transaction: ServerTransaction) -> str:
        """Return the To tag of the last response of the TU, "" if there was none."""
        return transaction.said.to.tag if transaction.said else ""

    # ---- timers and connections

    def ring(self, key: int, now: float) -> bool:
        """Process a due timer. Return False if `key` is not a server transaction."""
        transaction = self._by_key.get(ServerKey(key))
        if transaction is None:
            return False
        if now >= transaction.armed:
            transaction.armed = inf
            self._step(transaction, TIME_PASSED, now)
        return True

    def lost(self, flow: Flow) -> None:
        """Send responses to requests of this connection over a new one to the sent-by of the Via (RFC 3261 18.2.2)."""
        if flow.transport not in ("tcp", "tls") or not flow.connection:
            return
        for key in self._ends.at(flow):
            transaction = self._by_key[ServerKey(key)]
            if transaction.flow.connection == flow.connection:
                self._ends.discard(transaction.flow, key)
                transaction.flow = transaction.flow.reconnect(transaction.sent_by_port)

    # ---- actions

    def _step(self, transaction: ServerTransaction, event: object, now: float, tu_event: Event | None = None) -> None:
        transaction.state, actions = transaction.step(transaction.state, event, now, reliable=transaction.flow.reliable)
        for action in actions:
            self._perform(transaction, action, now, tu_event)
        if transaction.state is TERMINATED:
            self._drop(transaction)
        else:
            self._rearm(transaction)

    def _perform(self, transaction: ServerTransaction, action: Action, now: float, tu_event: Event | None) -> None:
        match action:
            case Send(data):
                self._exchange.out.append((data, transaction.flow))
            case Deliver():
                assert tu_event is not None
                self._exchange.events.append(tu_event)
            case invite_server.SayTrying():
                assert transaction.request is not None
                self._send_response(transaction, respond(transaction.request, 100), now)
            case invite_server.ReportNoAck():
                self._exchange.events.append(AckMissing(transaction.key))
            case invite_server.Abandon():
                self._abandon(transaction)
            case _:
                assert_never(action)

    def _abandon(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        assert request is not None
        response = respond(request, 408, to_tag=self._last_to_tag(transaction) or self._stateless_tag(request))
        self._exchange.out.append((response.encode(), transaction.flow))
        self._exchange.events.append(CancelArrived(transaction.key))

    def _rearm(self, transaction: ServerTransaction) -> None:
        at = transaction.deadline(transaction.state)
        transaction.armed = self._exchange.rearm(transaction.key, transaction.armed, at)

    def _drop(self, transaction: ServerTransaction) -> None:
        del self._by_key[transaction.key]
        del self._by_match[transaction.match]
        if transaction.merged is not None:
            del self._by_merged[transaction.merged]
        self._weight -= transaction.weight
        if transaction.flow.connection:
            self._ends.discard(transaction.flow, transaction.key)


def _matches_cancel(request: Request, invite: ServerTransaction) -> bool:
    """Whether a CANCEL with this branch also has the ids of the call (9.1): a branch may be guessed or observed."""
    if invite.merged is None:
        return True
    cseq = request.cseq
    return invite.merged == (request.call_id, request.from_.tag, f"{cseq.number} INVITE")
