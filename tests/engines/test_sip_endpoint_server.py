"""What the endpoint does with requests: RFC 3261 8.2, 9.2, 17.2 and 18.2, RFC 3581, RFC 6026."""

import weakref

import pytest
from sip_wire import TCP, UDP, WS, Wire, request, words

from unificx.sip.endpoint import SILENCE, AckArrived, AckMissing, CancelArrived, RequestArrived
from unificx.sip.flow import Flow
from unificx.sip.message import Response, parse, respond


def arrive(wire: Wire, data: bytes, flow: Flow = UDP) -> RequestArrived:
    (event,) = wire.gets(data, flow)
    assert isinstance(event, RequestArrived)
    return event


def say(wire: Wire, event: RequestArrived, status: int, **more: object) -> None:
    wire.endpoint.respond(event.key, respond(event.request, status, to_tag="b1", **more), wire.now)
    wire.flush()


def test_a_request_goes_up_once_and_its_repetitions_get_the_answer_again() -> None:
    wire = Wire()
    event = arrive(wire, request("OPTIONS"))
    assert wire.gets(request("OPTIONS")) == []
    say(wire, event, 200)
    wire.passes(1.0)
    assert wire.gets(request("OPTIONS")) == []
    assert wire.lines == ["SIP/2.0 200 OK"] * 2
    assert {flow for _, _, flow in wire.sent} == {UDP}


def test_what_is_answered_at_the_door_leaves_nothing() -> None:
    """RFC 3261 8.2.7: the same answer to the same request, its ACK is nobody's business, what is let in goes up."""
    wire = Wire()
    wire.endpoint.ask_first(
        lambda request, flow, now: (407, (("Subject", "y"),)) if request.first("subject") is None else None
    )
    invite = request("INVITE", sent_by="phone.local;rport")
    assert wire.gets(invite) == wire.gets(invite) == []
    assert wire.lines == ["SIP/2.0 407 Proxy Authentication Required"] * 2
    first, again = (parse(wire.sent[at][1]) for at in (0, 1))
    assert first.headers == again.headers
    assert (first.first("subject"), first.via.received) == ("y", UDP.host)
    tag = first.to.tag
    assert tag.startswith("n7.")
    assert wire.gets(request("ACK", sent_by="phone.local;rport", to_tag=tag)) == []
    assert wire.endpoint.transactions == (0, 0)
    assert wire.endpoint.deadline() is None
    arrive(wire, request("INVITE", branch="z9hG4bK-2", cseq=2, more=["Subject: y"]))
    assert wire.gets(request("INFO", branch="z9hG4bK-3", to_tag="b1")) == []
    assert wire.lines[2:] == ["SIP/2.0 407 Proxy Authentication Required"]
    arrive(wire, request("INFO", branch="z9hG4bK-4", to_tag="b1", more=["Subject: y"]))


def test_what_is_met_with_silence_at_the_door_leaves_nothing() -> None:
    wire = Wire()
    wire.endpoint.ask_first(lambda request, flow, now: SILENCE)
    assert wire.gets(request("INFO", to_tag="b1")) == []
    assert wire.lines == []
    assert wire.endpoint.transactions == (0, 0)


def test_the_response_has_all_that_the_request_had_and_where_it_came_from() -> None:
    wire = Wire()
    data = request("OPTIONS", sent_by="phone.local;rport", more=["Via: SIP/2.0/TCP far.example;branch=z9hG4bKfar"])
    flow = Flow("udp", "203.0.113.9", 61_000)
    say(wire, arrive(wire, data, flow), 200)
    hops = [str(hop) for hop in wire.last().vias]
    assert hops == [
        "SIP/2.0/UDP phone.local;branch=z9hG4bK-1;received=203.0.113.9;rport=61000",
        "SIP/2.0/TCP far.example;branch=z9hG4bKfar",
    ]
    assert wire.sent[-1][2] == flow


def test_a_via_that_tells_the_truth_stays_as_it_is() -> None:
    event = arrive(Wire(), request("OPTIONS"))
    assert event.request.first("via") == "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-1"


def test_a_forged_received_is_replaced() -> None:
    wire = Wire()
    event = arrive(wire, request("OPTIONS", sent_by="192.0.2.7:5060;received=203.0.113.99"))
    assert event.request.via.received == ""
    assert arrive(wire, request("INFO", sent_by="10.0.0.1;received=203.0.113.99")).request.via.received == "192.0.2.7"


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
    arrive(wire, request("OPTIONS"))
    arrive(wire, other)


