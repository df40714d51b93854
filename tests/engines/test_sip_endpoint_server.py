"""Server transactions of the endpoint: RFC 3261 8.2, 9.2, 17.2 and 18.2, RFC 3581, RFC 6026."""

import weakref
from dataclasses import replace

import pytest
from endpoint_wire import TCP, UDP, WS, Wire, raw_message, request

from unificx.sip import endpoint
from unificx.sip.flow import Flow
from unificx.sip.message import Response, parse, respond
from unificx.sip.transactions.events import (
    DROP,
    AckReceived,
    AckTimeout,
    CancelReceived,
    RequestReceived,
    StatelessReply,
)


def receive_request(wire: Wire, data: bytes, flow: Flow = UDP) -> RequestReceived:
    (event,) = wire.receive(data, flow)
    assert isinstance(event, RequestReceived)
    return event


def send_response(wire: Wire, event: RequestReceived, status: int, **more: object) -> None:
    wire.endpoint.respond(event.key, respond(event.request, status, to_tag="b1", **more), wire.now)
    wire.flush()


def test_request_is_delivered_once_and_retransmissions_get_the_same_response() -> None:
    wire = Wire()
    event = receive_request(wire, request("OPTIONS"))
    assert wire.receive(request("OPTIONS")) == []
    send_response(wire, event, 200)
    wire.advance(1.0)
    assert wire.receive(request("OPTIONS")) == []
    assert wire.lines == ["SIP/2.0 200 OK"] * 2
    assert {flow for _, _, flow in wire.sent} == {UDP}


MULTIPART = ('Content-Type: multipart/mixed; boundary="b-1"',)
LOCATION = b"Content-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n\r\n<presence/>"
ISUP = b"Content-Type: application/ISUP;version=itu-t92+\r\nContent-Disposition: signal;handling=%b\r\n\r\n\x01\x00"
OFFER = b"Content-Type: application/SDP\r\n\r\nv=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"


def with_body(method: str, body: bytes) -> bytes:
    return request(method, more=MULTIPART).replace(b"Length: 0", b"Length: %d" % len(body)) + body


def parts(*each: bytes) -> bytes:
    return b"preamble" + b"".join(b"\r\n--b-1\r\n" + part for part in each) + b"\r\n--b-1--\r\n"


@pytest.mark.parametrize(
    ("body", "sdp"),
    [
        (parts(OFFER, LOCATION), OFFER.partition(b"\r\n\r\n")[2]),
        (parts(ISUP % b"optional", OFFER), OFFER.partition(b"\r\n\r\n")[2]),
        (parts(OFFER, ISUP % b"required"), None),
        (parts(LOCATION), b""),
        (parts(OFFER)[:-6], None),
        (parts(OFFER, *[LOCATION] * 16), None),
        (parts(b"Content-Transfer-Encoding: base64\r\n" + OFFER), None),
    ],
)
def test_sdp_is_read_from_a_body_of_several_parts(body: bytes, sdp: bytes | None) -> None:
    """RFC 5621. With a part that must be understood or cannot be read, the body is left to be refused."""
    received = receive_request(Wire(), with_body("INVITE", body)).request
    assert received.body == (body if sdp is None else sdp)
    assert received.content_type == {None: "multipart/mixed", b"": ""}.get(sdp, "application/sdp")
    text = receive_request(Wire(), with_body("MESSAGE", body)).request
    assert text.body == body


