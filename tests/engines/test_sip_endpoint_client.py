"""What the endpoint does with requests of our own: RFC 3261 8.1.3, 9.1, 17.1 and 18.1, RFC 6026."""

import pytest
from sip_wire import TCP, UDP, Wire, answer, ours, words

from unificx.sip.endpoint import ClientKey, RequestFailed, ResponseArrived
from unificx.sip.errors import OurMistake
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, parse


def ask(wire: Wire, method: str = "INVITE", flow: Flow = UDP, *more: tuple[str, str]) -> tuple[ClientKey, bytes]:
    """Send a request; its key and what went out."""
    key = wire.endpoint.request(ours(method, *more), flow, wire.now)
    (data,) = wire.flush()
    return key, data


def status(event: object) -> int:
    assert isinstance(event, ResponseArrived)
    return event.response.status


def test_a_request_gets_a_via_of_ours_with_the_node_in_its_branch() -> None:
    wire = Wire()
    _, data = ask(wire, "OPTIONS")
    assert [str(hop) for hop in parse(data).vias] == ["SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKn7.t1"]
    _, second = ask(wire, "OPTIONS", TCP)
    assert parse(second).via.transport == "TCP"
    assert parse(second).via.branch == "z9hG4bKn7.t2"


def test_a_response_goes_up_with_its_flow() -> None:
    wire = Wire()
    key, data = ask(wire, "OPTIONS")
    other = Flow("udp", "192.0.2.7", 5099)
    (event,) = wire.gets(answer(data, 200), other)
    assert isinstance(event, ResponseArrived)
    assert (event.key, event.response.status, event.flow) == (key, 200, other)
    assert wire.gets(answer(data, 200)) == []
    wire.passes(6)
    assert wire.endpoint.transactions == (0, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"z9hG4bKn7", b"z9hG4bKn8"),
        (b"198.51.100.1:5060", b"198.51.100.1:5061"),
        (b"7 OPTIONS", b"7 INFO"),
        (b"From:", b"Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKx\r\nFrom:"),
    ],
    ids=["branch", "sent-by", "method", "another Via"],
)
def test_a_response_that_answers_nothing_of_ours_is_dropped(old: bytes, new: bytes) -> None:
    wire = Wire()
    _, data = ask(wire, "OPTIONS")
    assert wire.gets(answer(data, 200).replace(old, new)) == []
    assert wire.gets(words("SIP/2.0 200 OK")) == []
    assert wire.sent[1:] == []


def test_unanswered_requests_are_repeated_and_fail_after_32_s() -> None:
    wire = Wire()
    invite, _ = ask(wire)
    info, _ = ask(wire, "INFO")
    assert wire.passes(33) == [RequestFailed(invite, "timeout"), RequestFailed(info, "timeout")]
    assert len([line for line in wire.lines if line.startswith("INVITE")]) == 7
    assert len([line for line in wire.lines if line.startswith("INFO")]) == 11
    assert wire.endpoint.transactions == (0, 0)


def test_on_a_stream_nothing_is_repeated() -> None:
    wire = Wire()
    ask(wire, "INVITE", TCP)
    ask(wire, "INFO", TCP)
    assert len(wire.passes(33)) == 2
    assert len(wire.sent) == 2


# ---- INVITE


def test_a_refusal_is_acknowledged_the_way_the_invite_went() -> None:
    wire = Wire()
    _, data = ask(wire, "INVITE", UDP, ("Route", "<sip:p1.example;lr>"), ("Route", "<sip:p2.example;lr>"))
    (event,) = wire.gets(answer(data, 486))
    assert status(event) == 486
    ack, invite = wire.last(), parse(data)
    assert isinstance(ack, Request)
    assert isinstance(invite, Request)
    assert (ack.method, ack.uri) == ("ACK", invite.uri)
    assert ack.all("via") == invite.all("via")
    assert ack.all("route") == ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]
    assert (ack.first("from"), ack.call_id) == (invite.first("from"), invite.call_id)
    assert (ack.to.tag, str(ack.cseq)) == ("a9", "7 ACK")
    assert wire.gets(answer(data, 486)) == []
    assert wire.sent[-1] == wire.sent[-2]
    assert wire.passes(33) == []
    assert wire.endpoint.transactions == (0, 0)


