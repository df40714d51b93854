"""Calls to numbers outside: what a carrier gets, which failures lead to another carrier, and what stays inside."""

from collections.abc import Mapping

import pytest
from carriers import CERTIFICATE_URL, OWN_NUMBER, SIGNING_KEY, Outside
from ladder import play, play_on
from steps import UP, hangs_up
from world import World

from unificx.calls import CallControl, CallSettings
from unificx.calls.call import NO_COURSE
from unificx.core.errors import Forbidden
from unificx.routing import Destination, Reject, Rejection
from unificx.sip.message import Request
from unificx.sip.passport import Passport, is_signed_by, read_identity, signing_key

CALLED = "+493098765432"
NUMBERS: Mapping[str, Destination] = {
    "03098765432": Outside(CALLED, "carrier", "second"),
    "03011111111": Outside("+493011111111", "carrier", withheld=True),
    "112": Outside("112", "carrier", withheld=True, emergency=True),
    "911": Outside("911", "carrier", emergency=True, located=True),
}
CALLING = """
    alice 1001, bob 1002, carrier +491710000001 udp trunk, second +491710000002 udp trunk
    alice -> INVITE 03098765432 [alice]
    carrier <- INVITE [alice]
"""
TALKS = CALLING + """
    carrier -> 200 [outside]
    carrier <- ACK
    alice <- 200 [outside]
    alice -> ACK
"""  # fmt: skip
SECRETS = (b"1001", b"Alice", b"O\\Neill", b"acme.example", b"192.0.2.9", b"Extension", b"e-1001", b"1002", b"s-1001")


def assert_nothing_internal(world: World) -> None:
    assert world.sent_outside
    for data in world.sent_outside:
        leaked = [secret for secret in SECRETS if secret in data.replace(b"x-said:alice", b"")]
        assert not leaked, f"{leaked} in {data.decode()}"


async def test_call_to_a_number_outside() -> None:
    world = await play(
        CALLING
        + """
          From: <sip:+49301234500@carrier.example>;tag={*}
          To: <sip:+493098765432@carrier.example>
          P-Asserted-Identity: none
          Privacy: none
          Max-Forwards: 69
        carrier -> 100
        carrier -> 183 [early]
        alice <- 183 [early]
        carrier -> 200 [outside]
        carrier <- ACK
        alice <- 200 [outside]
          P-Asserted-Identity: none
        alice -> ACK
        """
        + hangs_up("alice", "carrier", "answered 16 alice +493098765432"),
        numbers=NUMBERS,
    )
    invite = world.checked[0]
    assert isinstance(invite, Request)
    assert invite.uri == f"sip:{CALLED}@carrier.example"
    [record] = world.ended
    caller, callee = record.parties
    assert (record.direction, caller.extension_id) == ("outbound", "e-1001")
    assert (callee.extension_id, callee.subject, callee.number) == (None, f"s-{CALLED}", CALLED)
    [leg] = record.outside
    assert (leg.number, leg.trunk_id, leg.extension_id, leg.emergency) == (CALLED, "carrier", "e-1001", False)
    assert (leg.answered, leg.ended) == (record.answered, record.ended)
    assert_nothing_internal(world)


async def test_domain_of_a_carrier_may_be_an_ipv6_address() -> None:
    world = await play(
        """
        alice 1001, carrier +491710000001 udp trunk ipv6
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
          From: <sip:+49301234500@[2001:db8::1]>;tag={*}
          To: <sip:+493098765432@[2001:db8::1]>
        """,
        numbers=NUMBERS,
    )
    [invite] = world.checked
    assert isinstance(invite, Request)
    assert invite.uri == f"sip:{CALLED}@[2001:db8::1]"