def test_stateless_reply_creates_no_transaction() -> None:
    """RFC 3261 8.2.7: equal responses to retransmissions, the ACK is absorbed, accepted requests are delivered."""
    reply = StatelessReply(407, (("Subject", "y"),))
    wire = Wire(check=lambda request, flow, now: reply if request.first("subject") is None else "accepted")
    invite = request("INVITE", sent_by="phone.local;rport")
    assert wire.receive(invite) == wire.receive(invite) == []
    assert wire.lines == ["SIP/2.0 407 Proxy Authentication Required"] * 2
    first, again = (parse(wire.sent[at][1]) for at in (0, 1))
    assert first.headers == again.headers
    assert (first.first("subject"), first.via.received) == ("y", UDP.host)
    tag = first.to.tag
    assert tag.startswith("n7.")
    assert wire.receive(request("ACK", sent_by="phone.local;rport", to_tag=tag)) == []
    assert wire.endpoint.transactions == (0, 0)
    assert wire.endpoint.deadline() is None
    accepted = receive_request(wire, request("INVITE", branch="z9hG4bK-2", cseq=2, more=["Subject: y"]))
    assert accepted.decision == "accepted"
    assert wire.receive(request("INFO", branch="z9hG4bK-3", to_tag="b1")) == []
    assert wire.lines[2:] == ["SIP/2.0 407 Proxy Authentication Required"]
    receive_request(wire, request("INFO", branch="z9hG4bK-4", to_tag="b1", more=["Subject: y"]))


def test_request_dropped_by_the_check_creates_no_transaction() -> None:
    wire = Wire(check=lambda request, flow, now: DROP)
    assert wire.receive(request("INFO", to_tag="b1")) == []
    assert wire.lines == []
    assert wire.endpoint.transactions == (0, 0)


def test_response_has_all_vias_and_the_source_address() -> None:
    wire = Wire()
    data = request("OPTIONS", sent_by="phone.local;rport", more=["Via: SIP/2.0/TCP far.example;branch=z9hG4bKfar"])
    flow = Flow("udp", "203.0.113.9", 61_000)
    send_response(wire, receive_request(wire, data, flow), 200)
    hops = [str(hop) for hop in wire.last().vias]
    assert hops == [
        "SIP/2.0/UDP phone.local;branch=z9hG4bK-1;received=203.0.113.9;rport=61000",
        "SIP/2.0/TCP far.example;branch=z9hG4bKfar",
    ]
    assert wire.sent[-1][2] == flow


def test_correct_via_is_unchanged() -> None:
    event = receive_request(Wire(), request("OPTIONS"))
    assert event.request.first("via") == "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-1"


@pytest.mark.parametrize(
    ("sent_by", "more", "port"),
    [
        ("192.0.2.7:5080", "", 5080),
        ("192.0.2.7", "", 5060),
        ("192.0.2.7", ";x", 5060),
        ("192.0.2.7:5080", ";x", 5080),
        ("192.0.2.7:5080", ";rport", 50_123),
        ("192.0.2.7:5080", ";rport;x", 50_123),
        ("10.0.0.7:5080", "", 50_123),
        ("10.0.0.7:5080", ";x", 50_123),
        ("phone.local", "", 50_123),
    ],
)
def test_response_goes_to_the_stated_port_of_a_peer_that_states_its_address(sent_by: str, more: str, port: int) -> None:
    """RFC 3261 section 18.2.2: some phones send from one port and listen at another. Behind NAT the stated one is
    useless."""
    flow = Flow("udp", "192.0.2.7", 50_123, local=1)
    data = request("OPTIONS", sent_by=sent_by).replace(b";branch=z9hG4bK-1", b";branch=z9hG4bK-1" + more.encode())
    wire = Wire()
    send_response(wire, receive_request(wire, data, flow), 200)
    wire.receive(data.replace(b"Call-ID: call-1\r\n", b"").replace(b"K-1", b"K-2"), flow)
    assert [(line, flow) for (_, _, flow), line in zip(wire.sent, wire.lines, strict=True)] == [
        ("SIP/2.0 200 OK", replace(flow, port=port)),
        ("SIP/2.0 400 Missing Call-ID", replace(flow, port=port)),
    ]