def test_every_2xx_goes_up_repeated_and_forked_ones_too() -> None:
    wire = Wire()
    _, data = ask(wire)
    events = wire.gets(answer(data, 180)) + wire.gets(answer(data, 200))
    wire.passes(20)
    events += wire.gets(answer(data, 200)) + wire.gets(answer(data, 200, to_tag="fork"))
    assert [status(event) for event in events] == [180, 200, 200, 200]
    assert wire.gets(answer(data, 486)) == []
    assert wire.gets(answer(data, 180)) == []
    assert wire.lines[1:] == []
    wire.passes(13)
    assert wire.gets(answer(data, 200)) == []


def test_an_ack_of_ours_is_a_transaction_of_its_own_each_time() -> None:
    wire = Wire()
    for _ in range(2):
        wire.endpoint.send(ours("ACK"), UDP)
    wire.flush()
    branches = [parse(data).via.branch for _, data, _ in wire.sent]
    assert branches == ["z9hG4bKn7.t1", "z9hG4bKn7.t2"]
    assert wire.endpoint.transactions == (0, 0)


def test_a_response_is_sent_as_it_is() -> None:
    wire = Wire()
    wire.endpoint.send(Response(200, "OK", [("Via", "SIP/2.0/UDP 192.0.2.7")]), UDP)
    assert wire.flush() == [b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7\r\nContent-Length: 0\r\n\r\n"]


# ---- CANCEL


def test_a_cancel_goes_the_way_of_the_invite_and_is_repeated() -> None:
    wire = Wire()
    key, data = ask(wire, "INVITE", UDP, ("Route", "<sip:p1.example;lr>"))
    wire.gets(answer(data, 180))
    wire.endpoint.cancel(key, wire.now, [("Reason", "SIP;cause=200")])
    wire.flush()
    cancel, invite = wire.last(), parse(data)
    assert isinstance(cancel, Request)
    assert isinstance(invite, Request)
    assert (cancel.method, cancel.uri, str(cancel.cseq)) == ("CANCEL", invite.uri, "7 CANCEL")
    for name in ("via", "from", "to", "call-id", "route"):
        assert cancel.all(name) == invite.all(name)
    assert cancel.first("reason") == "SIP;cause=200"
    wire.passes(2)
    assert wire.lines[1:] == [cancel.start_line] * 3
    assert wire.gets(answer(cancel.encode(), 200)) == []
    (event,) = wire.gets(answer(data, 487))
    assert status(event) == 487
    assert wire.passes(40) == []
    assert wire.endpoint.transactions == (0, 0)


def test_a_cancel_before_a_provisional_response_is_held_back() -> None:
    wire = Wire()
    key, data = ask(wire)
    wire.endpoint.cancel(key, wire.now, [("Reason", "SIP;cause=200")])
    assert wire.flush() == []
    (event,) = wire.gets(answer(data, 100))
    assert status(event) == 100
    assert wire.last().first("reason") == "SIP;cause=200"
    assert wire.lines[-1].startswith("CANCEL")


@pytest.mark.parametrize("final", [200, 486])
def test_a_final_response_before_the_held_back_cancel_wins(final: int) -> None:
    wire = Wire()
    key, data = ask(wire)
    wire.endpoint.cancel(key, wire.now)
    (event,) = wire.gets(answer(data, final))
    assert status(event) == final
    wire.endpoint.cancel(key, wire.now)
    wire.passes(40)
    assert not [line for line in wire.lines if line.startswith("CANCEL")]
    wire.endpoint.cancel(key, wire.now)


def test_a_2xx_that_crosses_the_cancel_goes_up() -> None:
    wire = Wire()
    key, data = ask(wire)
    wire.gets(answer(data, 180))
    wire.endpoint.cancel(key, wire.now)
    (event,) = wire.gets(answer(data, 200))
    assert status(event) == 200


def test_a_cancel_nobody_answers_makes_the_invite_time_out_and_says_nothing_of_itself() -> None:
    wire = Wire()
    key, data = ask(wire)
    wire.gets(answer(data, 180))
    wire.endpoint.cancel(key, wire.now)
    assert wire.passes(33) == [RequestFailed(key, "timeout")]
    assert wire.endpoint.transactions == (0, 0)


def test_an_invite_that_rings_180_s_is_cancelled_and_then_fails() -> None:
    wire = Wire()
    key, data = ask(wire)
    wire.gets(answer(data, 180))
    assert wire.passes(179) == []
    assert wire.lines[1:] == []
    assert wire.passes(2) == []
    assert wire.lines[-1].startswith("CANCEL")
    assert wire.passes(33) == [RequestFailed(key, "timeout")]


# ---- flows


def test_what_is_under_way_on_a_lost_connection_fails() -> None:
    wire = Wire()
    lost, _ = ask(wire, "INFO", TCP)
    to_be_connected, _ = ask(wire, "INVITE", Flow("tcp", "192.0.2.7", 40_000))
    _, other = ask(wire, "INFO", Flow("tcp", "192.0.2.7", 40_000, connection=9))
    wire.endpoint.lost(TCP, wire.now)
    assert wire.events() == [RequestFailed(lost, "transport"), RequestFailed(to_be_connected, "transport")]
    assert len(wire.gets(answer(other, 200))) == 1
    wire.endpoint.lost(TCP, wire.now)
    assert wire.events() == []


def test_a_datagram_that_could_not_be_sent_fails() -> None:
    wire = Wire()
    key, data = ask(wire, "INFO")
    wire.endpoint.lost(UDP, wire.now)
    assert wire.events() == [RequestFailed(key, "transport")]
    assert wire.gets(answer(data, 200)) == []


def test_losing_the_flow_after_the_2xx_fails_nothing() -> None:
    wire = Wire()
    _, data = ask(wire, "INVITE", TCP)
    wire.gets(answer(data, 200), TCP)
    wire.endpoint.lost(TCP, wire.now)
    assert wire.events() == []
    assert len(wire.gets(answer(data, 200), TCP)) == 1


# ---- bounds and mistakes


def test_when_too_much_is_under_way_a_request_fails_at_once_but_a_bye_has_an_eighth_more() -> None:
    wire = Wire()
    wire.endpoint.limit_transactions(8)
    for _ in range(8):
        ask(wire)
    key = wire.endpoint.request(ours(), UDP, wire.now)
    assert wire.events() == [RequestFailed(key, "transport")]
    ask(wire, "BYE")
    key = wire.endpoint.request(ours("BYE"), UDP, wire.now)
    assert wire.events() == [RequestFailed(key, "transport")]


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_ack_and_cancel_are_no_requests_of_their_own(method: str) -> None:
    with pytest.raises(OurMistake):
        Wire().endpoint.request(ours(method), UDP, 0.0)


def test_only_an_invite_can_be_cancelled() -> None:
    wire = Wire()
    key, _ = ask(wire, "INFO")
    with pytest.raises(OurMistake):
        wire.endpoint.cancel(key, wire.now)


def test_only_an_ack_is_sent_without_a_transaction() -> None:
    with pytest.raises(OurMistake):
        Wire().endpoint.send(ours("BYE"), UDP)


def test_the_shell_is_woken_by_the_users_verbs() -> None:
    wire = Wire()
    key, data = ask(wire)
    wire.gets(answer(data, 100))
    wire.endpoint.cancel(key, wire.now)
    wire.endpoint.send(ours("ACK"), UDP)
    assert wire.woken == 3


def test_an_invite_is_let_go_when_it_is_answered() -> None:
    wire = Wire()
    key, data = ask(wire)
    wire.gets(answer(data, 200))
    assert wire.endpoint._asking._by_key[key].request is None
