"""Legs: both ends of an INVITE dialog, with packet loss, in virtual time."""

from dataclasses import replace

import pytest
from cyclic_garbage import no_cyclic_garbage
from leg_wire import ANSWER, OFFER, OTHER, Wire

from unificx.sip.dialog import Dialog
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.legs import (
    AckReceived,
    Answered,
    ByeReceived,
    Cancelled,
    DialogFailed,
    IncomingLeg,
    InfoReceived,
    InviteParams,
    OfferAnswered,
    OfferReceived,
    OfferRejected,
    OfferRequested,
    OutgoingLeg,
    Progressed,
    Rejected,
    rejection_headers,
)
from unificx.sip.legs.leg import MAX_POSTPONED, MAX_RETRY_AFTER
from unificx.sip.message import Request, Response, respond

AGAIN = OFFER.replace(b"- 1 1 IN", b"- 1 2 IN")
REFER = ("Refer-To", "<sip:1003@b.example>")


def connected(wire: Wire) -> tuple[OutgoingLeg, IncomingLeg]:
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [Answered(ANSWER)]
    assert wire.take_events(wire.b) == [AckReceived(b"")]
    return leg, callee


def receive_in_dialog(
    wire: Wire, dialog: Dialog | None, method: str, header: tuple[str, str], body: bytes = b""
) -> Dialog:
    """Have `b` receive a request of `a`; return the dialog after it."""
    assert dialog is not None
    dialog, request = dialog.request(method, [("Contact", "<sip:alice@192.0.2.1:5061>"), header], body)
    wire.a.endpoint.request(request, wire.flow_to(wire.b), wire.now)
    wire.pump()
    return dialog


def referred(wire: Wire) -> tuple[IncomingLeg, Dialog]:
    """Have `b` accept a REFER of `a` in a call; return its leg, and the dialog after it."""
    leg, callee = connected(wire)
    dialog = receive_in_dialog(wire, leg.dialog, "REFER", REFER)
    callee.accept_refer(wire.now)
    wire.pump()
    return callee, dialog


def subscribe_to_refer(wire: Wire, dialog: Dialog, expires: str, event: str = "refer") -> Dialog:
    """Have `b` receive a SUBSCRIBE of `a`; return the dialog after it."""
    headers = [("Contact", "<sip:alice@192.0.2.1:5061>"), ("Event", event), ("Expires", expires)]
    dialog, request = dialog.request("SUBSCRIBE", headers)
    wire.a.endpoint.request(request, wire.flow_to(wire.b), wire.now)
    wire.pump()
    return dialog


def rejected_call(wire: Wire, *headers: tuple[str, str]) -> tuple[RemoteProtocolError, Request]:
    """Have `b` receive a call that it rejects at once; return the fault and the INVITE."""
    wire.call(headers=headers)
    event = wire.b.unmatched.pop()
    with pytest.raises(RemoteProtocolError) as fault:
        wire.b.legs.incoming(event.key, event.request, event.flow, wire.now)
    return fault.value, event.request


