"""Legs whose peer challenges requests, never responds, or offers fax."""

import pytest
from leg_wire import ANSWER, OFFER, OTHER, Wire

from unificx.sip.digest import challenges, ha1, verify
from unificx.sip.flow import Flow
from unificx.sip.headers import parse_auth
from unificx.sip.legs import Answered, Credentials, InviteParams, OfferAnswered, OutgoingLeg, Rejected
from unificx.sip.message import Request, respond
from unificx.sip.transactions.events import RequestReceived

REALM, USERNAME, PASSWORD = "carrier.example", "account", "a secret"
HASHES = {name: ha1(name, USERNAME, REALM, PASSWORD) for name in ("MD5", "SHA-256")}
FAX = b"v=0\r\no=- 1 2 IN IP4 192.0.2.2\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\nm=image 4000 udptl t38\r\n"


def call(wire: Wire, *, silence_seconds: float = 0.0, other_flows: tuple[Flow, ...] = ()) -> OutgoingLeg:
    params = InviteParams(
        "sip:+49301234567@192.0.2.2",
        wire.flow_to(wire.b),
        "<sip:+49309876543@carrier.example>",
        "<sip:+49301234567@carrier.example>",
        credentials=Credentials(USERNAME, PASSWORD),
        silence_seconds=silence_seconds,
        other_flows=other_flows,
    )
    leg = wire.a.legs.outgoing(params)
    leg.call(OFFER, wire.now)
    wire.pump()
    return leg


def challenge(wire: Wire, status: int = 407, *, nonce: str = "n1", stale: bool = False, realm: str = REALM) -> Request:
    """Challenge the request that the peer received last, and return it."""
    event = wire.b.unmatched.pop()
    assert isinstance(event, RequestReceived)
    name = "Proxy-Authenticate" if status == 407 else "WWW-Authenticate"
    headers = [(name, value) for value in challenges(realm, nonce, stale)]
    wire.b.endpoint.respond(event.key, respond(event.request, status, to_tag="b-tag", headers=headers), wire.now)
    wire.pump()
    return event.request


def has_valid_credentials(request: Request, name: str = "proxy-authorization") -> bool:
    value = request.first(name)
    return value is not None and verify(parse_auth(value), request.method, HASHES)