@pytest.mark.parametrize("sent_by", ["192.0.2.7:99999", "192.0.2.7:5080;=", "192.0.2.7;="])
def test_response_to_a_request_with_a_malformed_via_goes_to_its_source(sent_by: str) -> None:
    wire, flow = Wire(), Flow("udp", "192.0.2.7", 50_123, local=1)
    wire.receive(request("OPTIONS", sent_by=sent_by), flow)
    assert [(line[:12], to) for (_, _, to), line in zip(wire.sent, wire.lines, strict=True)] == [("SIP/2.0 400 ", flow)]


def test_forged_received_is_replaced() -> None:
    wire = Wire()
    event = receive_request(wire, request("OPTIONS", sent_by="192.0.2.7:5060;received=203.0.113.99"))
    assert event.request.via.received == ""
    assert (
        receive_request(wire, request("INFO", sent_by="10.0.0.1;received=203.0.113.99")).request.via.received
        == "192.0.2.7"
    )


@pytest.mark.parametrize(
    "other",
    [
        request("OPTIONS", branch="z9hG4bK-2", call_id="call-9"),
        request("OPTIONS", sent_by="192.0.2.8:5060", call_id="call-9"),
        request("INFO"),
    ],
    ids=["branch", "sent-by", "method"],
)
def test_another_branch_sent_by_or_method_is_another_transaction(other: bytes) -> None:
    wire = Wire()
    receive_request(wire, request("OPTIONS"))
    receive_request(wire, other)


def test_sent_by_is_compared_case_insensitively() -> None:
    wire = Wire()
    receive_request(wire, request("OPTIONS", sent_by="Phone.Local"))
    assert wire.receive(request("OPTIONS", sent_by="phone.local")) == []
    assert wire.sent == []


# ---- INVITE


def test_invite_gets_100_only_without_another_response_in_200_ms() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE"))
    wire.advance(0.19)
    assert wire.sent == []
    wire.advance(0.05)
    assert wire.lines == ["SIP/2.0 100 Trying"]
    assert wire.last().to.tag == ""
    send_response(wire, event, 180)
    wire.advance(10)
    wire.receive(request("INVITE"))
    assert wire.lines[1:] == ["SIP/2.0 180 Ringing"] * 2


def test_retransmitted_invite_without_a_response_gets_100() -> None:
    wire = Wire()
    receive_request(wire, request("INVITE"))
    assert wire.receive(request("INVITE")) == []
    assert wire.lines == ["SIP/2.0 100 Trying"]


def test_error_response_is_retransmitted_until_its_ack_which_is_not_delivered() -> None:
    wire = Wire()
    send_response(wire, receive_request(wire, request("INVITE")), 486)
    wire.advance(2.0)
    assert [at for at, _, _ in wire.sent] == pytest.approx([0, 0.5, 1.5], abs=0.05)
    assert wire.receive(request("ACK", to_tag="b1")) == []
    assert wire.receive(request("ACK", to_tag="b1")) == []
    assert wire.advance(60) == []
    assert len(wire.sent) == 3
    assert wire.endpoint.transactions == (0, 0)


def test_missing_ack_of_an_error_response_is_reported() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE"))
    send_response(wire, event, 486)
    assert wire.advance(33) == [AckTimeout(event.key)]
    assert wire.lines == ["SIP/2.0 486 Busy Here"] * 11


def test_error_response_is_sent_once_on_a_stream() -> None:
    wire = Wire()
    send_response(wire, receive_request(wire, request("INVITE"), TCP), 486)
    wire.advance(20)
    assert wire.receive(request("ACK", to_tag="b1"), TCP) == []
    assert len(wire.sent) == 1
    assert wire.endpoint.transactions == (0, 0)


def test_ack_of_a_2xx_is_delivered_and_later_invites_are_absorbed() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE"))
    send_response(wire, event, 200)
    assert wire.receive(request("INVITE")) == []
    send_response(wire, event, 200)
    assert wire.lines == ["SIP/2.0 200 OK"] * 2
    (ack,) = wire.receive(request("ACK", branch="z9hG4bK-ack", to_tag="b1"))
    (same_branch,) = wire.receive(request("ACK", to_tag="b1"))
    assert isinstance(ack, AckReceived)
    assert isinstance(same_branch, AckReceived)
    assert wire.advance(33) == []
    assert wire.endpoint.transactions == (0, 0)