async def test_carrier_challenges_the_invite_and_the_bye() -> None:
    challenge = '''Proxy-Authenticate: Digest realm="carrier.example", nonce="n1", algorithm=MD5, qop="auth"'''
    await play(
        f"""
        alice 1001, carrier +491710000001 udp trunk by hand
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
          CSeq: 1 INVITE
          Call-ID: {{call}}
          Proxy-Authorization: none
        carrier -> 407
          {challenge}
        carrier <- INVITE [alice]
          CSeq: 2 INVITE
          Call-ID: {{call}}
          Proxy-Authorization: Digest username="account"{{*}}
        carrier -> 200 INVITE [outside]
        carrier <- ACK
        alice <- 200 [outside]
        alice -> ACK
        alice -> BYE
        carrier <- BYE
        history <- answered 16 alice +493098765432
        alice <- 200 BYE
        carrier -> 407 BYE
          {challenge}
        carrier <- BYE
          Proxy-Authorization: Digest username="account"{{*}}
        carrier -> 200 BYE
        """,
        numbers=NUMBERS,
    )


@pytest.mark.parametrize("refusal", ["408", "500", "503", "403", "302"])
async def test_next_carrier_takes_over_if_one_cannot_connect(refusal: str) -> None:
    contact = "\n          Contact: <sip:+4990012345@premium.example>" if refusal == "302" else ""
    world = await play(
        CALLING
        + f"""
        carrier -> {refusal}{contact}
        second <- INVITE [alice]
          To: <sip:+493098765432@second.example>
        second -> 180
        alice <- 180
        second -> 200 [outside]
        second <- ACK
        alice <- 200 [outside]
        alice -> ACK
        """
        + hangs_up("second", "alice", "answered 16 alice +493098765432"),
        numbers=NUMBERS,
    )
    assert not any(b"premium" in data for data in world.sent_outside)


async def test_silent_carrier_is_given_up_after_five_seconds() -> None:
    await play(
        """
        alice 1001, carrier +491710000001 tcp trunk, second +491710000002 udp trunk
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
        ... 5.1 s
        second <- INVITE [alice]
        second -> 486
        history <- busy 17 alice +493098765432
        alice <- 486
        """,
        numbers=NUMBERS,
    )


async def test_requests_in_a_dialog_go_to_the_server_that_has_it() -> None:
    """Not to the one that is asked first, which could not connect the call."""
    world = await play("alice 1001, carrier +491710000001 tcp trunk, second +491710000002 tcp trunk", numbers=NUMBERS)
    world.lines.servers["carrier"] += world.lines.servers["second"]
    await play_on(
        world,
        """
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
        carrier -> 503
        second <- INVITE [alice]
        second -> 200 [outside]
        second <- ACK
        alice <- 200 [outside]
        alice -> ACK
        """
        + hangs_up("alice", "second", "answered 16 alice +493098765432"),
    )


async def test_carrier_without_a_route_is_given_up_at_once_if_another_one_answers() -> None:
    """Its datagrams have no way; the last carrier is sent the INVITE again until it is silent for too long."""
    world = await play(
        """
        alice 1001, carrier +491710000001 udp trunk, second +491710000002 udp trunk
        ! carrier loses its connection
        alice -> INVITE 03098765432 [alice]
        second <- INVITE [alice]
        second -> 486
        history <- busy 17 alice +493098765432
        alice <- 486
        ! second loses its connection
        alice -> INVITE 03098765432 [alice]
        ... 4 s
        """,
        numbers=NUMBERS,
    )
    assert len(world.manager.calls) == 1


async def test_the_pause_of_a_server_does_not_move_its_dialogs() -> None:
    world = await play(TALKS.replace("udp", "tcp"), numbers=NUMBERS)
    world.lines.servers["carrier"] = world.lines.servers["second"]
    await play_on(world, hangs_up("alice", "carrier", "answered 16 alice +493098765432"))


async def test_retry_after_pauses_the_server() -> None:
    world = await play(
        CALLING
        + """
        carrier -> 503
          Retry-After: 120
        second <- INVITE [alice]
        second -> 603
        history <- declined 21 alice +493098765432
        alice <- 603
        """,
        numbers=NUMBERS,
    )
    assert [(name, round(until - world.now)) for name, until in world.lines.paused] == [("carrier", 120)]


