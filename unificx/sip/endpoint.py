"""A SIP endpoint without sockets or clock: bytes and time in, bytes and events out (RFC 3261 17 and 18).

    endpoint.receive(data, flow, now)       what came in
    endpoint.timer(now)                     when endpoint.deadline() is reached
    endpoint.next_event()                   until it gives None: what the user has to deal with
    endpoint.to_send()                      what has to go out

Of itself it answers what needs no judgement: repetitions, malformed requests, CANCEL, copies of one request, requests
that have gone too far, and what is too much. Everything else goes up.
"""

from collections.abc import Callable, Iterable

from unificx.sip.errors import BadPeer, OurMistake
from unificx.sip.flow import Flow
from unificx.sip.limits import LIMITS, Limits
from unificx.sip.message import Request, Response, parse
from unificx.sip.overload import Overload
from unificx.sip.transactions.asking import Asking
from unificx.sip.transactions.events import (
    AckArrived,
    AckMissing,
    CancelArrived,
    ClientKey,
    Event,
    RequestArrived,
    RequestFailed,
    ResponseArrived,
    ServerKey,
)
from unificx.sip.transactions.exchange import Exchange
from unificx.sip.transactions.serving import SILENCE, Door, Serving, Turned

__all__ = [
    "SILENCE",
    "AckArrived",
    "AckMissing",
    "CancelArrived",
    "ClientKey",
    "Endpoint",
    "Event",
    "RequestArrived",
    "RequestFailed",
    "ResponseArrived",
    "ServerKey",
    "Turned",
]

CAPACITY = 50_000
"""Transactions held on either side. At 32 s each that is 1,500 new requests a second."""


def _nobody() -> None: ...


class Endpoint:
    """One SIP endpoint.

    `tag` makes unguessable tokens, at least 64 bits each. `via_host` says "host" or "host:port" of our Via towards a
    flow. `node` is this process's id: it begins every tag and, after the magic cookie, every branch of ours, so that
    another process can tell whose a message is. `wake` is called when a verb other than `receive` and `timer` has left
    something to send or an earlier deadline. Times are monotonic seconds.
    """

    def __init__(
        self,
        *,
        tag: Callable[[], str],
        via_host: Callable[[Flow], str],
        limits: Limits = LIMITS,
        overload: Overload | None = None,
        wake: Callable[[], None] = _nobody,
        node: str = "0",
    ) -> None:
        self.overload = overload
        self._limits = limits
        self._wake = wake
        self._exchange = Exchange(tag, node)
        self._serving = Serving(self._exchange, overload, CAPACITY)
        self._asking = Asking(self._exchange, via_host, CAPACITY)

    @property
    def transactions(self) -> tuple[int, int]:
        """How many server and client transactions are held."""
        return len(self._serving), len(self._asking)

    def ask_first(self, door: Door) -> None:
        """Let somebody see every request before a transaction is made for it."""
        self._serving.door = door

    def limit_transactions(self, capacity: int) -> None:
        """Hold at most so many on either side, and an eighth more for requests inside dialogs."""
        self._serving.capacity = self._asking.capacity = capacity

    def new_tag(self) -> str:
        """A tag of ours, with the node in it."""
        return self._exchange.new_tag()

    # ---- in

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """One message as it came in: a datagram, or what the framing of a stream gave. Never raises."""
        try:
            message = parse(data, self._limits)
            if isinstance(message, Request):
                self._serving.receive(message, len(data), flow, now)
            else:
                self._asking.receive(message, flow, now)
        except BadPeer as fault:
            if fault.request is not None:
                self._serving.refuse(fault.request, flow, fault.status, reason=fault.reason)

    def lost(self, flow: Flow, now: float) -> None:
        """A connection is gone, or what was sent to this flow could not be."""
        self._serving.lost(flow)
        self._asking.lost(flow, now)

    def timer(self, now: float) -> None:
        """Do what has become due."""
        for key in self._exchange.wheel.due(now):
            if not self._serving.ring(key, now):
                self._asking.ring(key, now)

    # ---- out

    def deadline(self) -> float | None:
        """When `timer` wants to be called; None if nothing is waiting."""
        return self._exchange.wheel.deadline()

    def to_send(self) -> list[tuple[bytes, Flow]]:
        """What has to go out since the last call, in order."""
        out, self._exchange.out = self._exchange.out, []
        return out

    def next_event(self) -> Event | None:
        """What happened next, None if nothing more did."""
        events = self._exchange.events
        return events.popleft() if events else None

    # ---- the user's verbs

    def respond(self, key: ServerKey, response: Response, now: float) -> None:
        """Answer a request; does nothing when its transaction is over.

        A 2xx to an INVITE may be given again and again until its ACK comes: that is the user's business (13.3.1.4).
        """
        self._serving.respond(key, response, now)
        self._wake()

    def request(self, request: Request, flow: Flow, now: float) -> ClientKey:
        """Send a request, neither ACK nor CANCEL, under a Via of ours.

        When too many are under way it fails at once, by the event `RequestFailed`.
        """
        key = self._asking.request(request, flow, now)
        self._wake()
        return key

    def cancel(self, key: ClientKey, now: float, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Cancel an INVITE: at once, or when its first provisional response comes (9.1).

        Its answer comes as ever: 487, another refusal, or a 2xx that crossed the CANCEL.
        """
        self._asking.cancel(key, now, headers)
        self._wake()

    def send(self, message: Request | Response, flow: Flow) -> None:
        """Send what belongs to no transaction: the ACK for a 2xx, or a 2xx again."""
        if isinstance(message, Request):
            if message.method != "ACK":
                raise OurMistake("a request other than ACK needs a transaction")
            message = self._asking.ack(message, flow)
        self._exchange.out.append((message.encode(), flow))
        self._wake()
