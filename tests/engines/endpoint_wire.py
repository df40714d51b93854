"""An endpoint in virtual time, and a peer that builds raw messages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count

from unificx.sip.endpoint import Endpoint, RequestChecks
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, parse
from unificx.sip.overload import OverloadControl
from unificx.sip.transactions.events import CheckRequest, Event

UDP = Flow("udp", "192.0.2.7", 5060)
TCP = Flow("tcp", "192.0.2.7", 40_000, connection=3)
WS = Flow("ws", "192.0.2.7", 40_000, connection=4)


def raw_message(start: str, *headers: str, body: str = "") -> bytes:
    return "\r\n".join([start, *headers, f"Content-Length: {len(body)}", "", body]).encode()


def request(
    method: str,
    *,
    branch: str = "z9hG4bK-1",
    sent_by: str = "192.0.2.7:5060",
    to_tag: str = "",
    cseq: int = 1,
    cseq_method: str = "",
    uri: str = "sip:bob@example.com",
    call_id: str = "call-1",
    more: Iterable[str] = (),
) -> bytes:
    """Return a raw request of a phone; `branch` "" makes it an RFC 2543 request."""
    return raw_message(
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {sent_by}" + (f";branch={branch}" if branch else ""),
        "From: <sip:alice@example.com>;tag=a1",
        "To: <sip:bob@example.com>" + (f";tag={to_tag}" if to_tag else ""),
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {cseq_method or method}",
        *more,
    )


def local_request(method: str = "INVITE", *more: tuple[str, str]) -> Request:
    """Return a local request, still without a Via."""
    return Request(
        method,
        "sip:alice@192.0.2.7",
        [
            ("Max-Forwards", "70"),
            ("From", "<sip:bob@example.com>;tag=b1"),
            ("To", "<sip:alice@example.com>"),
            ("Call-ID", "call-2"),
            ("CSeq", f"7 {method}"),
            *more,
        ],
    )


def response_to(request_data: bytes, status: int, *, to_tag: str = "a9", body: str = "") -> bytes:
    """Return the raw response of a peer to a raw request."""
    read = parse(request_data)
    to = read.first("to") or ""
    return raw_message(
        f"SIP/2.0 {status} Whatever",
        *(f"Via: {hop}" for hop in read.all("via")),
        f"From: {read.first('from')}",
        f"To: {to}" + (f";tag={to_tag}" if to_tag and status > 100 and "tag=" not in to else ""),
        f"Call-ID: {read.first('call-id')}",
        f"CSeq: {read.first('cseq')}",
        body=body,
    )


@dataclass
class Wire:
    """An endpoint in virtual time; `sent` collects its output as (seconds, bytes, flow)."""

    overload: OverloadControl | None = None
    check: CheckRequest = lambda request, flow, now: None
    may_reject: Callable[[Request, Flow, float], bool] = lambda request, flow, now: True
    now: float = 1000.0
    sent: list[tuple[float, bytes, Flow]] = field(default_factory=list)
    wake_count: int = 0

    def __post_init__(self) -> None:
        numbers = count(1)
        self.endpoint = Endpoint(
            tag=lambda: f"t{next(numbers)}",
            via_host=lambda flow: "198.51.100.1:5060",
            overload=self.overload,
            wake=self.wake,
            checks=RequestChecks(self.check, self.may_reject),
            node="n7",
        )

    def wake(self) -> None:
        self.wake_count += 1

    def receive(self, data: bytes, flow: Flow = UDP) -> list[Event]:
        self.endpoint.receive(data, flow, self.now)
        return self.events()

    def events(self) -> list[Event]:
        self.flush()
        events = []
        while self.endpoint.events:
            event = self.endpoint.events.popleft()
            events.append(event)
        return events

    def flush(self) -> list[bytes]:
        """Collect and return the output since the last call."""
        out = self.endpoint.to_send()
        self.sent += [(round(self.now - 1000, 3), data, flow) for data, flow in out]
        return [data for data, _ in out]

    def advance(self, seconds: float) -> list[Event]:
        """Advance time and fire all timers due until then."""
        end = self.now + seconds
        events: list[Event] = []
        while (due := self.endpoint.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.endpoint.timer(self.now)
            events += self.events()
        self.now = end
        return events

    @property
    def lines(self) -> list[str]:
        """The start lines of all sent messages."""
        return [data.split(b"\r\n", 1)[0].decode() for _, data, _ in self.sent]

    def last(self) -> Request | Response:
        return parse(self.sent[-1][1])

    def clear(self) -> None:
        self.sent.clear()