def test_the_sent_by_is_compared_without_regard_to_case() -> None:
    wire = Wire()
    arrive(wire, request("OPTIONS", sent_by="Phone.Local"))
    assert wire.gets(request("OPTIONS", sent_by="phone.local")) == []
    assert wire.sent == []


# ---- INVITE


def test_an_invite_is_told_100_only_when_nothing_better_was_said_in_200_ms() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE"))
    wire.passes(0.19)
    assert wire.sent == []
    wire.passes(0.05)
    assert wire.lines == ["SIP/2.0 100 Trying"]
    assert wire.last().to.tag == ""
    say(wire, event, 180)
    wire.passes(10)
    wire.gets(request("INVITE"))
    assert wire.lines[1:] == ["SIP/2.0 180 Ringing"] * 2


def test_a_repeated_invite_that_was_told_nothing_yet_is_told_100() -> None:
    wire = Wire()
    arrive(wire, request("INVITE"))
    assert wire.gets(request("INVITE")) == []
    assert wire.lines == ["SIP/2.0 100 Trying"]


def test_a_refusal_is_repeated_until_its_ack_which_does_not_go_up() -> None:
    wire = Wire()
    say(wire, arrive(wire, request("INVITE")), 486)
    wire.passes(2.0)
    assert [at for at, _, _ in wire.sent] == pytest.approx([0, 0.5, 1.5], abs=0.05)
    assert wire.gets(request("ACK", to_tag="b1")) == []
    assert wire.gets(request("ACK", to_tag="b1")) == []
    assert wire.passes(60) == []
    assert len(wire.sent) == 3
    assert wire.endpoint.transactions == (0, 0)


def test_a_refusal_without_ack_is_reported() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE"))
    say(wire, event, 486)
    assert wire.passes(33) == [AckMissing(event.key)]
    assert wire.lines == ["SIP/2.0 486 Busy Here"] * 11


def test_on_a_stream_a_refusal_is_sent_once() -> None:
    wire = Wire()
    say(wire, arrive(wire, request("INVITE"), TCP), 486)
    wire.passes(20)
    assert wire.gets(request("ACK", to_tag="b1"), TCP) == []
    assert len(wire.sent) == 1
    assert wire.endpoint.transactions == (0, 0)


def test_the_ack_of_a_2xx_goes_up_and_later_invites_are_absorbed() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE"))
    say(wire, event, 200)
    assert wire.gets(request("INVITE")) == []
    say(wire, event, 200)
    assert wire.lines == ["SIP/2.0 200 OK"] * 2
    (ack,) = wire.gets(request("ACK", branch="z9hG4bK-ack", to_tag="b1"))
    (same_branch,) = wire.gets(request("ACK", to_tag="b1"))
    assert isinstance(ack, AckArrived)
    assert isinstance(same_branch, AckArrived)
    assert wire.passes(33) == []
    assert wire.endpoint.transactions == (0, 0)


def test_an_ack_before_any_final_response_is_dropped() -> None:
    wire = Wire()
    arrive(wire, request("INVITE"))
    assert wire.gets(request("ACK")) == []


def test_a_late_answer_goes_nowhere() -> None:
    wire = Wire()
    event = arrive(wire, request("OPTIONS"))
    wire.passes(40)
    say(wire, event, 200)
    assert wire.sent == []


def test_an_invite_our_user_forgot_is_refused_and_its_user_told_to_let_go() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE"))
    say(wire, event, 180)
    assert wire.passes(301) == [CancelArrived(event.key)]
    assert wire.lines[-1] == "SIP/2.0 408 Request Timeout"
    assert wire.last().to.tag == "b1"
    assert wire.endpoint.transactions == (0, 0)


# ---- CANCEL


def test_a_cancel_is_answered_and_told_once() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE"))
    say(wire, event, 180)
    wire.clear()
    assert wire.gets(request("CANCEL")) == [CancelArrived(event.key)]
    assert wire.gets(request("CANCEL")) == []
    assert wire.lines == ["SIP/2.0 200 OK"] * 2
    assert wire.sent[0][1] == wire.sent[1][1]
    assert wire.last().to.tag == "b1"
    assert wire.last().cseq.method == "CANCEL"
    say(wire, event, 487)
    assert wire.gets(request("CANCEL")) == []
    assert wire.lines[2:] == ["SIP/2.0 487 Request Terminated", "SIP/2.0 200 OK"]


@pytest.mark.parametrize("status", [200, 486])
def test_a_cancel_that_comes_too_late_changes_nothing(status: int) -> None:
    wire = Wire()
    say(wire, arrive(wire, request("INVITE")), status)
    assert wire.gets(request("CANCEL")) == []
    assert wire.lines[-1] == "SIP/2.0 200 OK"