def test_ack_before_a_final_response_is_dropped() -> None:
    wire = Wire()
    receive_request(wire, request("INVITE"))
    assert wire.receive(request("ACK")) == []


def test_late_response_is_not_sent() -> None:
    wire = Wire()
    event = receive_request(wire, request("OPTIONS"))
    wire.advance(40)
    send_response(wire, event, 200)
    assert wire.sent == []


def test_invite_without_a_tu_response_is_rejected_and_reported_as_cancelled() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE"))
    send_response(wire, event, 180)
    assert wire.advance(301) == [CancelReceived(event.key)]
    assert wire.lines[-1] == "SIP/2.0 408 Request Timeout"
    assert wire.last().to.tag == "b1"
    assert wire.endpoint.transactions == (0, 0)


# ---- CANCEL


def test_cancel_is_answered_and_reported_once() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE"))
    send_response(wire, event, 180)
    wire.clear()
    assert wire.receive(request("CANCEL")) == [CancelReceived(event.key)]
    assert wire.receive(request("CANCEL")) == []
    assert wire.lines == ["SIP/2.0 200 OK"] * 2
    assert wire.sent[0][1] == wire.sent[1][1]
    assert wire.last().to.tag == "b1"
    assert wire.last().cseq.method == "CANCEL"
    send_response(wire, event, 487)
    assert wire.receive(request("CANCEL")) == []
    assert wire.lines[2:] == ["SIP/2.0 487 Request Terminated", "SIP/2.0 200 OK"]


@pytest.mark.parametrize("status", [200, 486])
def test_late_cancel_has_no_effect(status: int) -> None:
    wire = Wire()
    send_response(wire, receive_request(wire, request("INVITE")), status)
    assert wire.receive(request("CANCEL")) == []
    assert wire.lines[-1] == "SIP/2.0 200 OK"


def test_cancel_before_any_response_is_answered_with_a_tag() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE"))
    assert wire.receive(request("CANCEL")) == [CancelReceived(event.key)]
    assert wire.last().to.tag.startswith("n7.")


def test_unmatched_cancel_gets_481_and_creates_no_transaction() -> None:
    wire = Wire()
    assert wire.receive(request("CANCEL")) == []
    assert wire.lines == ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    assert wire.endpoint.transactions == (0, 0)


# ---- RFC 2543 peers


def test_rfc_2543_requests_are_matched_by_all_fields() -> None:
    wire = Wire()
    receive_request(wire, request("INVITE", branch=""))
    assert wire.receive(request("INVITE", branch="")) == []
    assert wire.receive(request("INVITE", branch="", cseq=2)) != []
    assert wire.receive(request("INVITE", branch="1", cseq=3)) != []


def test_magic_cookie_alone_is_not_a_branch() -> None:
    wire = Wire()
    receive_request(wire, request("OPTIONS", branch="z9hG4bK", call_id="call-1"))
    receive_request(wire, request("OPTIONS", branch="z9hG4bK", call_id="call-2"))


def test_rfc_2543_ack_must_have_the_tag_of_the_error_response() -> None:
    wire = Wire()
    send_response(wire, receive_request(wire, request("INVITE", branch="")), 486)
    (stray,) = wire.receive(request("ACK", branch="", to_tag="other"))
    assert isinstance(stray, AckReceived)
    assert wire.receive(request("ACK", branch="", to_tag="b1")) == []
    assert wire.advance(40) == []


def test_rfc_2543_ack_of_a_2xx_is_delivered() -> None:
    wire = Wire()
    send_response(wire, receive_request(wire, request("INVITE", branch="")), 200)
    (ack,) = wire.receive(request("ACK", branch="", to_tag="b1"))
    assert isinstance(ack, AckReceived)


