"""Two SIP endpoints back to back over an in-memory wire, in virtual time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.legs import DialogTable, IncomingLeg, InviteParams, Leg, LegEvent, OutgoingLeg
from unificx.sip.message import Request, Response, parse
from unificx.sip.transactions.events import RequestReceived

OFFER = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
ANSWER = b"v=0\r\no=- 2 2 IN IP4 192.0.2.2\r\ns=-\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n"
OTHER = OFFER.replace(b"4000", b"4002") + b"a=sendonly\r\n"

DropRule = Callable[[Request | Response], bool]


def _counter(start: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{start}{next(numbers):08d}"


@dataclass
class Side:
    """One end: an endpoint, its dialog table, and the events of its legs."""

    name: str
    port: int
    session_expires: int = 1800
    endpoint: Endpoint = field(init=False)
    legs: DialogTable = field(init=False)
    events: list[tuple[Leg, LegEvent]] = field(default_factory=list)
    unmatched: list[RequestReceived] = field(default_factory=list)

    def __post_init__(self) -> None:
        here = f"192.0.2.{1 if self.name == 'a' else 2}:{self.port}"
        self.endpoint = Endpoint(tag=_counter(f"{self.name}-tag-"), via_host=lambda flow: here)
        self.legs = DialogTable(
            self.endpoint, lambda flow: f"<sip:{here}>", _counter(f"{self.name}-"), self.session_expires
        )


class Wire:
    """`a` calls `b`. `drops` decides which messages are lost; `log` has a summary of each sent message, `sent` all."""

    def __init__(self, transport: str = "udp", *, session_expires: int = 1800) -> None:
        self.now = 1000.0
        self.a, self.b = Side("a", 5061, session_expires), Side("b", 5062)
        self.transport = transport
        self.drops: DropRule = lambda message: False
        self.log: list[str] = []
        self.sent: list[Request | Response] = []

    def flow_to(self, side: Side) -> Flow:
        return Flow(self.transport, f"192.0.2.{1 if side is self.a else 2}", side.port)

    def call(self, body: bytes = OFFER, headers: tuple[tuple[str, str], ...] = ()) -> OutgoingLeg:
        leg = self.a.legs.outgoing(
            InviteParams("sip:bob@192.0.2.2", self.flow_to(self.b), "<sip:alice@a.example>", "<sip:bob@b.example>",
                       headers=headers)
        )  # fmt: skip
        leg.call(body, self.now)
        self.pump()
        return leg

    def accept_incoming(self) -> IncomingLeg:
        """Create the leg of the INVITE received by `b`."""
        event = self.b.unmatched.pop()
        return self.b.legs.incoming(event.key, event.request, event.flow, self.now)

    def pump(self) -> None:
        """Transfer messages until neither side has any to send."""
        busy = True
        while busy:
            busy = False
            for side, other in ((self.a, self.b), (self.b, self.a)):
                self._events(side)
                for data, _ in side.endpoint.to_send():
                    busy = True
                    self._carry(data, side, other)

    def _carry(self, data: bytes, side: Side, other: Side) -> None:
        message = parse(data)
        summary = message.method if isinstance(message, Request) else f"{message.status} {message.cseq.method}"
        dropped = self.drops(message)
        self.sent.append(message)
        self.log.append(f"{side.name}: {summary}{' (lost)' if dropped else ''}")
        if not dropped:
            other.endpoint.receive(data, self.flow_to(side), self.now)
            self._events(other)

    def _events(self, side: Side) -> None:
        while side.endpoint.events:
            event = side.endpoint.events.popleft()
            if not side.legs.handle(event, self.now) and isinstance(event, RequestReceived):
                side.unmatched.append(event)
        side.events += side.legs.take_events()

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            due = [at for side in (self.a, self.b) for at in self._deadlines(side) if at <= end]
            if not due:
                break
            self.now = max(self.now, min(due))
            for side in (self.a, self.b):
                side.endpoint.timer(self.now)
                side.legs.timer(self.now)
            self.pump()
        self.now = end

    @staticmethod
    def _deadlines(side: Side) -> Iterator[float]:
        at = side.endpoint.deadline()
        if at is not None:
            yield at
        if len(side.legs):
            yield side.legs.deadline()

    def take_events(self, side: Side) -> list[LegEvent]:
        """Return the leg events of the side since the last call."""
        events, side.events = [event for _, event in side.events], []
        return events
