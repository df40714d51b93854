"""Calls between third-party phones through the real server and rtpengine, with every possible ending."""

import pytest
import scenarios as s
from server import set_voicemail

HELLO = s.authenticated_invite(s.sdp())
TALK = (*HELLO, *s.answered(), s.in_dialog("ACK", 2))
ANSWER = (s.called(), s.ringing(), *s.answers(s.sdp()))
RELAYED_ONLY = s.sdp().replace("AVP 0 101\na=rtpmap:0 PCMU/8000", "AVP 97 101\na=rtpmap:97 iLBC/8000")
"""An offer of a codec that rtpengine relays but cannot encode."""


@pytest.mark.promise("U1", "C5", "S2")
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_call_has_audio_and_is_in_the_history(desk, household, transport):
    ladder = (
        *s.authenticated_invite(s.sdp(audio=True)),
        *s.answered(),
        s.in_dialog("ACK", 2),
        s.play(),
        s.pause(3200),
        *s.hang_up(3),
    )
    caller = desk.caller(household.anna, household.berta.number, *ladder, transport=transport)
    desk.calls(caller, desk.callee(household.berta, *ANSWER, *s.is_hung_up()))
    row = desk.record(household.anna, outcome="answered")
    assert row["talk_seconds"] in range(3, 6)
    assert household.berta.number in str(row["callee"])


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_phone_is_called_over_the_connection_it_registered_on(desk, household, transport):
    callee = desk.connected(household.berta, *ANSWER, *s.is_hung_up(), transport=transport)
    try:
        desk.calls(desk.caller(household.anna, household.berta.number, *TALK, s.pause(300), *s.hang_up(3)))
    finally:
        callee.stop()
    assert "BYE sip:" in callee.trace_so_far()


def test_the_callee_hangs_up(desk, household):
    callee = desk.callee(household.berta, *ANSWER, s.pause(1200), *s.hang_up(1))
    desk.calls(desk.caller(household.anna, household.berta.number, *TALK, *s.is_hung_up()), callee)
    desk.record(household.anna, outcome="answered")


def test_the_caller_cancels(desk, household):
    callee = desk.callee(household.berta, s.called(), s.ringing(), *s.is_cancelled())
    gives_up = (s.recv(180), s.pause(500), s.cancel(2), s.recv(200), s.recv(487), s.ack_refusal(2))
    desk.calls(desk.caller(household.anna, household.berta.number, *HELLO, *gives_up), callee)
    row = desk.record(household.anna, outcome="cancelled")
    assert row["answered"] is None


@pytest.mark.parametrize(
    ("refusal", "status", "outcome"),
    [("486 Busy Here", 486, "busy"), ("603 Decline", 603, "declined"), ("480 Away", 480, "unreachable")],
)
def test_the_callee_declines(desk, household, refusal, status, outcome):
    callee = desk.callee(household.berta, s.called(), s.ringing(), *s.refuses(refusal))
    desk.calls(desk.caller(household.anna, household.berta.number, *HELLO, *s.is_refused(status)), callee)
    desk.record(household.anna, outcome=outcome)


def test_no_answer(desk, household, server):
    server.cli("extension", "update", household.clara.number, "--tenant", server.ready["tenant"], "--ring-seconds", "5")
    callee = desk.callee(household.clara, s.called(), s.ringing(), *s.is_cancelled())
    desk.calls(desk.caller(household.anna, household.clara.number, *HELLO, *s.is_refused(480)), callee)
    desk.record(household.anna, outcome="missed")


def test_an_unknown_number_is_404_after_authentication(desk, household):
    desk.calls(desk.caller(household.anna, "999999", *HELLO, *s.is_refused(404)))


@pytest.mark.promise("T3", "U9")
def test_an_unauthenticated_caller_is_challenged_for_any_number(desk, household):
    for number in (household.berta.number, "999999"):
        outsider = desk.unauthenticated(
            "nobody-here", "wrong", *HELLO, *s.is_refused(403), dials=number, host="127.0.0.8"
        )
        desk.calls(outsider)


def test_of_two_ringing_phones_one_is_cancelled_when_the_other_answers(desk, household):
    slow = desk.callee(household.berta, s.called(), s.ringing(), *s.is_cancelled())
    quick = desk.callee(household.berta, s.called(), s.ringing(), s.pause(700), *s.answers(s.sdp()), *s.is_hung_up())
    desk.calls(desk.caller(household.anna, household.berta.number, *TALK, s.pause(300), *s.hang_up(3)), slow, quick)
    row = desk.record(household.anna, outcome="answered")
    assert len([r for r in desk.server.history() if r["id"] == row["id"]]) == 1


def test_both_ringing_phones_are_cancelled_with_the_call(desk, household):
    ladder = (s.called(), s.ringing(), *s.is_cancelled())
    callees = [desk.callee(household.berta, *ladder) for _ in range(2)]
    gives_up = (s.recv(180), s.pause(500), s.cancel(2), s.recv(200), s.recv(487), s.ack_refusal(2))
    desk.calls(desk.caller(household.anna, household.berta.number, *HELLO, *gives_up), *callees)
    desk.record(household.anna, outcome="cancelled")


def test_a_codec_that_cannot_be_transcoded_is_the_only_one_offered(desk, household):
    """Two phones that have it talk. One without it refuses at once, so that it does not ring for nothing."""
    offered = s.called(s.expect("m=audio [0-9]+ RTP/AVP 97 101[^0-9 ]"))
    hello = s.authenticated_invite(RELAYED_ONLY)
    talks = desk.callee(household.berta, offered, s.ringing(), *s.answers(RELAYED_ONLY), *s.is_hung_up())
    ladder = (*hello, *s.answered(), s.in_dialog("ACK", 2), s.pause(300), *s.hang_up(3))
    desk.calls(desk.caller(household.anna, household.berta.number, *ladder), talks)
    desk.record(household.anna, outcome="answered")


def test_an_app_is_not_entered_with_a_codec_that_cannot_be_transcoded(desk, household, server):
    """RFC 3261 section 21.4.26: the caller gets 488, also where a mailbox takes the calls to a phone that is off."""
    set_voicemail(server, on=True)
    hello = s.authenticated_invite(RELAYED_ONLY)
    for number in ("*43", "*97", household.clara.number):
        desk.calls(desk.caller(household.anna, number, *hello, s.recv(488), s.ack_refusal(2)))
    set_voicemail(server, on=False)