@pytest.mark.parametrize(
    ("answer", "record"),
    [
        ("486", "busy 17"),
        ("600", "busy 17"),
        ("603", "declined 21"),
        ("404", "failed 1"),
        ("484", "failed 1"),
        ("480", "missed 19"),
    ],
)
async def test_what_a_carrier_says_of_the_number_is_final(answer: str, record: str) -> None:
    status = {"600": "486", "484": "404"}.get(answer, answer)
    await play(
        CALLING
        + f"""
        carrier -> {answer}
        history <- {record} alice +493098765432
        alice <- {status}
        """,
        numbers=NUMBERS,
    )


async def test_live_calls_name_the_number_as_the_record_does() -> None:
    """In E.164, from the first moment on and after a restart of the server."""
    world = await play("alice 1001, carrier +491710000001 udp trunk, second +491710000002 udp trunk", numbers=NUMBERS)
    for step in (
        "alice -> INVITE 03098765432 [alice]\ncarrier <- INVITE [alice]",
        "carrier -> 503\nsecond <- INVITE [alice]",
        "second -> 200 [outside]\nsecond <- ACK\nalice <- 200 [outside]\nalice -> ACK",
    ):
        await play_on(world, step)
        assert [call.callee for call in world.manager.live_calls()] == ["+493098765432"]
    [call] = world.manager.calls.values()
    call.course = NO_COURSE
    assert [call.callee for call in world.manager.live_calls()] == ["+493098765432"]
    await play_on(world, hangs_up("second", "alice", "answered 16 alice +493098765432"))


@pytest.mark.parametrize(
    ("answers", "status", "cause", "text"),
    [
        (("403", "403"), 403, 21, "The carrier refused the call"),
        (("503", "403"), 403, 21, "The carrier refused the call"),
        (("408", "503"), 500, 38, "No carrier can take the call"),
        (("302", "500"), 500, 38, "No carrier can take the call"),
    ],
)
async def test_caller_learns_that_the_carriers_do_not_take_the_call(
    answers: tuple[str, str], status: int, cause: int, text: str
) -> None:
    """The outcome of the last trunk counts."""
    await play(
        CALLING
        + f"""
        carrier -> {answers[0]}
        second <- INVITE [alice]
        second -> {answers[1]}
        history <- failed {cause} alice +493098765432
        alice <- {status}
          Reason: Q.850;cause={cause};text="{text}"
        """,
        numbers=NUMBERS,
    )


async def test_caller_learns_that_no_carrier_can_be_called() -> None:
    world = await play("alice 1001, carrier +491710000001 udp trunk, second +491710000002 udp trunk", numbers=NUMBERS)
    world.lines.without_server |= {"carrier", "second"}
    await play_on(
        world,
        """
        alice -> INVITE 03098765432 [alice]
        history <- failed 38 alice +493098765432
        alice <- 500
          Reason: Q.850;cause=38;text="No carrier can take the call"
        """,
    )


async def test_carrier_without_a_server_or_with_its_most_calls_is_skipped() -> None:
    bob_reaches_second = """
        bob -> INVITE 03098765432 [bob]
        second <- INVITE [bob]
        second -> 486
        history <- busy 17 bob +493098765432
        bob <- 486
    """
    world = await play(
        """
        alice 1001, bob 1002, carrier +491710000001 udp trunk max1, second +491710000002 udp trunk
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
        carrier -> 180
        alice <- 180
        """
        + bob_reaches_second
        + """
        alice -> CANCEL
        history <- cancelled 16 alice +493098765432
        carrier <- CANCEL
        alice <- 487
        """,
        numbers=NUMBERS,
    )
    world.lines.without_server.add("carrier")
    await play_on(world, bob_reaches_second)
    assert not world.leftovers().get("legs of trunks")