def test_a_cancel_before_any_answer_gets_a_tag_all_the_same() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE"))
    assert wire.gets(request("CANCEL")) == [CancelArrived(event.key)]
    assert wire.last().to.tag.startswith("n7.")


def test_a_cancel_for_nothing_is_481_and_keeps_nothing() -> None:
    wire = Wire()
    assert wire.gets(request("CANCEL")) == []
    assert wire.lines == ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    assert wire.endpoint.transactions == (0, 0)


# ---- peers from before RFC 3261


def test_an_old_peer_is_known_by_everything_its_request_says() -> None:
    wire = Wire()
    arrive(wire, request("INVITE", branch=""))
    assert wire.gets(request("INVITE", branch="")) == []
    assert wire.gets(request("INVITE", branch="", cseq=2)) != []
    assert wire.gets(request("INVITE", branch="1", cseq=3)) != []


def test_the_magic_cookie_alone_is_no_branch() -> None:
    wire = Wire()
    arrive(wire, request("OPTIONS", branch="z9hG4bK", call_id="call-1"))
    arrive(wire, request("OPTIONS", branch="z9hG4bK", call_id="call-2"))


def test_an_old_peers_ack_counts_only_with_the_tag_of_the_refusal() -> None:
    wire = Wire()
    say(wire, arrive(wire, request("INVITE", branch="")), 486)
    (stray,) = wire.gets(request("ACK", branch="", to_tag="other"))
    assert isinstance(stray, AckArrived)
    assert wire.gets(request("ACK", branch="", to_tag="b1")) == []
    assert wire.passes(40) == []


def test_an_old_peers_ack_of_a_2xx_goes_up() -> None:
    wire = Wire()
    say(wire, arrive(wire, request("INVITE", branch="")), 200)
    (ack,) = wire.gets(request("ACK", branch="", to_tag="b1"))
    assert isinstance(ack, AckArrived)


def test_an_old_peer_can_cancel() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE", branch=""))
    assert wire.gets(request("CANCEL", branch="")) == [CancelArrived(event.key)]


# ---- what is refused without asking


def test_a_copy_that_came_another_way_is_482() -> None:
    wire = Wire()
    arrive(wire, request("INVITE"))
    assert wire.gets(request("INVITE", branch="z9hG4bK-2")) == []
    assert wire.lines == ["SIP/2.0 482 Loop Detected"]


def test_inside_a_dialog_nothing_is_a_copy() -> None:
    wire = Wire()
    arrive(wire, request("INFO", to_tag="b1"))
    arrive(wire, request("INFO", branch="z9hG4bK-2", to_tag="b1"))


def test_after_the_first_is_forgotten_it_is_no_copy() -> None:
    wire = Wire()
    say(wire, arrive(wire, request("OPTIONS")), 200)
    wire.passes(40)
    arrive(wire, request("OPTIONS", branch="z9hG4bK-2"))


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS", "MESSAGE"])
def test_a_request_that_has_gone_too_far_is_483(method: str) -> None:
    wire = Wire()
    assert wire.gets(request(method, more=["Max-Forwards: 0"])) == []
    assert wire.lines == ["SIP/2.0 483 Too Many Hops"]


def test_a_bye_at_its_end_has_not_gone_too_far() -> None:
    arrive(Wire(), request("BYE", to_tag="b1", more=["Max-Forwards: 0"]))


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (request("OPTIONS", more=["Max-Forwards: many"]), "SIP/2.0 400 "),
        (request("OPTIONS", cseq_method="INVITE"), "SIP/2.0 400 "),
        (request("OPTIONS").replace(b"Call-ID: call-1\r\n", b""), "SIP/2.0 400 "),
        (request("OPTIONS").replace(b"To: <", b"To: <<"), "SIP/2.0 400 "),
        (request("OPTIONS").replace(b" SIP/2.0\r\n", b" SIP/7.0\r\n", 1), "SIP/2.0 505 "),
        (request("OPTIONS", uri="nobody:knows"), "SIP/2.0 416 "),
    ],
    ids=["max-forwards", "cseq", "call-id", "to", "version", "scheme"],
)
def test_a_malformed_request_is_refused_the_same_way_each_time(data: bytes, line: str) -> None:
    wire = Wire()
    assert wire.gets(data) == []
    assert wire.gets(data) == []
    assert wire.lines[0].startswith(line)
    assert wire.sent[0][1] == wire.sent[1][1]
    assert wire.sent[0][2] == UDP
    assert wire.endpoint.transactions == (0, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\x01\x02",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        request("ACK").replace(b"CSeq: 1", b"CSeq: x"),
        request("OPTIONS").replace(b"Via:", b"Vai:"),
        words("SIP/2.0 200 OK", "Via: SIP/2.0/UDP 198.51.100.1:5060"),
    ],
)
def test_what_cannot_be_answered_meets_silence(data: bytes) -> None:
    wire = Wire()
    assert wire.gets(data) == []
    assert wire.sent == []


