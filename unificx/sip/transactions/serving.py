"""The server side of the endpoint: requests of others, from their arrival to the last repetition of the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import assert_never

from unificx.sip.flow import Flow
from unificx.sip.message import Headers, Request, Response, respond
from unificx.sip.overload import Overload
from unificx.sip.transactions import invite_server, server
from unificx.sip.transactions.events import AckArrived, AckMissing, CancelArrived, Event, RequestArrived, ServerKey
from unificx.sip.transactions.exchange import Ends, Exchange
from unificx.sip.transactions.matching import Match, Merged, is_old, marked, match_of, merged_of
from unificx.sip.transactions.words import TERMINATED, TIME_PASSED, Deliver, RequestAgain, ResponseGiven, Send

REQUEST_AGAIN = RequestAgain()
Turned = tuple[int, Headers]
Door = Callable[[Request, Flow, float], Turned | None]
"""What to say at once to a request, keeping nothing of it (RFC 3261 8.2.7): a status and headers, or `SILENCE`; None
for a request that is let in. The same request may come again."""
SILENCE: Turned = (0, ())
MAX_WEIGHT = 256 * 2**20
"""A transaction keeps the names its request came with, and an answer that repeats most of it."""
ACK_ARRIVED = invite_server.AckArrived()
Action = invite_server.Action | server.Action


@dataclass(slots=True, eq=False)
class ServerTransaction:
    """`request` is kept while we may have to answer it ourselves, `said` while its To tag may matter."""

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
    """All server transactions: at most `capacity` of them, and at most `MAX_WEIGHT` octets of requests that made them.

    What belongs to a dialog may have an eighth more of either.
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

    # ---- in

    def receive(self, request: Request, size: int, flow: Flow, now: float) -> None:
        """A request that could be read, of so many octets."""
        match = match_of(request)
        known = self._by_match.get(match)
        method = request.method
        if method == "ACK":
            self._ack(request, flow, known, now)
        elif known is not None:
            if self._overload is None or not self._overload.drops_repetitions:
                self._step(known, REQUEST_AGAIN, now)
        elif method == "CANCEL":
            self._cancel(request, match, flow)
        else:
            merged = None if request.to.tag else merged_of(request)
            if self._refused(request, match, merged, flow):
                return
            turned = self.door(request, flow, now)
            if turned is not None:
                if turned is not SILENCE:
                    self.refuse(request, flow, turned[0], headers=turned[1])
                return
            request = marked(request, flow)
            transaction = self._open(request, (match, merged), flow, now, size)
            self._exchange.events.append(RequestArrived(transaction.key, request, flow))

    def refuse(self, request: Request, flow: Flow, status: int, *, reason: str = "", headers: Headers = ()) -> None:
        """Answer without keeping anything: the same answer comes of the same request again (8.2.7)."""
        response = respond(marked(request, flow), status, reason, to_tag=self._steady_tag(request), headers=headers)
        self._exchange.out.append((response.encode(), flow))

    def _steady_tag(self, request: Request) -> str:
        """The same for every repetition of the request, and for the ACK of what it was answered."""
        number = (request.first("cseq") or "").partition(" ")[0]
        same = hash((request.first("via"), request.first("call-id"), number))
        return f"{self._exchange.node}.{same & 0xFFFF_FFFF_FFFF_FFFF:016x}"

    def _ack(self, request: Request, flow: Flow, known: ServerTransaction | None, now: float) -> None:
        if known is None and request.to.tag == self._steady_tag(request):
            return
        up = AckArrived(request, flow)
        if known is None or (is_old(known.match) and self._tag_said(known) != request.to.tag):
            self._exchange.events.append(up)
        else:
            self._step(known, ACK_ARRIVED, now, up)

    def _cancel(self, request: Request, match: Match, flow: Flow) -> None:
        """Without a transaction of its own: a repeated CANCEL gets the same answer by the same way (9.2)."""
        invite = self._by_match.get((*match[:-1], "INVITE"))
        if invite is None or not _cancels(request, invite):
            self.refuse(request, flow, 481)
            return
        response = respond(marked(request, flow), 200, to_tag=self._tag_said(invite) or self._steady_tag(request))
        self._exchange.out.append((response.encode(), flow))
        if isinstance(invite.state, invite_server.Proceeding) and not invite.cancelled:
            invite.cancelled = True
            self._exchange.events.append(CancelArrived(invite.key))

    def _refused(self, request: Request, match: Match, merged: Merged | None, flow: Flow) -> bool:
        """Refuse, keeping nothing, what is too much, has gone too far, or came twice by different ways."""
        inside = merged is None
        status, wait = 0, 0
        if not inside and self._overload is not None and request.method in ("INVITE", "REGISTER", "OPTIONS"):
            wait = self._overload.refusal(hash(match))
        if wait or self._full(inside):
            status, wait = 503, wait or 10
        elif merged in self._by_merged:
            status = 482
        elif not inside and request.max_forwards == 0:
            status = 483
        if status:
            self.refuse(request, flow, status, headers=(("Retry-After", str(wait)),) if wait else ())
        return bool(status)

    def _full(self, inside: bool) -> bool:
        share = 9 / 8 if inside else 1
        return len(self._by_key) >= self.capacity * share or self._weight >= MAX_WEIGHT * share

    def _open(
        self, request: Request, names: tuple[Match, Merged | None], flow: Flow, now: float, size: int
    ) -> ServerTransaction:
        match, merged = names
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

    # ---- out

    def respond(self, key: ServerKey, response: Response, now: float) -> None:
        """Our user's answer. One that comes too late is nobody's business any more."""
        transaction = self._by_key.get(key)
        if transaction is not None:
            self._say(transaction, response, now)

    def _say(self, transaction: ServerTransaction, response: Response, now: float) -> None:
        if transaction.step is invite_server.step:
            final = response.status >= 200
            transaction.said = response if not final or is_old(transaction.match) else None
            if final:
                transaction.request = None
        self._step(transaction, ResponseGiven(response.status, response.encode()), now)

    def _tag_said(self, transaction: ServerTransaction) -> str:
        """The To tag of our user's last response, "" if there was none."""
        return transaction.said.to.tag if transaction.said else ""

    # ---- time and loss

    def ring(self, key: int, now: float) -> bool:
        """The wheel rang for `key`; False if it is none of ours."""
        transaction = self._by_key.get(ServerKey(key))
        if transaction is None:
            return False
        if now >= transaction.armed:
            transaction.armed = inf
            self._step(transaction, TIME_PASSED, now)
        return True

    def lost(self, flow: Flow) -> None:
        """Answers to what came over this connection go over a new one to the Via's sent-by (RFC 3261 18.2.2)."""
        if flow.transport not in ("tcp", "tls") or not flow.connection:
            return
        for key in self._ends.at(flow):
            transaction = self._by_key[ServerKey(key)]
            if transaction.flow.connection == flow.connection:
                self._ends.discard(transaction.flow, key)
                transaction.flow = transaction.flow.reconnect(transaction.sent_by_port)

    # ---- the machine's hands

    def _step(self, transaction: ServerTransaction, happened: object, now: float, up: Event | None = None) -> None:
        transaction.state, actions = transaction.step(
            transaction.state, happened, now, reliable=transaction.flow.reliable
        )
        for action in actions:
            self._do(transaction, action, now, up)
        if transaction.state is TERMINATED:
            self._drop(transaction)
        else:
            self._rearm(transaction)

    def _do(self, transaction: ServerTransaction, action: Action, now: float, up: Event | None) -> None:
        match action:
            case Send(data):
                self._exchange.out.append((data, transaction.flow))
            case Deliver():
                assert up is not None
                self._exchange.events.append(up)
            case invite_server.SayTrying():
                assert transaction.request is not None
                self._say(transaction, respond(transaction.request, 100), now)
            case invite_server.ReportNoAck():
                self._exchange.events.append(AckMissing(transaction.key))
            case invite_server.Abandon():
                self._abandon(transaction)
            case _:
                assert_never(action)

    def _abandon(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        assert request is not None
        response = respond(request, 408, to_tag=self._tag_said(transaction) or self._steady_tag(request))
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


def _cancels(request: Request, invite: ServerTransaction) -> bool:
    """Whether a CANCEL of this branch is also of this call (9.1): a branch alone may be guessed or overheard."""
    if invite.merged is None:
        return True
    cseq = request.cseq
    return invite.merged == (request.call_id, request.from_.tag, f"{cseq.number} INVITE")