@pytest.mark.parametrize(
    ("style", "number", "wish"),
    [
        ("", "03098765432", "\n          Privacy: id"),
        ("", "03098765432", "\n          From: <sip:anonymous@anonymous.invalid>"),
        ("asserts", "03011111111", ""),
    ],
)
async def test_withheld_number(style: str, number: str, wish: str) -> None:
    header = "P-Asserted-Identity" if style else "P-Preferred-Identity"
    world = await play(
        f"""
        alice 1001, carrier +491710000001 udp trunk {style}
        alice -> INVITE {number} [alice]{wish}
        carrier <- INVITE [alice]
          From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag={{*}}
          Privacy: id
          {header}: <sip:{OWN_NUMBER}@carrier.example>
        carrier -> 486
        history <- busy 17 alice {"+493098765432" if "3098" in number else "+493011111111"}
        alice <- 486
        """,
        numbers=NUMBERS,
    )
    assert_nothing_internal(world)


async def test_emergency_call_shows_the_number_and_exceeds_every_limit() -> None:
    world = await play(
        """
        alice 1001 tls, carrier +491710000001 udp trunk max0
        alice -> INVITE 112 [alice]
          Privacy: id
        carrier <- INVITE [alice]
          From: <sip:+49301234500@carrier.example>;tag={*}
          Privacy: none
        carrier -> 200 [rescue]
        carrier <- ACK
        alice <- 200 [rescue]
        alice -> ACK
        """,
        numbers=NUMBERS,
        settings=CallSettings(max_calls_per_tenant=0),
    )
    await play_on(world, "... 30 s" + hangs_up("carrier", "alice", "answered 16 alice 112"))
    [leg] = world.ended[-1].outside
    assert (leg.emergency, (leg.ended - leg.answered).total_seconds()) == (True, 30)
    await play_on(
        world,
        """
        alice -> INVITE 03098765432 [alice]
        alice <- 503
        """,
    )


async def test_emergency_call_tries_every_carrier_also_after_all_have_failed() -> None:
    fails = """
        alice -> INVITE 112 [alice]
        carrier <- INVITE [alice]
        carrier -> 503
          Retry-After: 600
        second <- INVITE [alice]
    """
    world = await play(
        """
        alice 1001 tls, carrier +491710000001 udp trunk, second +491710000002 udp trunk
        """
        + fails
        + """
        second -> 500
        history <- failed 38 alice 112
        alice <- 500
        """,
        numbers={"112": Outside("112", "carrier", "second", emergency=True)},
    )
    await play_on(
        world,
        fails
        + """
        second -> 200 [rescue]
        second <- ACK
        alice <- 200 [rescue]
        alice -> ACK
        """
        + hangs_up("alice", "second", "answered 16 alice 112"),
    )


@pytest.mark.parametrize("refusal", ["424", ""])
async def test_emergency_call_carries_the_place_of_the_caller(refusal: str) -> None:
    again = f"carrier -> {refusal}\n        carrier <- INVITE [alice]\n          Geolocation: none" if refusal else ""
    world = await play(
        f"""
        alice 1001, carrier +491710000001 udp trunk
        alice -> INVITE 911 [alice]
        carrier <- INVITE
          Geolocation: <cid:{{*}}@carrier.example>
          Geolocation-Routing: yes
          Content-Type: multipart/mixed;boundary={{*}}
        {again}
        carrier -> 200 INVITE [rescue]
        carrier <- ACK
        alice <- 200 [rescue]
        alice -> ACK
        """
        + hangs_up("alice", "carrier", "answered 16 alice 911"),
        numbers=NUMBERS,
    )
    invite = world.checked[0]
    assert isinstance(invite, Request)
    assert b"x-said:alice" in invite.body
    assert b"<ca:RD>Hauptstr.</ca:RD>" in invite.body
    assert b"2026" in invite.body
    [record] = world.ended
    assert record.emergency == "911"
    assert_nothing_internal(world)