# ---- flows


def test_on_a_stream_the_answer_is_the_end() -> None:
    wire = Wire()
    say(wire, arrive(wire, request("OPTIONS"), TCP), 200)
    assert wire.sent[0][2] == TCP
    assert wire.endpoint.transactions == (0, 0)


@pytest.mark.parametrize(
    ("sent_by", "transport", "port"),
    [("192.0.2.7:5070", "tcp", 5070), ("192.0.2.7", "tcp", 5060), ("192.0.2.7", "tls", 5061)],
)
def test_when_the_connection_is_gone_the_answer_goes_to_the_sent_by(sent_by: str, transport: str, port: int) -> None:
    wire = Wire()
    flow = Flow(transport, "192.0.2.7", 40_000, connection=3, local=1)
    event = arrive(wire, request("OPTIONS", sent_by=sent_by), flow)
    other = arrive(wire, request("INFO"), Flow(transport, "192.0.2.7", 40_000, connection=8))
    wire.endpoint.lost(flow, wire.now)
    say(wire, event, 200)
    say(wire, other, 200)
    assert wire.sent[0][2] == Flow(transport, "192.0.2.7", port, connection=0, local=1)
    assert wire.sent[1][2].connection == 8


def test_nobody_can_connect_to_a_browser() -> None:
    wire = Wire()
    event = arrive(wire, request("OPTIONS"), WS)
    wire.endpoint.lost(WS, wire.now)
    say(wire, event, 200)
    assert wire.sent[0][2] == WS


def test_losing_a_datagram_flow_leaves_its_requests_alone() -> None:
    wire = Wire()
    event = arrive(wire, request("OPTIONS"))
    wire.endpoint.lost(UDP, wire.now)
    say(wire, event, 200)
    assert wire.sent[0][2] == UDP


# ---- bounds


def test_when_full_new_requests_are_503_but_dialogs_have_an_eighth_more() -> None:
    wire = Wire()
    wire.endpoint.limit_transactions(8)
    for number in range(8):
        arrive(wire, request("OPTIONS", branch=f"z9hG4bK-{number}", call_id=f"call-{number}"))
    assert wire.gets(request("OPTIONS", branch="z9hG4bK-8", call_id="call-8")) == []
    refused = wire.last()
    assert isinstance(refused, Response)
    assert (refused.status, refused.first("retry-after")) == (503, "10")
    event = arrive(wire, request("BYE", branch="z9hG4bK-9", to_tag="b1"))
    assert wire.gets(request("BYE", branch="z9hG4bK-10", to_tag="b1")) == []
    assert wire.endpoint.transactions == (9, 0)
    say(wire, event, 200)
    wire.passes(40)
    assert wire.endpoint.transactions == (0, 0)


def test_requests_of_great_weight_fill_it_too() -> None:
    wire = Wire()
    ballast = ["X: " + "x" * 8000] * 7
    for number in range(5000):
        wire.gets(request("INFO", branch=f"z9hG4bK-{number}", call_id=f"call-{number}", more=ballast))
    assert wire.lines[0] == "SIP/2.0 503 Service Unavailable"
    assert 4600 < wire.endpoint.transactions[0] < 4900
    arrive(wire, request("BYE", to_tag="b1"))
    wire.passes(40)
    arrive(wire, request("OPTIONS"))


def test_a_request_is_let_go_when_it_is_answered() -> None:
    wire = Wire()
    event = arrive(wire, request("INVITE"))
    say(wire, event, 486)
    held = weakref.ref(event.request)
    del event
    assert held() is None
    assert wire.endpoint.transactions == (1, 0)


def test_a_tag_of_ours_says_which_node_made_it() -> None:
    assert Wire().endpoint.new_tag() == "n7.t1"


def test_the_shell_is_woken_by_the_users_verbs_only() -> None:
    wire = Wire()
    event = arrive(wire, request("OPTIONS"))
    assert wire.woken == 0
    say(wire, event, 200)
    assert wire.woken == 1