@pytest.mark.parametrize(("status", "name"), [(407, "proxy-authorization"), (401, "authorization")])
def test_challenged_invite_is_repeated_with_credentials(status: int, name: str) -> None:
    wire = Wire()
    leg = call(wire)
    first = challenge(wire, status)
    second = wire.b.unmatched[-1].request
    assert has_valid_credentials(second, name)
    assert (second.call_id, second.from_tag, second.to_tag) == (first.call_id, first.from_tag, "")
    assert second.cseq.number == first.cseq.number + 1
    wire.accept_incoming().accept(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [Answered(ANSWER)]
    sent = [each for each in wire.sent if isinstance(each, Request)]
    acknowledgement = next(each for each in sent if each.method == "ACK" and each.to.tag != "b-tag")
    assert acknowledgement.first(name) == second.first(name)
    assert not leg.ended


def test_second_refusal_of_credentials_ends_the_call() -> None:
    wire = Wire()
    leg = call(wire)
    challenge(wire)
    challenge(wire, nonce="n2")
    assert [each.status for each in wire.take_events(wire.a) if isinstance(each, Rejected)] == [407]
    assert leg.ended


def test_stale_nonce_is_answered_once_more_only() -> None:
    wire = Wire()
    call(wire)
    challenge(wire)
    challenge(wire, nonce="n2", stale=True)
    assert has_valid_credentials(wire.b.unmatched[-1].request)
    challenge(wire, nonce="n3", stale=True)
    assert not wire.b.unmatched
    assert [type(each) for each in wire.take_events(wire.a)] == [Rejected]


def test_each_realm_on_the_way_gets_credentials_of_its_own() -> None:
    """A proxy and the server behind it, each with a stale nonce, and another proxy behind them."""
    wire = Wire()
    leg = call(wire)
    steps = [(407, "edge", False), (407, "edge", True), (401, REALM, False), (407, "core", False)]
    for number, (status, realm, stale) in enumerate(steps):
        challenge(wire, status, nonce=f"n{number}", stale=stale, realm=realm)
    sent = wire.b.unmatched[-1].request
    proxies = [parse_auth(value) for value in sent.all("proxy-authorization")]
    assert [(one.get("realm"), one.get("nonce")) for one in proxies] == [("edge", "n1"), ("core", "n3")]
    assert has_valid_credentials(sent, "authorization")
    challenge(wire, realm="one too many")
    assert [each.status for each in wire.take_events(wire.a) if isinstance(each, Rejected)] == [407]
    assert leg.ended


def test_challenged_requests_inside_the_dialog_are_repeated() -> None:
    wire = Wire()
    leg = call(wire)
    callee = wire.accept_incoming()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    wire.take_events(wire.a)
    wire.b.legs.remove(callee, [])
    for send, expected in ((lambda: leg.offer(OTHER, wire.now), "INVITE"), (lambda: leg.bye(wire.now), "BYE")):
        send()
        wire.pump()
        refused = challenge(wire)
        repeated = wire.b.unmatched.pop()
        assert (refused.method, repeated.request.method) == (expected, expected)
        assert has_valid_credentials(repeated.request)
        assert repeated.request.cseq.number == refused.cseq.number + 1
        typed = [("Content-Type", "application/sdp")]
        answer = respond(repeated.request, 200, headers=typed, body=ANSWER if expected == "INVITE" else b"")
        wire.b.endpoint.respond(repeated.key, answer, wire.now)
        wire.pump()
    assert wire.take_events(wire.a) == [OfferAnswered(ANSWER)]
    assert not len(wire.a.legs)


def test_call_without_any_response_is_given_up() -> None:
    wire = Wire()
    wire.drops = lambda message: True
    leg = call(wire, silence_seconds=5.0)
    wire.advance(4.9)
    assert wire.take_events(wire.a) == []
    wire.advance(0.2)
    assert wire.take_events(wire.a) == [Rejected(408, None)]
    wire.advance(40.0)
    assert leg.ended
    assert not len(wire.a.legs)


def test_late_answer_of_a_call_that_was_given_up_is_ended() -> None:
    wire = Wire()
    wire.drops = lambda message: wire.now < 1006.0
    call(wire, silence_seconds=5.0)
    wire.advance(7.65)
    wire.accept_incoming().accept(ANSWER, wire.now)
    wire.pump()
    assert "a: BYE" in wire.log
    assert not len(wire.a.legs)


def test_any_response_ends_the_wait() -> None:
    wire = Wire()
    call(wire, silence_seconds=5.0)
    event = wire.b.unmatched[-1]
    wire.b.endpoint.respond(event.key, respond(event.request, 100), wire.now)
    wire.pump()
    wire.advance(20.0)
    assert wire.take_events(wire.a) == []


def test_fax_offer_is_refused_and_the_session_goes_on() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    wire.take_events(wire.a)
    callee.offer(FAX, wire.now)
    wire.pump()
    assert "a: 488 INVITE" in wire.log
    assert wire.take_events(wire.a) == []
    assert (leg.remote_sdp, leg.ended) == (ANSWER, False)


@pytest.mark.parametrize("failure", ["503", "lost"])
def test_next_server_of_the_peer_is_tried(failure: str) -> None:
    wire = Wire("tcp")
    other = wire.flow_to(wire.b)
    leg = call(wire, other_flows=(other, other))
    first = wire.b.unmatched.pop()
    if failure == "503":
        wire.b.endpoint.respond(first.key, respond(first.request, 503, to_tag="b-tag"), wire.now)
    else:
        wire.a.endpoint.connection_lost(other)
    wire.pump()
    second = wire.b.unmatched[-1].request
    assert (second.call_id, second.cseq.number) == (first.request.call_id, first.request.cseq.number + 1)
    wire.accept_incoming().accept(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [Answered(ANSWER)]
    assert leg.params.other_flows == (other,)


@pytest.mark.parametrize("others", [0, 1])
def test_invite_without_a_route_goes_to_the_next_server_or_again_to_the_only_one(others: int) -> None:
    wire = Wire()
    there = wire.flow_to(wire.b)
    wire.drops = lambda message: True
    call(wire, other_flows=(there,) * others)
    wire.drops = lambda message: False
    wire.a.endpoint.connection_lost(there)
    wire.pump()
    assert len(wire.b.unmatched) == others
    wire.advance(1)
    wire.accept_incoming().accept(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [Answered(ANSWER)]


def test_a_challenged_prack_is_repeated() -> None:
    """Once more only, and whatever becomes of it, the call goes on with the answer."""
    wire = Wire()
    leg = call(wire)
    invite = wire.b.unmatched.pop()
    contact = ("Contact", "<sip:192.0.2.2:5062>")
    for number in ("7", "8"):
        headers = [contact, ("Require", "100rel"), ("RSeq", number)]
        wire.b.endpoint.respond(invite.key, respond(invite.request, 183, to_tag="b-tag", headers=headers), wire.now)
        wire.pump()
        refused = challenge(wire)
        repeated = wire.b.unmatched[-1].request
        assert has_valid_credentials(repeated)
        assert (repeated.method, repeated.first("rack")) == ("PRACK", f"{number} 1 INVITE")
        assert (repeated.to_tag, repeated.cseq.number) == (refused.to_tag, refused.cseq.number + 1)
        challenge(wire, nonce="n2")
        assert not leg._early_requests  # the leg holds none that is answered
    typed = [contact, ("Content-Type", "application/sdp")]
    wire.drops = lambda message: message.cseq_method == "PRACK"
    headers = [contact, ("Require", "100rel"), ("RSeq", "9")]
    wire.b.endpoint.respond(invite.key, respond(invite.request, 183, to_tag="b-tag", headers=headers), wire.now)
    answer = respond(invite.request, 200, to_tag="b-tag", headers=typed, body=ANSWER)
    wire.b.endpoint.respond(invite.key, answer, wire.now)
    wire.advance(40)
    assert (wire.take_events(wire.a)[-1], leg.ended) == (Answered(ANSWER), False)
    assert "a: ACK" in wire.log