def identity_of(request: object) -> Passport:
    """Return what the Identity header of an INVITE says, after its signature was checked."""
    assert isinstance(request, Request)
    signed = read_identity(request.first("identity") or "")
    assert is_signed_by(signed, signing_key(SIGNING_KEY))
    assert signed.certificate_url == CERTIFICATE_URL
    return signed.passport


@pytest.mark.parametrize(("own", "attestation"), [(True, "A"), (False, "B")])
async def test_caller_id_is_signed(own: bool, attestation: str) -> None:
    world = await play("alice 1001, carrier +491710000001 udp trunk signs", numbers=NUMBERS)
    world.lines.without_own_numbers = not own
    await play_on(
        world,
        """
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
          Identity: {*};info=<https://pbx.example/calls.pem>;alg=ES256;ppt=shaken
        """,
    )
    found = identity_of(world.checked[0])
    assert (found.attestation, found.caller, found.called) == (attestation, "49301234500", ("493098765432",))
    assert found.issued == int(world.clock.now().timestamp())
    assert_nothing_internal(world)


async def test_withheld_and_emergency_calls_are_not_signed() -> None:
    for dialled in ("03011111111", "112"):
        await play(
            f"""
            alice 1001, carrier +491710000001 udp trunk signs
            alice -> INVITE {dialled} [alice]
            carrier <- INVITE [alice]
              Identity: none
            """,
            numbers=NUMBERS,
        )


async def test_srtp_is_offered_over_tls_and_plain_after_a_refusal() -> None:
    await play(
        """
        alice 1001, carrier +491710000001 tls trunk
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice in srtp]
        carrier -> 488
        carrier <- INVITE [alice]
        carrier -> 200 [outside]
        carrier <- ACK
        alice <- 200 [outside]
        """,
        numbers=NUMBERS,
    )


async def test_fax_offer_of_a_carrier_is_refused_and_the_call_goes_on() -> None:
    world = await play(TALKS, numbers=NUMBERS)
    carrier = world.phones["carrier"]
    invite = carrier.build("INVITE", "", "outside", [("Content-Type", "application/sdp")])
    assert isinstance(invite, Request)
    fax = invite.body.replace(b"m=audio 4000 RTP/AVP 0 8", b"m=image 4000 udptl t38")
    world.arrive(carrier, invite.replace(body=fax))
    await world.settle()
    await play_on(world, """
        carrier <- 488
        carrier -> INVITE [outside/hold]
        alice <- INVITE [outside/hold]
        alice -> 200 [alice/held]
        alice <- ACK
        carrier <- 200 [alice/held]
        carrier -> ACK
    """ + hangs_up("carrier", "alice", "answered 16 alice +493098765432"))  # fmt: skip
    assert_nothing_internal(world)


async def test_refer_of_a_carrier_is_refused() -> None:
    await play(
        TALKS
        + """
        carrier -> REFER
          Refer-To: <sip:1002@acme.example>
        carrier <- 403 REFER
        """,
        numbers=NUMBERS,
    )


async def test_party_outside_is_part_of_the_conversation() -> None:
    world = await play(
        TALKS
        + """
        alice -> INVITE [alice/hold]
        carrier <- INVITE [alice/hold]
        carrier -> 200 [outside/held]
        carrier <- ACK
        alice <- 200 [outside/held]
        alice -> ACK
        carrier -> INFO 5
          Content-Type: application/dtmf
        carrier <- 200 INFO
        alice <- INFO
        """,
        numbers=NUMBERS,
    )
    conversation = world.last_conversation
    assert conversation is not None
    assert conversation.caller.is_holding
    outside = conversation.callee
    assert (outside.extension_id, outside.subject, outside.number) == ("", f"s-{CALLED}", CALLED)
    assert world.observed[-1] == " presses 5"
    assert_nothing_internal(world)


