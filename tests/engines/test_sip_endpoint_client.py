"""Client transactions of the endpoint: RFC 3261 8.1.3, 9.1, 17.1 and 18.1, RFC 6026."""

import pytest
from endpoint_wire import TCP, UDP, Wire, local_request, raw_message, response_to

from unificx.sip import endpoint
from unificx.sip.errors import LocalProtocolError
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, parse
from unificx.sip.transactions.events import ClientKey, RequestFailed, ResponseReceived


def send_request(
    wire: Wire, method: str = "INVITE", flow: Flow = UDP, *more: tuple[str, str]
) -> tuple[ClientKey, bytes]:
    """Send a request. Return its key and the sent bytes."""
    key = wire.endpoint.request(local_request(method, *more), flow, wire.now)
    (data,) = wire.flush()
    return key, data


def status(event: object) -> int:
    assert isinstance(event, ResponseReceived)
    return event.response.status


def test_request_gets_a_via_with_the_node_in_its_branch() -> None:
    wire = Wire()
    _, data = send_request(wire, "OPTIONS")
    assert [str(hop) for hop in parse(data).vias] == ["SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKn7.t1"]
    _, second = send_request(wire, "OPTIONS", TCP)
    assert parse(second).via.transport == "TCP"
    assert parse(second).via.branch == "z9hG4bKn7.t2"


def test_response_is_delivered_with_its_flow() -> None:
    wire = Wire()
    key, data = send_request(wire, "OPTIONS")
    other = Flow("udp", "192.0.2.7", 5099)
    (event,) = wire.receive(response_to(data, 200), other)
    assert isinstance(event, ResponseReceived)
    assert (event.key, event.response.status, event.flow) == (key, 200, other)
    assert wire.receive(response_to(data, 200)) == []
    wire.advance(6)
    assert wire.endpoint.transactions == (0, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"z9hG4bKn7", b"z9hG4bKn8"),
        (b"198.51.100.1:5060", b"198.51.100.1:5061"),
        (b"7 OPTIONS", b"7 INFO"),
        (b"From:", b"Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKx\r\nFrom:"),
        (b"\r\nFrom:", b", SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKx\r\nFrom:"),
    ],
    ids=["branch", "sent-by", "method", "another Via", "another value of Via"],
)
def test_unmatched_response_is_dropped(old: bytes, new: bytes) -> None:
    wire = Wire()
    _, data = send_request(wire, "OPTIONS")
    assert wire.receive(response_to(data, 200).replace(old, new)) == []
    assert wire.receive(raw_message("SIP/2.0 200 OK")) == []
    assert wire.sent[1:] == []


def test_unanswered_requests_are_retransmitted_and_fail_after_32_s() -> None:
    wire = Wire()
    invite, _ = send_request(wire)
    info, _ = send_request(wire, "INFO")
    assert wire.advance(33) == [RequestFailed(invite, "timeout"), RequestFailed(info, "timeout")]
    assert len([line for line in wire.lines if line.startswith("INVITE")]) == 7
    assert len([line for line in wire.lines if line.startswith("INFO")]) == 11
    assert wire.endpoint.transactions == (0, 0)


def test_nothing_is_retransmitted_on_a_stream() -> None:
    wire = Wire()
    send_request(wire, "INVITE", TCP)
    send_request(wire, "INFO", TCP)
    assert len(wire.advance(33)) == 2
    assert len(wire.sent) == 2


# ---- INVITE


def test_error_response_is_acknowledged_on_the_path_of_the_invite() -> None:
    wire = Wire()
    _, data = send_request(wire, "INVITE", UDP, ("Route", "<sip:p1.example;lr>"), ("Route", "<sip:p2.example;lr>"))
    (event,) = wire.receive(response_to(data, 486))
    assert status(event) == 486
    ack, invite = wire.last(), parse(data)
    assert isinstance(ack, Request)
    assert isinstance(invite, Request)
    assert (ack.method, ack.uri) == ("ACK", invite.uri)
    assert ack.all("via") == invite.all("via")
    assert ack.all("route") == ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]
    assert (ack.first("from"), ack.call_id) == (invite.first("from"), invite.call_id)
    assert (ack.to.tag, str(ack.cseq)) == ("a9", "7 ACK")
    assert wire.receive(response_to(data, 486)) == []
    assert wire.sent[-1] == wire.sent[-2]
    assert wire.advance(33) == []
    assert wire.endpoint.transactions == (0, 0)


