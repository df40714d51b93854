"""For any bytes, the endpoint never raises, answers each message at most once, and all transactions end.

Complete messages, truncated messages, and messages with replaced bytes.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.message import Request, respond
from unificx.sip.transactions.events import RequestReceived

FLOWS = (Flow("udp", "192.0.2.7", 5060), Flow("tls", "2001:db8::7", 40_000, connection=3))
LINES = (
    b"INVITE sip:bob@example.com SIP/2.0",
    b"ACK sip:bob@example.com SIP/2.0",
    b"CANCEL sip:bob@example.com SIP/2.0",
    b"OPTIONS sips:[2001:db8::1]:5061;lr SIP/2.0",
    b"REGISTER nobody:knows SIP/2.0",
    b"INVITE sip:bob@example.com SIP/3.0",
    b"SIP/2.0 200 OK",
    b"SIP/2.0 180 Ringing",
    b"SIP/2.0 486 Busy Here",
    b"Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-1",
    b"Via: SIP/2.0/UDP 10.0.0.1;rport;received=1.2.3.4;branch=z9hG4bK-2, SIP/2.0/TCP x;branch=1",
    b"v: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK0.t1",
    b"Via: SIP/2.0/UDP 198.51.100.1:5060;rport=5060;branch=z9hG4bK0.t2",
    b"Via: SIP/2.0/UDP [2001:db8::7];rport",
    b"Via: \xff\xfe",
    b"From: <sip:alice@example.com>;tag=a1",
    b'f: "A \\" \xc3\xa9" <sip:alice@example.com>',
    b"To: <sip:bob@example.com>",
    b"To: <sip:bob@example.com>;tag=b1",
    b"t: sip:bob@example.com;tag=b2",
    b"Call-ID: call-1",
    b"i: \x00",
    b"CSeq: 1 INVITE",
    b"CSeq: 1 ACK",
    b"CSeq: 1 CANCEL",
    b"CSeq: 7 OPTIONS",
    b"CSeq: 99999999999 OPTIONS",
    b"Max-Forwards: 0",
    b"Max-Forwards: -1",
    b"Content-Length: 0",
    b"l: 5",
    b" folded",
    b":",
    b"nonsense",
)


def endpoint() -> Endpoint:
    numbers = iter(range(1, 1_000_000))
    new = Endpoint(tag=lambda: f"t{next(numbers)}", via_host=lambda flow: "198.51.100.1:5060")
    for method in ("INVITE", "OPTIONS"):
        lines = [("From", "<sip:b@x>;tag=b"), ("To", "<sip:a@x>"), ("Call-ID", "c"), ("CSeq", f"7 {method}")]
        new.request(Request(method, "sip:a@x", lines), FLOWS[0], 0.0)
    new.to_send()
    return new


def feed(messages: list[bytes], flow: Flow, status: int) -> None:
    tested, now = endpoint(), 0.0
    for data in messages:
        now += 0.1
        tested.receive(data, flow, now)
        assert len(tested.to_send()) <= 1
        events = []
        while tested.events:
            event = tested.events.popleft()
            events.append(event)
        assert len(events) <= 1
        for event in events:
            if isinstance(event, RequestReceived):
                tested.respond(event.key, respond(event.request, status, to_tag="b1"), now)
                assert len(tested.to_send()) <= 1
    while (due := tested.deadline()) is not None:
        tested.timer(due)
        assert due < 1000
    assert tested.transactions == (0, 0)


some_lines = st.lists(st.one_of(st.sampled_from(LINES), st.binary(max_size=20)), max_size=10)
good_lines = st.tuples(
    st.sampled_from(LINES[:9]),
    st.sampled_from(LINES[9:15]),
    st.sampled_from(LINES[15:17]),
    st.sampled_from(LINES[17:20]),
    st.sampled_from(LINES[20:22]),
    st.sampled_from(LINES[22:27]),
).map(list)
bodies = st.sampled_from([b"", b"hello", b"\r\n\r\n"])
messages = st.tuples(st.one_of(some_lines, good_lines), some_lines, bodies).map(
    lambda parts: b"\r\n".join([*parts[0], *parts[1]]) + b"\r\n\r\n" + parts[2]
)
valid = st.tuples(good_lines, bodies).map(lambda parts: b"\r\n".join(parts[0]) + b"\r\n\r\n" + parts[1])
statuses = st.sampled_from([180, 200, 408, 486])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(messages, valid, st.binary(max_size=200)), max_size=8), st.sampled_from(FLOWS), statuses)
def test_any_bytes(data: list[bytes], flow: Flow, status: int) -> None:
    feed(data, flow, status)


@settings(max_examples=10, deadline=None)
@given(valid, st.sampled_from(FLOWS))
def test_every_prefix_of_a_message(data: bytes, flow: Flow) -> None:
    feed([data[:end] for end in range(len(data))], flow, 486)


@settings(max_examples=100, deadline=None)
@given(valid, st.integers(0, 400), st.binary(max_size=4), st.sampled_from(FLOWS), statuses)
def test_message_with_replaced_bytes(data: bytes, at: int, piece: bytes, flow: Flow, status: int) -> None:
    feed([data, data[:at] + piece + data[at + len(piece) :], data], flow, status)
