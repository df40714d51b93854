"""Requests within calls, and retransmissions on a lossy network."""

import scenarios as s

HELD = s.sdp("sendonly", version=2)
BACK = s.sdp("sendrecv", version=3)
HEARS_ONLY = s.sdp("recvonly", version=2)
TALK = (*s.authenticated_invite(s.sdp()), *s.answered(), s.in_dialog("ACK", 2))
ANSWER = (s.called(), s.ringing(), *s.answers(s.sdp()))

JUST_THE_LADDER = ("-nr",)
"""SIPp retransmits nothing by itself, neither unanswered requests nor responses to retransmissions."""


def offers(cseq: int, body: str, expected: str) -> list[str]:
    """Send a re-INVITE and check the direction in the answer."""
    return [
        s.in_dialog("INVITE", cseq, body),
        s.recv(100, optional=True),
        s.recv(200, attributes='rrs="true"', action=s.expect(f"a={expected}")),
        s.in_dialog("ACK", cseq),
    ]


def is_offered(body: str, expected: str) -> list[str]:
    """The counterpart of `offers`."""
    return [
        s.recv("INVITE", action=s.expect(f"a={expected}")),
        s.reply("200 OK", body, attributes='retrans="500"'),
        s.recv("ACK"),
    ]


def test_the_caller_holds_and_resumes_with_audio(desk, household):
    audio = s.sdp(audio=True)
    caller = (
        *s.authenticated_invite(audio),
        *s.answered(),
        s.in_dialog("ACK", 2),
        *offers(3, HELD, "recvonly"),
        s.pause(300),
        *offers(4, s.sdp(version=3, audio=True), "sendrecv"),
        s.play(),
        s.pause(3200),
        *s.hang_up(5),
    )
    callee = (*ANSWER, *is_offered(HEARS_ONLY, "sendonly"), *is_offered(BACK, "sendrecv"), *s.is_hung_up())
    desk.calls(desk.caller(household.anna, household.berta.number, *caller), desk.callee(household.berta, *callee))


def test_the_callee_holds_and_resumes(desk, household):
    callee = (*ANSWER, s.pause(300), *offers(1, HELD, "recvonly"), *offers(2, BACK, "sendrecv"), *s.hang_up(3))
    caller = (*TALK, *is_offered(HEARS_ONLY, "sendonly"), *is_offered(BACK, "sendrecv"), *s.is_hung_up())
    desk.calls(desk.caller(household.anna, household.berta.number, *caller), desk.callee(household.berta, *callee))


def test_update_refreshes_a_call(desk, household):
    caller = (*TALK, s.in_dialog("UPDATE", 3), s.recv(200), *s.hang_up(4))
    desk.calls(
        desk.caller(household.anna, household.berta.number, *caller),
        desk.callee(household.berta, *ANSWER, *s.is_hung_up(), also=("-aa",)),
    )


def test_an_invite_without_an_offer_gets_one_in_the_answer(desk, household):
    caller = (
        *s.authenticated_invite(""),
        *s.answered(),
        s.in_dialog("ACK", 2, s.sdp()),
        s.pause(300),
        *s.hang_up(3),
    )
    callee = (s.called(), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
    outcome = desk.calls(
        desk.caller(household.anna, household.berta.number, *caller), desk.callee(household.berta, *callee)
    )
    assert "m=audio" in outcome.trace.rsplit("SIP/2.0 200", 2)[1]


def test_a_reliable_180_is_acknowledged_with_prack(desk, household):
    """RFC 3262 section 4: we are the UAC."""
    callee = (
        s.called(),
        s.reply("180 Ringing", tag=True, extra="Require: 100rel\nRSeq: 7\n", attributes='retrans="500"'),
        s.recv("PRACK", action=s.expect("7 [0-9]+ INVITE", header="RAck")),
        s.reply("200 OK"),
        s.reply("200 OK", s.sdp(), stored=True, attributes='retrans="500"'),
        s.recv("ACK"),
        *s.is_hung_up(),
    )
    caller = (*TALK, s.pause(300), *s.hang_up(3))
    desk.calls(desk.caller(household.anna, household.berta.number, *caller), desk.callee(household.berta, *callee))


def test_a_caller_requiring_100rel_gets_a_reliable_180(desk, household):
    """RFC 3262 section 3: we are the UAS."""
    caller = (
        *s.authenticated_invite(s.sdp(), extra="Require: 100rel\n"),
        s.rings_reliably(),
        s.in_dialog("PRACK", 3, extra="RAck: [$rseq] 2 INVITE\n"),
        s.recv(200),
        s.dialog_of_caller(),
        s.in_dialog("ACK", 2),
        *s.hang_up(4),
    )
    callee = (s.called(), s.ringing(), s.pause(500), *s.answers(s.sdp()), *s.is_hung_up())
    desk.calls(desk.caller(household.anna, household.berta.number, *caller), desk.callee(household.berta, *callee))


def test_a_retransmitted_invite_rings_once(desk, household):
    """The phone is slow: our 100 is sent after 200 ms. It is called over TCP, where our INVITE to it is never sent again
    (RFC 3261 section 17.1.1.2), however late its answer is."""
    *challenged, invite, _ = s.authenticated_invite(s.sdp())
    again = s.invite(2, s.sdp(), branch="@same-branch@", attributes="")
    caller = (*challenged, invite, s.recv(100), again, s.recv(100), *s.answered(), s.in_dialog("ACK", 2), *s.hang_up(3))
    slow = (s.called(), s.pause(2000), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
    callee = desk.connected(household.berta, *slow, transport="tcp")
    try:
        desk.calls(desk.caller(household.anna, household.berta.number, *caller, options=JUST_THE_LADDER))
    finally:
        callee.stop()
    assert callee.trace_so_far().count("INVITE sip:") == 1
    assert "BYE sip:" in callee.trace_so_far()


def test_a_retransmitted_bye_is_answered_again(desk, household):
    bye = s.in_dialog("BYE", 3)
    again = s.in_dialog("BYE", 3, branch="@same-branch@", attributes="")
    ladder = (*TALK, s.pause(300), bye, s.recv(200), again, s.recv(200))
    caller = desk.caller(household.anna, household.berta.number, *ladder, options=JUST_THE_LADDER)
    callee = desk.callee(household.berta, *ANSWER, *s.is_hung_up())
    desk.calls(caller, callee)
    assert callee.trace_so_far().count("BYE sip:") == 1


def test_a_2xx_is_retransmitted_until_the_ack(desk, household):
    caller = (*s.authenticated_invite(s.sdp()), *s.answered(), s.pause(1800), s.in_dialog("ACK", 2), *s.hang_up(3))
    outcome = desk.calls(
        desk.caller(household.anna, household.berta.number, *caller),
        desk.callee(household.berta, *ANSWER, *s.is_hung_up()),
    )
    assert outcome.received("SIP/2.0 200") >= 3  # two of the INVITE at least, one of the BYE