def test_rfc_2543_cancel_is_matched() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE", branch=""))
    assert wire.receive(request("CANCEL", branch="")) == [CancelReceived(event.key)]


# ---- rejected by the endpoint


def test_merged_request_gets_482() -> None:
    wire = Wire()
    receive_request(wire, request("INVITE"))
    assert wire.receive(request("INVITE", branch="z9hG4bK-2")) == []
    assert wire.lines == ["SIP/2.0 482 Loop Detected"]


def test_in_dialog_requests_are_never_merged() -> None:
    wire = Wire()
    receive_request(wire, request("INFO", to_tag="b1"))
    receive_request(wire, request("INFO", branch="z9hG4bK-2", to_tag="b1"))


def test_request_is_not_merged_after_the_first_transaction_ended() -> None:
    wire = Wire()
    send_response(wire, receive_request(wire, request("OPTIONS")), 200)
    wire.advance(40)
    receive_request(wire, request("OPTIONS", branch="z9hG4bK-2"))


def test_call_with_no_hops_left_gets_483() -> None:
    wire = Wire()
    assert wire.receive(request("INVITE", more=["Max-Forwards: 0"])) == []
    assert wire.lines == ["SIP/2.0 483 Too Many Hops"]


@pytest.mark.parametrize(("method", "to_tag"), [("BYE", "b1"), ("OPTIONS", ""), ("REGISTER", ""), ("MESSAGE", "")])
def test_request_with_no_hops_left_is_accepted_at_its_destination(method: str, to_tag: str) -> None:
    receive_request(Wire(), request(method, to_tag=to_tag, more=["Max-Forwards: 0"]))


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (request("OPTIONS", more=["Max-Forwards: many"]), "SIP/2.0 400 "),
        (request("OPTIONS", cseq_method="INVITE"), "SIP/2.0 400 "),
        (request("OPTIONS").replace(b"Call-ID: call-1\r\n", b""), "SIP/2.0 400 "),
        (request("OPTIONS").replace(b"To: <", b"To: <<"), "SIP/2.0 400 "),
        (request("OPTIONS").replace(b" SIP/2.0\r\n", b" SIP/7.0\r\n", 1), "SIP/2.0 505 "),
        (request("OPTIONS", uri="nobody:knows"), "SIP/2.0 416 "),
        (request("OPTIONS", sent_by="192.0.2.7:65536"), "SIP/2.0 400 "),
        (request("OPTIONS", sent_by="192.0.2.7:99999", branch=""), "SIP/2.0 400 "),
    ],
    ids=["max-forwards", "cseq", "call-id", "to", "version", "scheme", "via-port", "via-port-without-branch"],
)
def test_malformed_request_gets_the_same_response_each_time(data: bytes, line: str) -> None:
    wire = Wire()
    assert wire.receive(data) == []
    assert wire.receive(data) == []
    assert wire.lines[0].startswith(line)
    assert wire.sent[0][1] == wire.sent[1][1]
    assert wire.sent[0][2] == UDP
    assert wire.endpoint.transactions == (0, 0)


def test_stream_request_without_content_length_gets_400() -> None:
    """RFC 3261 section 20.14: without it the end of a message on a stream is unknown. A datagram ends by itself."""
    wire = Wire()
    data = request("OPTIONS").replace(b"Content-Length: 0\r\n", b"")
    assert wire.receive(data, TCP) == []
    assert wire.lines == ["SIP/2.0 400 Missing Content-Length"]
    receive_request(wire, data, WS)


LONG = "X: " + "y" * 9_000
BIG = request("INVITE", more=["X: y" * 10] * 101)


