"""Legs: two ends of one INVITE dialog, with losses and in virtual time."""

import gc

import pytest
from wire import ANSWER, OFFER, OTHER, Wire

from unificx.sip.errors import BadPeer
from unificx.sip.legs import (
    Answered,
    Cancelled,
    Confirmed,
    HungUp,
    IncomingLeg,
    Informed,
    Lost,
    OfferAnswered,
    Offered,
    OfferRefused,
    OutgoingLeg,
    Progressed,
    Refused,
)
from unificx.sip.message import Request, Response, respond


def connected(wire: Wire) -> tuple[OutgoingLeg, IncomingLeg]:
    leg = wire.call()
    callee = wire.arrived()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    assert wire.heard(wire.a) == [Answered(ANSWER)]
    assert wire.heard(wire.b) == [Confirmed(b"")]
    return leg, callee


def test_a_call_rings_is_answered_and_ends() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.arrived()
    callee.progress(180, b"", wire.now)
    wire.pump()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    leg.bye(wire.now)
    wire.pump()
    assert wire.heard(wire.a) == [Progressed(180, b""), Answered(ANSWER)]
    assert wire.heard(wire.b) == [Confirmed(b""), HungUp()]
    assert "b: 200 BYE" not in wire.seen  # the user has not recorded it yet
    callee.close(wire.now)
    wire.pump()
    assert wire.seen[-1] == "b: 200 BYE"
    assert len(wire.a.legs) == len(wire.b.legs) == 0


def test_a_call_whose_user_lets_go_of_it_unanswered_is_refused() -> None:
    wire = Wire()
    wire.call()
    wire.arrived().close(wire.now)
    wire.pump()
    assert [event.status for event in wire.heard(wire.a) if isinstance(event, Refused)] == [487]
    assert len(wire.a.legs) == len(wire.b.legs) == 0


def test_an_answer_is_repeated_until_its_ack_comes() -> None:
    wire = Wire()
    acks = iter([True, True, False])
    wire.lost = lambda message: isinstance(message, Request) and message.method == "ACK" and next(acks)
    wire.call()
    wire.arrived().accept(ANSWER, wire.now)
    wire.pump()
    wire.pass_time(3)
    assert wire.seen.count("b: 200 INVITE") == 3
    assert wire.heard(wire.a) == [Answered(ANSWER)]
    assert wire.heard(wire.b) == [Confirmed(b"")]


def test_an_answer_nobody_acknowledges_ends_the_call() -> None:
    wire = Wire()
    wire.lost = lambda message: isinstance(message, Request) and message.method == "ACK"
    wire.call()
    wire.arrived().accept(ANSWER, wire.now)
    wire.pump()
    wire.pass_time(40)
    assert wire.heard(wire.b) == [Lost("no ACK")]
    assert wire.heard(wire.a)[-1] == HungUp()


def test_a_cancelled_call_ends_with_487_once_the_user_has_let_go() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.arrived()
    callee.progress(180, b"", wire.now)
    wire.pump()
    leg.cancel(wire.now)
    wire.pump()
    assert wire.heard(wire.b) == [Cancelled()]
    callee.reject(487, wire.now)
    wire.pump()
    assert wire.heard(wire.a)[-1].status == 487
    assert len(wire.a.legs) == len(wire.b.legs) == 0


def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.arrived()
    callee.progress(180, b"", wire.now)
    wire.pump()
    wire.heard(wire.a)
    leg.cancel(wire.now)
    callee.accept(ANSWER, wire.now)
    wire.pump()
    assert wire.seen[-4:].count("a: BYE") == 1
    assert wire.heard(wire.a) == [Refused(487, None)]
    assert HungUp() in wire.heard(wire.b)


def test_no_response_at_all_is_a_408() -> None:
    wire = Wire()
    wire.lost = lambda message: True
    wire.call()
    wire.pass_time(40)
    assert wire.heard(wire.a) == [Refused(408, None)]


def test_a_callee_offers_when_the_invite_did_not() -> None:
    wire = Wire()
    leg = wire.call(b"")
    callee = wire.arrived()
    callee.accept(OFFER, wire.now)
    wire.pump()
    assert wire.heard(wire.a) == [Answered(OFFER)]
    assert "a: ACK" not in wire.seen
    leg.acknowledge(ANSWER, wire.now)
    wire.pump()
    assert wire.heard(wire.b) == [Confirmed(ANSWER)]


@pytest.mark.parametrize("from_caller", [True, False])
def test_hold_is_an_offer_and_its_answer(from_caller: bool) -> None:
    wire = Wire()
    leg, callee = connected(wire)
    one, two = (leg, callee) if from_caller else (callee, leg)
    here, there = (wire.a, wire.b) if from_caller else (wire.b, wire.a)
    one.offer(OTHER, wire.now)
    wire.pump()
    assert wire.heard(there) == [Offered(OTHER)]
    two.answer(ANSWER, wire.now)
    wire.pump()
    assert wire.heard(here) == [OfferAnswered(ANSWER)]
    one.bye(wire.now)
    wire.pump()
    assert HungUp() in wire.heard(there)