def test_every_2xx_is_delivered_including_retransmissions_and_forks() -> None:
    wire = Wire()
    _, data = send_request(wire)
    events = wire.receive(response_to(data, 180)) + wire.receive(response_to(data, 200))
    wire.advance(20)
    events += wire.receive(response_to(data, 200)) + wire.receive(response_to(data, 200, to_tag="fork"))
    assert [status(event) for event in events] == [180, 200, 200, 200]
    assert wire.receive(response_to(data, 486)) == []
    assert wire.receive(response_to(data, 180)) == []
    assert wire.lines[1:] == []
    wire.advance(13)
    assert wire.receive(response_to(data, 200)) == []


def test_each_sent_ack_has_its_own_branch() -> None:
    wire = Wire()
    for _ in range(2):
        wire.endpoint.send(local_request("ACK"), UDP)
    wire.flush()
    branches = [parse(data).via.branch for _, data, _ in wire.sent]
    assert branches == ["z9hG4bKn7.t1", "z9hG4bKn7.t2"]
    assert wire.endpoint.transactions == (0, 0)


def test_response_is_sent_unchanged() -> None:
    wire = Wire()
    wire.endpoint.send(Response(200, "OK", [("Via", "SIP/2.0/UDP 192.0.2.7")]), UDP)
    assert wire.flush() == [b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7\r\nContent-Length: 0\r\n\r\n"]


# ---- CANCEL


def test_cancel_follows_the_path_of_the_invite_and_is_retransmitted() -> None:
    wire = Wire()
    key, data = send_request(wire, "INVITE", UDP, ("Route", "<sip:p1.example;lr>"))
    wire.receive(response_to(data, 180))
    wire.endpoint.cancel(key, wire.now, [("Reason", "SIP;cause=200")])
    wire.flush()
    cancel, invite = wire.last(), parse(data)
    assert isinstance(cancel, Request)
    assert isinstance(invite, Request)
    assert (cancel.method, cancel.uri, str(cancel.cseq)) == ("CANCEL", invite.uri, "7 CANCEL")
    for name in ("via", "from", "to", "call-id", "route"):
        assert cancel.all(name) == invite.all(name)
    assert cancel.first("reason") == "SIP;cause=200"
    wire.advance(2)
    assert wire.lines[1:] == [cancel.start_line] * 3
    assert wire.receive(response_to(cancel.encode(), 200)) == []
    (event,) = wire.receive(response_to(data, 487))
    assert status(event) == 487
    assert wire.advance(40) == []
    assert wire.endpoint.transactions == (0, 0)


def test_cancel_is_delayed_until_a_provisional_response() -> None:
    wire = Wire()
    key, data = send_request(wire)
    wire.endpoint.cancel(key, wire.now, [("Reason", "SIP;cause=200")])
    assert wire.flush() == []
    (event,) = wire.receive(response_to(data, 100))
    assert status(event) == 100
    assert wire.last().first("reason") == "SIP;cause=200"
    assert wire.lines[-1].startswith("CANCEL")


@pytest.mark.parametrize("final", [200, 486])
def test_final_response_before_a_delayed_cancel_prevents_it(final: int) -> None:
    wire = Wire()
    key, data = send_request(wire)
    wire.endpoint.cancel(key, wire.now)
    (event,) = wire.receive(response_to(data, final))
    assert status(event) == final
    wire.endpoint.cancel(key, wire.now)
    wire.advance(40)
    assert not [line for line in wire.lines if line.startswith("CANCEL")]
    wire.endpoint.cancel(key, wire.now)


def test_2xx_that_crosses_the_cancel_is_delivered() -> None:
    wire = Wire()
    key, data = send_request(wire)
    wire.receive(response_to(data, 180))
    wire.endpoint.cancel(key, wire.now)
    (event,) = wire.receive(response_to(data, 200))
    assert status(event) == 200


def test_unanswered_cancel_fails_only_the_invite() -> None:
    wire = Wire()
    key, data = send_request(wire)
    wire.receive(response_to(data, 180))
    wire.endpoint.cancel(key, wire.now)
    assert wire.advance(33) == [RequestFailed(key, "timeout")]
    assert wire.endpoint.transactions == (0, 0)


def test_invite_ringing_for_180_s_is_cancelled_and_then_fails() -> None:
    wire = Wire()
    key, data = send_request(wire)
    wire.receive(response_to(data, 180))
    assert wire.advance(179) == []
    assert wire.lines[1:] == []
    assert wire.advance(2) == []
    assert wire.lines[-1].startswith("CANCEL")
    assert wire.advance(33) == [RequestFailed(key, "timeout")]


# ---- flows


def test_pending_requests_of_a_lost_connection_fail() -> None:
    wire = Wire()
    lost, _ = send_request(wire, "INFO", TCP)
    to_be_connected, _ = send_request(wire, "INVITE", Flow("tcp", "192.0.2.7", 40_000))
    _, other = send_request(wire, "INFO", Flow("tcp", "192.0.2.7", 40_000, connection=9))
    wire.endpoint.connection_lost(TCP)
    assert wire.events() == [RequestFailed(lost, "transport"), RequestFailed(to_be_connected, "transport")]
    assert len(wire.receive(response_to(other, 200))) == 1
    wire.endpoint.connection_lost(TCP)
    assert wire.events() == []


def test_undeliverable_datagram_fails_its_request() -> None:
    wire = Wire()
    key, data = send_request(wire, "INFO")
    wire.endpoint.connection_lost(UDP)
    assert wire.events() == [RequestFailed(key, "transport")]
    assert wire.receive(response_to(data, 200)) == []


def test_undeliverable_datagram_leaves_what_no_other_server_can_answer() -> None:
    """A request that rings, or that belongs to a dialog, is retransmitted until the way to its only peer is back."""
    wire = Wire()
    ringing, data = send_request(wire, "INVITE")
    wire.receive(response_to(data, 180))
    new = local_request("INFO")
    inside = [(name, f"{value};tag=a9" if name == "To" else value) for name, value in new.headers]
    wire.endpoint.request(Request("INFO", new.uri, inside), UDP, wire.now)
    wire.endpoint.cancel(ringing, wire.now)
    wire.endpoint.connection_lost(UDP)
    wire.advance(1)
    assert wire.events() == []
    assert [line.split()[0] for line in wire.lines] == ["INVITE", "INFO", "CANCEL", "INFO", "CANCEL"]


def test_connection_loss_after_the_2xx_causes_no_failure() -> None:
    wire = Wire()
    _, data = send_request(wire, "INVITE", TCP)
    wire.receive(response_to(data, 200), TCP)
    wire.endpoint.connection_lost(TCP)
    assert wire.events() == []
    assert len(wire.receive(response_to(data, 200), TCP)) == 1


# ---- limits and misuse


def test_request_over_the_limit_fails_immediately_but_bye_may_exceed_it_by_an_eighth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(endpoint, "CAPACITY", 8)
    wire = Wire()
    for _ in range(8):
        send_request(wire)
    key = wire.endpoint.request(local_request(), UDP, wire.now)
    assert wire.events() == [RequestFailed(key, "transport")]
    send_request(wire, "BYE")
    key = wire.endpoint.request(local_request("BYE"), UDP, wire.now)
    assert wire.events() == [RequestFailed(key, "transport")]


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_ack_and_cancel_cannot_be_sent_as_requests(method: str) -> None:
    with pytest.raises(LocalProtocolError):
        Wire().endpoint.request(local_request(method), UDP, 0.0)


def test_only_an_invite_can_be_cancelled() -> None:
    wire = Wire()
    key, _ = send_request(wire, "INFO")
    with pytest.raises(LocalProtocolError):
        wire.endpoint.cancel(key, wire.now)


def test_only_an_ack_can_be_sent_without_a_transaction() -> None:
    with pytest.raises(LocalProtocolError):
        Wire().endpoint.send(local_request("BYE"), UDP)


def test_wake_is_called_by_commands_of_the_tu() -> None:
    wire = Wire()
    key, data = send_request(wire)
    wire.receive(response_to(data, 100))
    wire.endpoint.cancel(key, wire.now)
    wire.endpoint.send(local_request("ACK"), UDP)
    assert wire.wake_count == 3


def test_invite_is_released_once_answered() -> None:
    wire = Wire()
    key, data = send_request(wire)
    wire.receive(response_to(data, 200))
    assert wire.endpoint._client_transactions._by_key[key].request is None