@pytest.mark.parametrize(
    "data",
    [
        request("INVITE", more=[LONG]),
        request("INVITE", more=[LONG] * 4),
        BIG,
        request("INVITE") + b"v" * 65_536,
        request("INVITE", more=[LONG] * 4)[:33_000],
        b"\r\n" + request("INVITE", more=[LONG]),
        request("INVITE").replace(b"INVITE sip:", b"INVITE sip:" + b"a" * 9_000),
        request("INVITE", more=["X: y" * 100]).replace(b"Content-Length: 0", b"Content-Length: 65536"),
        request("INVITE", more=["X: y" * 100]).replace(b"Content-Length: 0", b"Content-Length: 99999999999999999999"),
    ],
    ids=["line", "head", "headers", "message", "cut", "crlf", "target", "length", "long-length"],
)
def test_too_large_request_gets_513(data: bytes) -> None:
    """RFC 3261 section 21.5.7. The response repeats what identifies the request and is smaller."""
    for flow in (UDP, TCP):
        wire = Wire()
        assert wire.receive(data, flow) == []
        [(_, answer, to)] = wire.sent
        response = parse(answer)
        assert isinstance(response, Response)
        assert (response.status, response.reason, to) == (513, "Message Too Large", flow)
        assert (response.via.branch, response.call_id, response.cseq.method) == ("z9hG4bK-1", "call-1", "INVITE")
        assert response.to.tag
        assert len(answer) < len(data)
        assert wire.endpoint.transactions == (0, 0)


@pytest.mark.parametrize(
    "data",
    [
        request("ACK", more=[LONG]),
        b"\r\n" + request("ACK", more=[LONG]),
        b"SIP/2.0 200 OK" + request("INVITE", more=[LONG]).partition(b"SIP/2.0")[2],
        b"INVITE sip:a SIP/2.0\r\n" + b"Via: SIP/2.0/UDP h;branch=z9hG4bK-1\r\n" * 101 + b"\r\n",
        b"INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP " + b"h" * 9_000 + b"\r\n\r\n",
        b"INVITE sip:a SIP/2.0\r\nX: " + b"y" * 33_000,
        b"x" * 60_000,
        b"\r\n" * 30_000,
    ],
    ids=["ack", "crlf-ack", "response", "vias", "via", "no-via", "no-lines", "crlfs"],
)
def test_other_too_large_messages_are_not_answered(data: bytes) -> None:
    """Neither is a request whose response would be as large."""
    wire = Wire()
    assert wire.receive(data) == []
    assert wire.sent == []


def test_refusals_of_malformed_requests_are_limited() -> None:
    """Their source address may be forged."""
    wire = Wire(may_reject=lambda request, flow, now: False)
    for data in (BIG, request("OPTIONS", cseq_method="INVITE")):
        assert wire.receive(data) == []
    assert wire.sent == []


def test_an_invite_with_video_and_many_candidates_is_accepted() -> None:
    """A browser with 40 addresses offers audio, video and data in less than 20 kB."""
    candidate = "a=candidate:1 1 udp 2122260223 2001:db8:1234:5678:9abc:def0:1234:5678 60000 typ host generation 0"
    offer = "\r\n".join(["v=0", "o=- 1 1 IN IP4 192.0.2.7", "s=-", "t=0 0", "m=audio 9 RTP/AVP 0", *[candidate] * 160])
    data = request("INVITE").replace(
        b"Content-Length: 0\r\n\r\n", f"Content-Length: {len(offer)}\r\n\r\n{offer}".encode()
    )
    assert len(data) > 16_000
    receive_request(Wire(), data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\x01\x02",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        request("ACK").replace(b"CSeq: 1", b"CSeq: x"),
        request("OPTIONS").replace(b"Via:", b"Vai:"),
        raw_message("SIP/2.0 200 OK", "Via: SIP/2.0/UDP 198.51.100.1:5060"),
    ],
)
def test_unanswerable_data_is_ignored(data: bytes) -> None:
    wire = Wire()
    assert wire.receive(data) == []
    assert wire.sent == []


# ---- flows