def test_call_rings_is_answered_and_ends() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.progress(180, b"", wire.now)
    wire.pump()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    leg.bye(wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [Progressed(180, b""), Answered(ANSWER)]
    assert wire.take_events(wire.b) == [AckReceived(b""), ByeReceived()]
    assert "b: 200 BYE" not in wire.log  # the TU has not called close() yet
    callee.close(wire.now)
    wire.pump()
    assert wire.log[-1] == "b: 200 BYE"
    assert len(wire.a.legs) == len(wire.b.legs) == 0


@pytest.mark.parametrize("scheme", ["sip", "sips"])
def test_contacts_in_a_dialog_with_a_sips_uri_are_sips_uris(scheme: str) -> None:
    """Others end it at once (RFC 3261 sections 8.1.1.8 and 12.1.1)."""
    wire = Wire("tls")
    leg = wire.a.legs.outgoing(InviteParams(f"{scheme}:bob@192.0.2.2", wire.flow_to(wire.b), "<sip:a>", "<sip:b>"))
    leg.call(OFFER, wire.now)
    wire.pump()
    callee = wire.accept_incoming()
    callee.progress(180, b"", wire.now)
    callee.accept(ANSWER, wire.now)
    wire.pump()
    leg.offer(OTHER, wire.now)
    wire.pump()
    callee.answer(ANSWER, wire.now)
    wire.pump()
    contacts = [one.contacts[0].uri for one in wire.sent if one.contacts]
    assert len(contacts) == 5
    assert {one.scheme for one in contacts} == {scheme}


def test_closing_an_unanswered_incoming_leg_rejects_it() -> None:
    wire = Wire()
    wire.call()
    wire.accept_incoming().close(wire.now)
    wire.pump()
    assert [event.status for event in wire.take_events(wire.a) if isinstance(event, Rejected)] == [487]
    assert len(wire.a.legs) == len(wire.b.legs) == 0


def test_2xx_is_retransmitted_until_its_ack() -> None:
    wire = Wire()
    acks = iter([True, True, False])
    wire.drops = lambda message: isinstance(message, Request) and message.method == "ACK" and next(acks)
    wire.call()
    wire.accept_incoming().accept(ANSWER, wire.now)
    wire.pump()
    wire.advance(3)
    assert wire.log.count("b: 200 INVITE") == 3
    assert wire.take_events(wire.a) == [Answered(ANSWER)]
    assert wire.take_events(wire.b) == [AckReceived(b"")]


def test_unacknowledged_2xx_ends_the_call() -> None:
    wire = Wire()
    wire.drops = lambda message: isinstance(message, Request) and message.method == "ACK"
    wire.call()
    wire.accept_incoming().accept(ANSWER, wire.now)
    wire.pump()
    wire.advance(40)
    assert wire.take_events(wire.b) == [DialogFailed("no ACK")]
    assert wire.take_events(wire.a)[-1] == ByeReceived()


def test_cancelled_call_ends_with_487_once_rejected_by_the_tu() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.progress(180, b"", wire.now)
    wire.pump()
    leg.cancel(wire.now)
    wire.pump()
    assert wire.take_events(wire.b) == [Cancelled()]
    callee.reject(487, wire.now)
    wire.pump()
    assert wire.take_events(wire.a)[-1].status == 487
    assert len(wire.a.legs) == len(wire.b.legs) == 0


@pytest.mark.parametrize("rings", [True, False])
def test_an_invite_that_expires_is_cancelled_unless_it_is_answered(rings: bool) -> None:
    wire = Wire()
    wire.call(headers=(("Expires", "20"),))
    callee = wire.accept_incoming()
    if rings:
        callee.progress(180, b"", wire.now)
    wire.advance(19)
    assert wire.take_events(wire.b) == []
    wire.advance(1)
    assert wire.take_events(wire.b) == [Cancelled()]
    callee.reject(487, wire.now)
    wire.advance(40)
    assert wire.take_events(wire.b) == []
    assert wire.take_events(wire.a)[-1].status == 487


def test_an_invite_does_not_expire_once_it_is_answered() -> None:
    wire = Wire()
    wire.call(headers=(("Expires", "20"),))
    wire.accept_incoming().accept(ANSWER, wire.now)
    wire.advance(40)
    assert wire.take_events(wire.b) == [AckReceived(b"")]


def test_an_invite_does_not_expire_while_its_answer_waits_for_a_prack() -> None:
    wire = Wire()
    wire.drops = lambda message: isinstance(message, Request) and message.method == "PRACK"
    wire.call(headers=(("Expires", "20"),))
    callee = wire.accept_incoming()
    callee.progress(183, ANSWER, wire.now)
    wire.advance(19)
    callee.accept(ANSWER, wire.now)
    wire.advance(2)
    assert wire.take_events(wire.b) == []


def test_2xx_that_crosses_the_cancel_is_acknowledged_and_ended() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.progress(180, b"", wire.now)
    wire.pump()
    wire.take_events(wire.a)
    leg.cancel(wire.now)
    callee.accept(ANSWER, wire.now)
    wire.pump()
    assert wire.log[-4:].count("a: BYE") == 1
    assert wire.take_events(wire.a) == [Rejected(487, None)]
    assert ByeReceived() in wire.take_events(wire.b)


def test_no_response_counts_as_408() -> None:
    wire = Wire()
    wire.drops = lambda message: True
    wire.call()
    wire.advance(40)
    assert wire.take_events(wire.a) == [Rejected(408, None)]


def test_callee_makes_the_offer_if_the_invite_has_none() -> None:
    wire = Wire()
    leg = wire.call(b"")
    callee = wire.accept_incoming()
    callee.accept(OFFER, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [Answered(OFFER)]
    assert "a: ACK" not in wire.log
    leg.acknowledge(ANSWER)
    wire.pump()
    assert wire.take_events(wire.b) == [AckReceived(ANSWER)]


@pytest.mark.parametrize("from_caller", [True, False])
def test_hold_is_an_offer_and_its_answer(from_caller: bool) -> None:
    wire = Wire()
    leg, callee = connected(wire)
    one, two = (leg, callee) if from_caller else (callee, leg)
    here, there = (wire.a, wire.b) if from_caller else (wire.b, wire.a)
    one.offer(OTHER, wire.now)
    wire.pump()
    assert wire.take_events(there) == [OfferReceived(OTHER)]
    two.answer(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(here) == [OfferAnswered(ANSWER)]
    one.bye(wire.now)
    wire.pump()
    assert ByeReceived() in wire.take_events(there)


def test_rejected_offer_does_not_affect_the_call() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(OTHER, wire.now)
    wire.pump()
    callee.reject_offer(488, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [OfferRejected(488)]
    assert not leg.ended
    assert callee.remote_sdp == OFFER


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_offer_of_another_type_is_rejected_with_415(method: str) -> None:
    wire = Wire()
    leg, callee = connected(wire)
    receive_in_dialog(wire, leg.dialog, method, ("Content-Type", "application/isup"), b"\x01")
    assert wire.log[-2 if method == "INVITE" else -1] == f"b: 415 {method}"
    assert wire.take_events(wire.b) == []
    assert callee.remote_sdp == OFFER


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_an_encoded_offer_is_rejected_with_415(method: str) -> None:
    wire = Wire()
    leg, callee = connected(wire)
    receive_in_dialog(wire, leg.dialog, method, ("Content-Encoding", "gzip"), OTHER)
    refused = next(each for each in wire.sent if isinstance(each, Response) and each.status == 415)
    assert (refused.first("accept"), refused.first("accept-encoding")) == ("application/sdp", "identity")
    assert wire.take_events(wire.b) == []
    assert callee.remote_sdp == OFFER


def test_a_call_with_an_encoded_body_is_rejected_with_415() -> None:
    fault, invite = rejected_call(Wire(), ("e", "gzip"))
    assert fault.status == 415
    assert rejection_headers(fault, invite) == [("Accept", "application/sdp"), ("Accept-Encoding", "identity")]


def test_a_call_with_a_body_that_is_stated_not_to_be_encoded_is_accepted() -> None:
    wire = Wire()
    wire.call(headers=(("Content-Encoding", "Identity"),))
    assert wire.accept_incoming().remote_sdp == OFFER


@pytest.mark.parametrize("accepted", [True, False])
def test_only_an_accepted_offer_changes_the_target_of_the_dialog(accepted: bool) -> None:
    """RFC 6141 section 4."""
    wire = Wire()
    leg, callee = connected(wire)
    receive_in_dialog(wire, leg.dialog, "INVITE", ("Content-Type", "application/sdp"), OTHER)
    if accepted:
        callee.answer(ANSWER, wire.now)
    else:
        callee.reject_offer(488, wire.now)
    assert callee.dialog is not None
    assert callee.dialog.remote_target == ("sip:alice@192.0.2.1:5061" if accepted else "sip:192.0.2.1:5061")


@pytest.mark.parametrize(("interval", "answer", "target"), [("1800", 200, "alice@"), ("60", 422, "")])
def test_only_an_accepted_update_changes_the_target_of_the_dialog(interval: str, answer: int, target: str) -> None:
    wire = Wire()
    leg, callee = connected(wire)
    receive_in_dialog(wire, leg.dialog, "UPDATE", ("Session-Expires", interval))
    assert wire.log[-1] == f"b: {answer} UPDATE"
    assert callee.dialog is not None
    assert callee.dialog.remote_target == f"sip:{target}192.0.2.1:5061"


def test_simultaneous_offers_are_both_rejected_and_retried() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(OTHER, wire.now)
    callee.offer(OTHER, wire.now)
    wire.pump()
    assert wire.log.count("a: 491 INVITE") == wire.log.count("b: 491 INVITE") == 1
    wire.advance(1.5)
    assert wire.take_events(wire.a) == [OfferReceived(OTHER)]
    leg.answer(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(wire.b) == [OfferAnswered(ANSWER)]
    wire.advance(2)
    assert wire.take_events(wire.b) == [OfferReceived(OTHER)]


def test_an_offer_is_repeated_to_a_peer_that_is_busy_with_an_earlier_one() -> None:
    """RFC 3261 section 14.2: after a change of its connection, a browser may get an offer again before it has answered."""
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(OTHER, wire.now)
    wire.pump()
    for _ in range(MAX_POSTPONED):
        callee.reject_offer(500, wire.now, [("Retry-After", "4")])
        wire.pump()
        assert wire.take_events(wire.a) == []
        wire.advance(MAX_RETRY_AFTER)
    callee.answer(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [OfferAnswered(ANSWER)]


def test_an_offer_is_not_postponed_forever() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(OTHER, wire.now)
    wire.pump()
    for _ in range(MAX_POSTPONED + 1):
        callee.reject_offer(500, wire.now, [("Retry-After", "4")])
        wire.pump()
        wire.advance(MAX_RETRY_AFTER)
    assert wire.take_events(wire.a) == [OfferRejected(500)]
    assert not leg.ended


def test_reinvite_without_sdp_requests_an_offer_of_the_session() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(b"", wire.now)
    wire.pump()
    [requested] = wire.take_events(wire.b)
    assert requested == OfferRequested(ANSWER)
    callee.answer(requested.session, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [OfferAnswered(ANSWER)]
    assert not callee.ended


def test_info_reaches_the_peer() -> None:
    wire = Wire()
    leg, _ = connected(wire)
    leg.info("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", wire.now)
    wire.pump()
    assert wire.take_events(wire.b) == [InfoReceived("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n")]


def test_info_of_a_package_is_rejected_with_those_received() -> None:
    """RFC 6086 section 4.2.2. There are none."""
    wire = Wire()
    leg, callee = connected(wire)
    receive_in_dialog(wire, leg.dialog, "INFO", ("Info-Package", "foo"))
    response = wire.sent[-1]
    assert isinstance(response, Response)
    assert (response.status, response.first("recv-info")) == (469, "")
    assert (wire.take_events(wire.b), callee.ended) == ([], False)


def test_notify_names_the_refer_it_is_about_after_the_first_one() -> None:
    """RFC 3515 section 2.4.6: of the second and further REFERs in a dialog, even if the earlier ones are over."""
    wire = Wire()
    leg, callee = connected(wire)
    dialog = leg.dialog
    for target in ("1003", "1004"):
        dialog = receive_in_dialog(wire, dialog, "REFER", ("Refer-To", f"<sip:{target}@b.example>"))
        callee.accept_refer(wire.now)
        callee.notify(486, wire.now)
        wire.pump()
    number = dialog.local_seq if dialog is not None else 0
    notified = [each.first("event") for each in wire.sent if isinstance(each, Request) and each.method == "NOTIFY"]
    assert notified == ["refer", "refer", f"refer;id={number}", f"refer;id={number}"]


def test_a_transferor_refreshes_and_ends_the_subscription_of_its_refer() -> None:
    """RFC 3515 section 2.4.4."""
    wire = Wire()
    callee, dialog = referred(wire)
    callee.notify(180, wire.now)
    for expires in ("60", "9999", "0"):
        dialog = subscribe_to_refer(wire, dialog, expires)
    notified = [each for each in wire.sent if isinstance(each, Request) and each.method == "NOTIFY"]
    assert [each.first("subscription-state") for each in notified[2:]] == [
        "active;expires=60",
        "active;expires=3600",
        "terminated;reason=timeout",
    ]
    assert {each.body for each in notified[2:]} == {b"SIP/2.0 180 Ringing\r\n"}
    callee.notify(200, wire.now)
    dialog = subscribe_to_refer(wire, dialog, "60")
    subscribe_to_refer(wire, dialog, "60", "dialog")
    answers = [each for each in wire.sent if isinstance(each, Response) and each.cseq_method == "SUBSCRIBE"]
    assert [(each.status, each.expires) for each in answers] == [
        (200, 60),
        (200, 3600),
        (200, 0),
        (481, None),
        (489, None),
    ]
    assert len(notified) == len([each for each in wire.log if each == "b: NOTIFY"])


def test_early_media_is_sent_reliably_and_acknowledged() -> None:
    wire = Wire()
    pracks = iter([True, False])
    wire.drops = lambda message: isinstance(message, Request) and message.method == "PRACK" and next(pracks)
    wire.call()
    callee = wire.accept_incoming()
    callee.progress(183, ANSWER, wire.now)
    callee.accept(ANSWER, wire.now)  # waits for the PRACK (RFC 3262 section 3)
    wire.pump()
    assert "b: 200 INVITE" not in wire.log
    wire.advance(2)
    assert wire.take_events(wire.a) == [Progressed(183, ANSWER), Answered(ANSWER)]
    assert wire.take_events(wire.b) == [AckReceived(b"")]


def test_option_tags_are_compared_without_case() -> None:
    wire = Wire()
    wire.call(headers=(("Require", "100REL"),))
    callee = wire.accept_incoming()
    callee.progress(180, b"", wire.now)
    wire.pump()
    assert "a: PRACK" in wire.log


def test_the_option_tag_of_session_timers_is_compared_without_case() -> None:
    wire = Wire()
    leg, _ = connected(wire)
    receive_in_dialog(wire, leg.dialog, "UPDATE", ("Supported", "Timer"))
    assert wire.sent[-1].first("require") == "timer"


def test_option_tags_of_responses_are_compared_without_case() -> None:
    wire = Wire()
    wire.call()
    wire.accept_incoming().progress(180, b"", wire.now, [("Require", "100REL"), ("RSeq", "7")])
    wire.pump()
    assert "a: PRACK" in wire.log


def test_unacknowledged_provisional_response_ends_the_call() -> None:
    wire = Wire()
    wire.drops = lambda message: isinstance(message, Request) and message.method == "PRACK"
    wire.call()
    wire.accept_incoming().progress(183, ANSWER, wire.now)
    wire.pump()
    wire.advance(70)
    assert wire.take_events(wire.b) == [DialogFailed("no PRACK")]
    assert wire.take_events(wire.a)[-1].status == 504


@pytest.mark.parametrize("body", [b"", ANSWER])
def test_a_ringing_callee_may_send_an_update(body: bytes) -> None:
    """Also if its responses are not reliable (RFC 3311 section 5.1): one that gets 481 ends the call."""
    wire = Wire()
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.progress(183, body, wire.now)
    wire.pump()
    callee.refresh(wire.now)
    wire.pump()
    assert wire.log[-1] == "a: 200 UPDATE"
    callee.accept(ANSWER, wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [Progressed(183, body), Answered(ANSWER)]
    assert not leg.ended


@pytest.mark.parametrize("answer", ["481 PRACK", "none"])
def test_a_rejected_or_unanswered_prack_does_not_end_the_call(answer: str) -> None:
    """The 2xx came while the PRACK was on its way: the callee no longer knows what it acknowledges."""
    wire = Wire()
    lost = iter([True])
    wire.drops = lambda message: message.cseq_method == "PRACK" and (answer == "none" or next(lost, False))
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.progress(180, b"", wire.now, [("Require", "100rel"), ("RSeq", "7")])
    callee.accept(ANSWER, wire.now)
    wire.pump()
    wire.advance(40)
    assert (f"b: {answer}" in wire.log) == (answer != "none")
    assert not leg.ended
    assert wire.take_events(wire.a) == [Progressed(180, b""), Answered(ANSWER)]


def test_session_is_refreshed_at_half_of_the_interval() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    wire.advance(3 * 1800)
    assert wire.log.count("a: UPDATE") >= 5
    assert not leg.ended
    assert not callee.ended


def test_session_without_refresh_ends() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    wire.drops = lambda message: True
    wire.advance(1801)
    assert leg.ended
    assert callee.ended
    assert DialogFailed("session expired") in wire.take_events(wire.b)


def test_too_small_session_interval_is_rejected_with_422() -> None:
    fault, _ = rejected_call(Wire(session_expires=60))
    assert fault.status == 422


def test_interval_in_other_digits_is_ignored() -> None:
    wire = Wire()
    leg, _ = connected(wire)
    receive_in_dialog(wire, leg.dialog, "UPDATE", ("Min-SE", "\N{SUPERSCRIPT TWO}"))
    assert wire.log[-1] == "b: 200 UPDATE"


def test_provisional_response_with_a_number_in_other_digits_is_ignored() -> None:
    wire = Wire()
    wire.call()
    wire.accept_incoming().progress(183, ANSWER, wire.now, [("RSeq", "\N{SUPERSCRIPT TWO}")])
    wire.pump()
    assert wire.take_events(wire.a) == []


def test_unsupported_extension_is_rejected_with_420() -> None:
    fault, _ = rejected_call(Wire(), ("Require", "telepathy"))
    assert fault.status == 420


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "OPTIONS", "BYE"])
def test_unsupported_extension_in_a_dialog_is_rejected_with_420(method: str) -> None:
    """RFC 3261 section 8.2.2.3. Only a BYE does its work."""
    wire = Wire()
    leg, callee = connected(wire)
    receive_in_dialog(wire, leg.dialog, method, ("Require", "Timer, telepathy"))
    if method == "BYE":
        assert wire.take_events(wire.b) == [ByeReceived()]
        return
    response = next(each for each in wire.sent if isinstance(each, Response) and each.status == 420)
    assert (response.cseq_method, response.first("unsupported")) == (method, "telepathy")
    assert wire.take_events(wire.b) == []
    assert not callee.ended


def test_response_481_ends_the_leg() -> None:
    wire = Wire()
    leg, callee = connected(wire)
    wire.b.legs.remove(callee, [])
    leg.offer(OTHER, wire.now)
    wire.pump()
    stray = wire.b.unmatched.pop()
    wire.b.endpoint.respond(stray.key, respond(stray.request, 481), wire.now)
    wire.pump()
    assert wire.take_events(wire.a) == [DialogFailed("re-INVITE answered 481")]
    assert leg.ended


def test_second_2xx_of_a_forking_proxy_is_ended() -> None:
    wire = Wire()
    leg = wire.call()
    callee = wire.accept_incoming()
    callee.accept(ANSWER, wire.now)
    wire.pump()
    answer = next(each for each in wire.sent if isinstance(each, Response) and each.status == 200)
    to = (answer.first("to") or "").replace(callee.id, "another-branch")
    forked = answer.without("to").with_prepended(("To", to))
    wire.a.endpoint.receive(forked.encode(), wire.flow_to(wire.b), wire.now)
    wire.pump()
    assert wire.log.count("a: BYE") == 1
    assert not leg.ended


def test_finished_call_leaves_no_cyclic_garbage() -> None:
    wire = Wire()
    with no_cyclic_garbage():
        for _ in range(3):
            leg, callee = connected(wire)
            leg.bye(wire.now)
            wire.pump()
            callee.close(wire.now)
            wire.pump()
            wire.advance(40)
            wire.take_events(wire.b)
        del leg, callee


def test_the_subscription_of_a_refer_ends_once_it_expires() -> None:
    """RFC 6665 section 4.2.2; what is left of it is in each NOTIFY."""
    wire = Wire()
    callee, dialog = referred(wire)
    subscribe_to_refer(wire, dialog, "60")
    wire.advance(45)
    callee.notify(180, wire.now)
    wire.pump()
    wire.advance(30)
    callee.notify(200, wire.now)
    wire.pump()
    notified = [each for each in wire.sent if isinstance(each, Request) and each.method == "NOTIFY"]
    assert [each.first("subscription-state") for each in notified] == [
        "active;expires=3600",
        "active;expires=60",
        "active;expires=15",
        "terminated;reason=timeout",
    ]
    assert not callee.ended


def test_a_rejected_refer_leaves_the_subscription_of_an_earlier_one() -> None:
    wire = Wire()
    callee, dialog = referred(wire)
    receive_in_dialog(wire, dialog, "REFER", REFER)
    callee.reject_refer(491, wire.now)
    callee.notify(200, wire.now)
    wire.pump()
    notified = [each for each in wire.sent if isinstance(each, Request) and each.method == "NOTIFY"]
    assert [(each.first("event"), each.body) for each in notified] == [
        ("refer", b"SIP/2.0 100 Trying\r\n"),
        ("refer", b"SIP/2.0 200 OK\r\n"),
    ]


def test_the_result_of_a_transfer_is_reported_while_a_further_refer_is_unanswered() -> None:
    wire = Wire()
    callee, dialog = referred(wire)
    receive_in_dialog(wire, dialog, "REFER", REFER)
    callee.notify(180, wire.now)
    callee.notify(200, wire.now)
    callee.reject_refer(491, wire.now)
    callee.notify(487, wire.now)
    wire.pump()
    notified = [each for each in wire.sent if isinstance(each, Request) and each.method == "NOTIFY"]
    assert [each.body for each in notified] == [
        b"SIP/2.0 100 Trying\r\n",
        b"SIP/2.0 180 Ringing\r\n",
        b"SIP/2.0 200 OK\r\n",
    ]


def test_a_subscription_that_ran_out_while_a_further_refer_was_unanswered_ends_after_its_rejection() -> None:
    wire = Wire()
    callee, dialog = referred(wire)
    dialog = subscribe_to_refer(wire, dialog, "10")
    receive_in_dialog(wire, dialog, "REFER", REFER)
    wire.advance(15)
    callee.reject_refer(491, wire.now)
    wire.advance(1)
    notified = [each for each in wire.sent if isinstance(each, Request) and each.method == "NOTIFY"]
    assert notified[-1].first("subscription-state") == "terminated;reason=timeout"


def test_subscribe_is_allowed_where_a_refer_is() -> None:
    wire = Wire()
    connected(wire)
    answer = next(each for each in wire.sent if isinstance(each, Response) and each.status == 200)
    assert {"REFER", "SUBSCRIBE"} <= set(answer.values("allow"))


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize(
    ("header", "body", "status"),
    [(("Content-Type", "application/isup"), b"\x01", 415), (("Content-Type", "application/sdp"), OTHER, 488)],
    ids=["415", "488"],
)
def test_a_rejected_offer_does_not_refresh_the_session(
    method: str, header: tuple[str, str], body: bytes, status: int
) -> None:
    """RFC 4028 section 7.4: only a 2xx does."""
    wire = Wire()
    leg, callee = connected(wire)
    timer = callee.session_timer
    wire.now += 100
    receive_in_dialog(wire, leg.dialog, method, header, body)
    callee.reject_offer(488, wire.now)
    wire.pump()
    assert f"b: {status} {method}" in wire.log
    assert timer is not None
    assert callee.session_timer == timer


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_an_accepted_offer_refreshes_the_session(method: str) -> None:
    wire = Wire()
    leg, callee = connected(wire)
    wire.now += 100
    receive_in_dialog(wire, leg.dialog, method, ("Content-Type", "application/sdp"), OTHER)
    callee.answer(ANSWER, wire.now)
    assert callee.session_timer is not None
    assert callee.session_timer.refresh_at == wire.now + 900


def test_sdp_in_the_ack_of_an_answer_is_no_answer() -> None:
    """RFC 3261 section 13.2.2.4. Taken for one, it would be replaced when a later offer is rejected."""
    wire = Wire()
    leg = wire.call()
    callee = wire.accept_incoming()
    wire.drops = lambda message: isinstance(message, Request) and message.method == "ACK"
    callee.accept(ANSWER, wire.now)
    wire.pump()
    assert leg.dialog is not None
    receive_in_dialog(wire, leg.dialog, "UPDATE", ("Content-Type", "application/sdp"), OTHER)
    wire.drops = lambda message: False
    ack = leg.dialog.ack(1, [("Content-Type", "application/sdp")], ANSWER)
    wire.a.endpoint.send(ack, wire.flow_to(wire.b))
    wire.pump()
    assert callee.remote_sdp == OTHER
    callee.reject_offer(488, wire.now)
    assert callee.remote_sdp == OFFER
    assert AckReceived(b"") in wire.take_events(wire.b)


def test_an_offer_while_an_own_one_awaits_its_answer_in_the_ack_is_rejected_with_491() -> None:
    """RFC 3311 section 5.2."""
    wire = Wire()
    leg, callee = connected(wire)
    leg.offer(b"", wire.now)
    wire.pump()
    wire.drops = lambda message: isinstance(message, Request) and message.method == "ACK"
    callee.answer(ANSWER, wire.now)
    wire.pump()
    wire.take_events(wire.b)
    receive_in_dialog(wire, leg.dialog, "UPDATE", ("Content-Type", "application/sdp"), OTHER)
    assert wire.log[-1] == "b: 491 UPDATE"
    assert wire.take_events(wire.b) == []


@pytest.mark.parametrize("header", [("Content-Encoding", "gzip"), ("Content-Type", "application/isup")])
@pytest.mark.parametrize("message", ["183", "200", "re-INVITE", "ACK"])
def test_only_a_readable_body_is_an_answer(message: str, header: tuple[str, str]) -> None:
    wire = Wire()
    if message == "ACK":
        leg = wire.call(body=b"")
        callee = wire.accept_incoming()
        callee.accept(OFFER, wire.now)
        wire.pump()
        assert leg.dialog is not None
        wire.a.endpoint.send(leg.dialog.ack(1, [header], ANSWER), wire.flow_to(wire.b))
        wire.pump()
        assert wire.take_events(wire.b) == [AckReceived(b"")]
        assert callee.remote_sdp == b""
        return
    if message == "re-INVITE":
        leg, callee = connected(wire)
        leg.offer(OTHER, wire.now)
        wire.pump()
        [(key, request)] = [(each.key, each.request) for each in [callee.remote_offer] if each is not None]
    else:
        leg = wire.call()
        callee = wire.accept_incoming()
        key, request = callee.key, callee.invite
    status = 183 if message == "183" else 200
    headers = [("Contact", "<sip:192.0.2.2:5062>"), header]
    wire.b.endpoint.respond(key, respond(request, status, to_tag=callee.id, headers=headers, body=ANSWER), wire.now)
    wire.pump()
    expected = {"183": Progressed(183, b""), "200": Answered(b""), "re-INVITE": OfferAnswered(b"")}
    assert wire.take_events(wire.a) == [expected[message]]
    assert leg.remote_sdp == (ANSWER if message == "re-INVITE" else b"")


def test_a_target_refresh_is_not_undone_by_an_older_offer_that_is_accepted_later() -> None:
    """RFC 3261 section 12.2.2: the target is that of the latest request."""
    wire = Wire()
    leg, callee = connected(wire)
    dialog = receive_in_dialog(wire, leg.dialog, "INVITE", ("Content-Type", "application/sdp"), OTHER)
    assert dialog is not None
    _, request = dialog.request("UPDATE", [("Contact", "<sip:moved@192.0.2.1:5061>")])
    wire.a.endpoint.request(request, wire.flow_to(wire.b), wire.now)
    wire.pump()
    callee.answer(ANSWER, wire.now)
    assert callee.dialog is not None
    assert callee.dialog.remote_target == "sip:moved@192.0.2.1:5061"


@pytest.mark.parametrize(("method", "status"), [("INFO", 200), ("UPDATE", 200), ("PRACK", 481), ("BYE", 200)])
def test_the_caller_may_send_requests_in_the_dialog_of_a_tentative_response(method: str, status: int) -> None:
    """It has sequence numbers of its own, and ends with the final response (RFC 3261 sections 12.2.2 and 13.2.2.4)."""
    wire = Wire()
    caller = wire.call()
    callee = wire.accept_incoming()
    callee.progress(183, ANSWER, wire.now, tentative=True)
    wire.pump()
    first = caller.early_dialog
    assert first is not None
    early = replace(first, remote=f"{first.remote};tag={first.remote_tag}", local_seq=7)
    early = receive_in_dialog(wire, early, method, ("RAck", "1 1 INVITE"))
    if method == "BYE":
        callee.close(wire.now)
        wire.pump()
    assert f"b: {status} {method}" in wire.log
    assert ("b: 487 INVITE" in wire.log) == callee.ended == (method == "BYE")
    assert wire.take_events(wire.b) == {"INFO": [InfoReceived("", b"")], "BYE": [ByeReceived()]}.get(method, [])
    callee.accept(ANSWER, wire.now)
    wire.pump()
    receive_in_dialog(wire, early, "BYE", REFER)
    assert len(wire.b.unmatched) == 1
    if method != "BYE":
        receive_in_dialog(wire, caller.dialog, "BYE", REFER)
        assert wire.take_events(wire.b) == [AckReceived(b""), ByeReceived()]


@pytest.mark.parametrize(
    ("early", "offer", "status", "answer"),
    [(ANSWER, AGAIN, 200, ANSWER), (b"", AGAIN, 200, b""), (ANSWER, OTHER, 488, b""), (ANSWER, b"", 200, b"")],
)
def test_an_offer_in_a_prack_that_repeats_the_session_gets_the_same_answer(
    early: bytes, offer: bytes, status: int, answer: bytes
) -> None:
    """RFC 3262 section 5. Another one is refused, and acknowledges the response all the same."""
    wire = Wire()
    wire.drops = lambda message: message.cseq_method == "PRACK" and message.cseq_number < 8
    caller = wire.call(headers=(("Require", "100rel"),))
    callee = wire.accept_incoming()
    callee.progress(183, early, wire.now)
    wire.pump()
    first = caller.early_dialog
    assert first is not None
    dialog = replace(first, remote=f"{first.remote};tag={first.remote_tag}", local_seq=7)
    headers = [("RAck", "1 1 INVITE"), ("Content-Type", "application/sdp")]
    _, request = dialog.request("PRACK", headers, offer)
    wire.a.endpoint.request(request, wire.flow_to(wire.b), wire.now)
    wire.pump()
    assert (wire.log[-1], wire.sent[-1].body) == (f"b: {status} PRACK", answer)
    callee.accept(ANSWER, wire.now)
    wire.pump()
    assert "b: 200 INVITE" in wire.log