def test_a_refused_offer_leaves_the_call_alone() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(OTHER, wire.now)
    wire.pump()
    callee.refuse_offer(488, wire.now)
    wire.pump()
    assert wire.heard(wire.a) == [OfferRefused(488)]
    assert not leg.over


def test_two_offers_at_once_are_both_refused_and_tried_again() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(OTHER, wire.now)
    callee.offer(OTHER, wire.now)
    wire.pump()
    assert wire.seen.count("a: 491 INVITE") == wire.seen.count("b: 491 INVITE") == 1
    wire.pass_time(1.5)
    assert wire.heard(wire.a) == [Offered(OTHER)]
    leg.answer(ANSWER, wire.now)
    wire.pump()
    assert wire.heard(wire.b) == [OfferAnswered(ANSWER)]
    wire.pass_time(2)
    assert wire.heard(wire.b) == [Offered(OTHER)]


def test_a_reinvite_without_a_description_is_answered_with_ours() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(b"", wire.now)
    wire.pump()
    assert wire.heard(wire.a) == [OfferAnswered(ANSWER)]
    assert not callee.over


def test_info_reaches_the_other_end() -> None:
    wire = Wire()
    leg, _ = connected(wire)
    leg.info("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", wire.now)
    wire.pump()
    assert wire.heard(wire.b) == [Informed("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n")]


def test_early_media_goes_reliably_and_is_acknowledged() -> None:
    wire = Wire()
    pracks = iter([True, False])
    wire.lost = lambda message: isinstance(message, Request) and message.method == "PRACK" and next(pracks)
    wire.call()
    callee = wire.arrived()
    callee.progress(183, ANSWER, wire.now)
    callee.accept(ANSWER, wire.now)  # waits for the PRACK (RFC 3262 section 3)
    wire.pump()
    assert "b: 200 INVITE" not in wire.seen
    wire.pass_time(2)
    assert wire.heard(wire.a) == [Progressed(183, ANSWER), Answered(ANSWER)]
    assert wire.heard(wire.b) == [Confirmed(b"")]


def test_a_provisional_nobody_acknowledges_ends_the_call() -> None:
    wire = Wire()
    wire.lost = lambda message: isinstance(message, Request) and message.method == "PRACK"
    wire.call()
    wire.arrived().progress(183, ANSWER, wire.now)
    wire.pump()
    wire.pass_time(70)
    assert wire.heard(wire.b) == [Lost("no PRACK")]
    assert wire.heard(wire.a)[-1].status == 504


def test_a_session_is_refreshed_at_half_time() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    wire.pass_time(3 * 1800)
    assert wire.seen.count("a: UPDATE") >= 5
    assert not leg.over
    assert not callee.over


def test_a_session_nobody_refreshes_ends() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    wire.lost = lambda message: True
    wire.pass_time(1801)
    assert leg.over
    assert callee.over
    assert Lost("session expired") in wire.heard(wire.b)


def test_an_interval_too_small_is_asked_for_again() -> None:
    wire = Wire()
    wire.a.legs.session_expires = 60
    wire.call()
    event = wire.b.strangers.pop()
    with pytest.raises(BadPeer) as fault:
        wire.b.legs.incoming(event.key, event.request, event.flow).accept(ANSWER, wire.now)
    assert fault.value.status == 422


def test_what_we_do_not_support_is_refused_with_420() -> None:
    wire = Wire()
    wire.call(headers=(("Require", "telepathy"),))
    event = wire.b.strangers.pop()
    with pytest.raises(BadPeer) as fault:
        wire.b.legs.incoming(event.key, event.request, event.flow)
    assert fault.value.status == 420


def test_a_peer_that_answers_481_is_gone() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    wire.b.legs.forget(callee, [])
    leg.offer(OTHER, wire.now)
    wire.pump()
    stray = wire.b.strangers.pop()
    wire.b.endpoint.respond(stray.key, respond(stray.request, 481), wire.now)
    wire.pump()
    assert wire.heard(wire.a) == [Lost("re-INVITE answered 481")]
    assert leg.over


def test_a_second_answer_of_a_forking_proxy_is_ended() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.arrived()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    answer = next(each for each in wire.sent if isinstance(each, Response) and each.status == 200)
    to = (answer.first("to") or "").replace(callee.id, "another-branch")
    wire.a.endpoint.receive(answer.with_header("To", to).encode(), wire.flow_to(wire.b), wire.now)
    wire.pump()
    assert wire.seen.count("a: BYE") == 1
    assert not leg.over


def test_a_finished_call_leaves_no_cyclic_garbage() -> None:
    wire = Wire()
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            leg, callee = connected(wire)
            leg.bye(wire.now)
            wire.pump()
            callee.close(wire.now)
            wire.pump()
            wire.pass_time(40)
            wire.heard(wire.b)
        del leg, callee
        assert gc.collect() == 0
    finally:
        gc.enable()