def test_response_ends_the_transaction_on_a_stream() -> None:
    wire = Wire()
    send_response(wire, receive_request(wire, request("OPTIONS"), TCP), 200)
    assert wire.sent[0][2] == TCP
    assert wire.endpoint.transactions == (0, 0)


@pytest.mark.parametrize(
    ("sent_by", "transport", "port"),
    [("192.0.2.7:5070", "tcp", 5070), ("192.0.2.7", "tcp", 5060), ("192.0.2.7", "tls", 5061)],
)
def test_response_goes_to_the_sent_by_after_the_connection_closed(sent_by: str, transport: str, port: int) -> None:
    wire = Wire()
    flow = Flow(transport, "192.0.2.7", 40_000, connection=3, local=1)
    event = receive_request(wire, request("OPTIONS", sent_by=sent_by), flow)
    other = receive_request(wire, request("INFO"), Flow(transport, "192.0.2.7", 40_000, connection=8))
    wire.endpoint.connection_lost(flow)
    send_response(wire, event, 200)
    send_response(wire, other, 200)
    assert wire.sent[0][2] == Flow(transport, "192.0.2.7", port, connection=0, local=1)
    assert wire.sent[1][2].connection == 8


def test_no_new_connection_to_a_websocket_peer() -> None:
    wire = Wire()
    event = receive_request(wire, request("OPTIONS"), WS)
    wire.endpoint.connection_lost(WS)
    send_response(wire, event, 200)
    assert wire.sent[0][2] == WS


def test_lost_datagram_flow_does_not_affect_its_requests() -> None:
    wire = Wire()
    event = receive_request(wire, request("OPTIONS"))
    wire.endpoint.connection_lost(UDP)
    send_response(wire, event, 200)
    assert wire.sent[0][2] == UDP


# ---- limits


def test_new_requests_over_capacity_get_503_but_dialogs_may_exceed_it_by_an_eighth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(endpoint, "CAPACITY", 8)
    wire = Wire()
    for number in range(8):
        receive_request(wire, request("OPTIONS", branch=f"z9hG4bK-{number}", call_id=f"call-{number}"))
    assert wire.receive(request("OPTIONS", branch="z9hG4bK-8", call_id="call-8")) == []
    refused = wire.last()
    assert isinstance(refused, Response)
    assert (refused.status, refused.first("retry-after")) == (503, "10")
    event = receive_request(wire, request("BYE", branch="z9hG4bK-9", to_tag="b1"))
    assert wire.receive(request("BYE", branch="z9hG4bK-10", to_tag="b1")) == []
    assert wire.endpoint.transactions == (9, 0)
    send_response(wire, event, 200)
    wire.advance(40)
    assert wire.endpoint.transactions == (0, 0)


def test_total_request_size_limits_capacity() -> None:
    wire = Wire()
    for number in range(5000):
        wire.receive(request("INFO", branch=f"z9hG4bK-{number}", call_id=f"call-{number}") + b"x" * 56_000)
    assert wire.lines[0] == "SIP/2.0 503 Service Unavailable"
    assert 4600 < wire.endpoint.transactions[0] < 4900
    receive_request(wire, request("BYE", to_tag="b1"))
    wire.advance(40)
    receive_request(wire, request("OPTIONS"))


def test_request_is_released_once_answered() -> None:
    wire = Wire()
    event = receive_request(wire, request("INVITE"))
    send_response(wire, event, 486)
    held = weakref.ref(event.request)
    del event
    assert held() is None
    assert wire.endpoint.transactions == (1, 0)


def test_local_tag_contains_the_node() -> None:
    assert Wire().endpoint.new_tag() == "n7.t1"


def test_wake_is_called_only_by_commands_of_the_tu() -> None:
    wire = Wire()
    event = receive_request(wire, request("OPTIONS"))
    assert wire.wake_count == 0
    send_response(wire, event, 200)
    assert wire.wake_count == 1