@pytest.mark.parametrize("style", ["info", ""])
async def test_digit_of_a_phone_is_sent_as_info_to_a_carrier_that_wants_it(style: str) -> None:
    world = await play(
        f"""
        alice 1001, carrier +491710000001 udp trunk {style}
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
        carrier -> 200 [outside]
        carrier <- ACK
        alice <- 200 [outside]
        alice -> ACK
        ! alice presses 5
        """
        + ("""
        carrier <- INFO
          Content-Type: application/dtmf-relay
        """ if style else ""),
        numbers=NUMBERS,
    )  # fmt: skip
    assert world.observed[-1] == "alice presses 5"


@pytest.mark.parametrize(
    ("style", "events", "sent"),
    [("", "/events", []), ("", "", ["tones of 0.24 s"]), ("info", "/events", []), ("info", "", [])],
)
async def test_digit_by_info_reaches_a_carrier_as_it_wants_it(style: str, events: str, sent: list[str]) -> None:
    world = await play(
        f"""
        alice 1001, carrier +491710000001 udp trunk {style}
        alice -> INVITE 03098765432 [alice{events}]
        carrier <- INVITE [alice{events}]
        carrier -> 200 [outside{events}]
        carrier <- ACK
        alice <- 200 [outside{events}]
        alice -> ACK
        alice -> INFO 5
          Content-Type: application/dtmf
        alice <- 200 INFO
        """
        + ("" if sent else "carrier <- INFO\n"),
        numbers=NUMBERS,
    )
    assert world.media.digits == sent
    # An outside party has no device.
    assert world.observed[1:] == ["alice presses 5", *["no more tones for "] * len(sent)]


async def test_server_that_goes_down_plays_no_more_digits() -> None:
    world = await play(
        """
        alice 1001, carrier +491710000001 udp trunk
        alice -> INVITE 03098765432 [alice]
        carrier <- INVITE [alice]
        carrier -> 200 [outside]
        carrier <- ACK
        alice <- 200 [outside]
        alice -> ACK
        ! a digit takes an hour
        alice -> INFO 5
          Content-Type: application/dtmf
        alice <- 200 INFO
        """,
        numbers=NUMBERS,
    )
    assert len(world.digit_tones) == 1
    await play_on(
        world,
        """
        ! the server goes down
        alice <- BYE
          Reason: Q.850;cause=41;text="The system is going down"
        carrier <- BYE
        history <- answered 41 alice +493098765432
    """,
    )
    assert len(world.digit_tones) == 0


async def test_number_that_a_rule_forbids() -> None:
    """By telephone and by click to dial; a transfer to it is refused, and the call goes on."""
    forbidden = {"0900123456": Reject(Rejection.NOT_ALLOWED)}
    world = await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 0900123456 [alice]
        history <- failed 57 alice 0900123456
        alice <- 403
        """
        + UP,
        numbers=forbidden,
    )
    alice = world._caller(world.phones["alice"].flow)
    with pytest.raises(Forbidden, match="may not be called"):
        CallControl(world.manager).dial(alice, "", "0900123456")
    with pytest.raises(Forbidden, match="may not be called"):
        CallControl(world.manager).transfer(next(iter(world.manager.calls)), {"e-1001"}, "0900123456")
    assert len(world.manager.calls) == 1


async def test_carrier_that_is_known_not_to_answer_is_skipped_if_another_answers() -> None:
    world = await play("alice 1001, carrier +491710000001 udp trunk, second +491710000002 udp trunk", numbers=NUMBERS)
    for silent, called in (({"carrier"}, "second"), ({"carrier", "second"}, "carrier"), ({"second"}, "carrier")):
        world.lines.silent = silent
        await play_on(world, f"""
            alice -> INVITE 03098765432 [alice]
            {called} <- INVITE [alice]
            {called} -> 486
            history <- busy 17 alice +493098765432
            alice <- 486
        """)  # fmt: skip
