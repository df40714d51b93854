"""Calls from carriers: who is admitted, what is shown of the caller, loops, and transfers of outside parties."""

from collections.abc import Mapping

import pytest
from carriers import OWN_NUMBER, Outside
from ladder import play, play_on
from steps import extension, hangs_up, refers, released
from test_calls_forwarding import presence
from test_calls_outside import CALLED, NUMBERS, assert_nothing_internal
from test_calls_outside import TALKS as CALLED_TALKS
from test_calls_parking import PARKED

from unificx.presence import Presence
from unificx.routing import CallApp, Destination, Plan, Step
from unificx.routing.destinations import RingExtension
from unificx.sip.message import Response

MOBILE = "+491711111111"


class Forwarded:
    """An extension that does not answer within 5 s, then a number outside."""

    def plan(self) -> Plan:
        ringing = RingExtension(extension("1002")).plan().fork
        assert ringing is not None
        outside = Outside(MOBILE, "carrier", "second").plan()
        first = Step(type(ringing)(ringing.targets, 5.0, 600.0))
        return Plan((first, *outside.steps), extension("1002"))


INBOUND: Mapping[str, Destination] = {
    OWN_NUMBER: RingExtension(extension("1002")),
    "+49301234501": Forwarded(),
    "+49301234502": Outside(MOBILE, "carrier"),
}
RINGS = """
    alice 1001, bob 1002, carrier +491710000001 udp trunk, second +491710000002 udp trunk
    carrier -> INVITE +49301234500 [outside]
      From: "Dr. Outside" <sip:+491710000001@carrier.example>
    bob <- INVITE [outside]
"""
TALKS = (
    RINGS
    + """
    bob -> 200 [bob]
    bob <- ACK
    carrier <- 200 [bob]
    carrier -> ACK
"""
)


def connected(sdp: str) -> str:
    """The carrier's call is connected to the party with this SDP."""
    return f"""
    carrier <- INVITE [{sdp}]
    carrier -> 200 [outside]
    carrier <- ACK
"""


def transferred(by: str, sdp: str) -> str:
    """The transfer succeeds: `by` is no longer in the call."""
    return f"""
    {by} <- NOTIFY 200 over
    {by} <- BYE
""" + connected(sdp)  # fmt: skip


async def test_caller_outside_is_shown_and_recorded() -> None:
    world = await play(
        RINGS
        + """
      From: "Dr. Outside" <sip:+491710000001@acme.example>;tag={*}
      P-Asserted-Identity: "Dr. Outside" <sip:+491710000001@acme.example>
    bob -> 180
    carrier <- 180
    bob -> 200 [bob]
    bob <- ACK
    carrier <- 200 [bob]
      P-Asserted-Identity: none
    carrier -> ACK
    """
        + hangs_up("bob", "carrier", "answered 16 +491710000001 bob"),
        inbound=INBOUND,
    )
    [record] = world.ended
    caller = record.parties[0]
    assert (record.direction, caller.extension_id, caller.device_id) == ("inbound", None, None)
    assert (caller.number, caller.name, caller.subject) == ("+491710000001", "Dr. Outside", "s-+491710000001")
    assert_nothing_internal(world)
    assert not world.leftovers().get("legs of trunks")


@pytest.mark.parametrize(
    "headers",
    [
        "From: <sip:anonymous@anonymous.invalid>",
        "Privacy: id\n      P-Asserted-Identity: <sip:+491710000001@carrier.example>",
        "From: <sip:restricted@carrier.example>",
    ],
)
async def test_withheld_caller_is_a_data_subject_of_this_call_alone(headers: str) -> None:
    world = await play(
        f"""
    bob 1002, carrier +491710000001 udp trunk
    carrier -> INVITE 0301234500 [outside]
      {headers}
    bob <- INVITE [outside]
      From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag={{*}}
      P-Asserted-Identity: none
    bob -> 486
    history <- busy 17  1002
    carrier <- 486
    """,
        inbound={"+49301234500": INBOUND[OWN_NUMBER]},
    )
    caller = world.ended[0].parties[0]
    assert (caller.number, caller.name, caller.withheld) == ("", "", True)
    assert caller.subject
    assert not world.lines.subjects


async def test_asserted_number_counts_more_than_from() -> None:
    world = await play(
        """
    bob 1002, carrier +491710000001 udp trunk
    carrier -> INVITE +49301234500 [outside]
      P-Asserted-Identity: <tel:+4989777777>
    bob <- INVITE [outside]
      From: <sip:+4989777777@acme.example>;tag={*}
    bob -> 486
    history <- busy 17 +4989777777 1002
    carrier <- 486
    """,
        inbound=INBOUND,
    )
    assert world.ended[0].parties[0].subject == "s-+4989777777"


async def test_parameters_of_numbers_are_no_part_of_them() -> None:
    """Carriers add those of portability, and the category of the caller, to the user part (RFC 3261 section 19.1.6)."""
    await play(
        """
    bob 1002, carrier +491710000001 udp trunk
    carrier -> INVITE +49301234500;npdi;rn=+4930 [outside]
      P-Asserted-Identity: <sip:+4989777777;cpc=ordinary;isup-oli=00@carrier.example;user=phone>
    bob <- INVITE [outside]
      From: <sip:+4989777777@acme.example>;tag={*}
    bob -> 486
    history <- busy 17 +4989777777 1002
    carrier <- 486
    """,
        inbound=INBOUND,
    )


@pytest.mark.parametrize(
    ("number", "headers", "status"),
    [
        ("+49309999999", "", 404),
        ("1002", "", 404),
        ("*43", "", 404),
        ("+49301234500", "Replaces: x;to-tag=1;from-tag=2", 481),
        ("+49301234500", f"Diversion: <sip:{OWN_NUMBER}@carrier.example>;reason=unconditional", 482),
        ("+49301234500", "Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK0.sent", 482),
        ("+49301234500", "Max-Forwards: 0", 483),
    ],
)
async def test_refused_call_leaves_no_call_record(number: str, headers: str, status: int) -> None:
    world = await play(
        f"""
    bob 1002, carrier +491710000001 udp trunk
    carrier -> INVITE {number} [outside]
      {headers or "X: y"}
    carrier <- {status}
    """,
        inbound=INBOUND,
    )
    assert (world.ended, world.manager.calls, world.lines.subjects[1:]) == ([], {}, [])
    assert world.lines.unknown_numbers == ([(number,)] if status == 404 else [])
    [response] = world.checked
    assert isinstance(response, Response)
    assert b"1002" not in response.body


async def test_calls_from_a_carrier_count_in_the_limit_of_its_trunk() -> None:
    rings = RINGS.replace("udp trunk,", "udp trunk max1,")
    call = """
    carrier -> INVITE +49301234500 [outside]
    """
    await play(
        rings
        + "second -> INVITE +49301234500 [outside]\n    bob <- INVITE [outside]"
        + call
        + """
    carrier <- 503
      Retry-After: 5
    """,
        inbound=INBOUND,
    )


async def test_call_that_comes_back_is_refused_after_some_turns() -> None:
    turn = """
    carrier -> INVITE +49301234502 [outside]
    second <- INVITE [outside]
    """
    await play(
        "second +491711111111 udp trunk, carrier +491710000001 udp trunk"
        + turn * 5
        + """
    carrier -> INVITE +49301234502 [outside]
    carrier <- 482
    """,
        inbound={"+49301234502": Outside(MOBILE, "second")},
    )


async def test_forwarded_call_says_who_forwarded_it() -> None:
    world = await play(
        """
    bob 1002, carrier +491710000001 udp trunk, second +491710000002 udp trunk
    carrier -> INVITE +49301234501 [outside]
      Diversion: <sip:+4989111111@carrier.example>;reason=user-busy
      Max-Forwards: 30
    bob <- INVITE [outside]
    bob -> 180
    carrier <- 180
    ... 5 s
    bob <- CANCEL
    carrier <- INVITE [outside]
      Diversion: <sip:+49301234501@carrier.example>;reason=no-answer;privacy=off;counter=1
      Diversion: <sip:+4989111111@carrier.example>;reason=user-busy;privacy=off;counter=1
      History-Info: <sip:+4989111111@carrier.example>;index=1
      History-Info: <sip:+49301234501@carrier.example;cause=486>;index=1.1
      History-Info: <sip:+491711111111@carrier.example;cause=408>;index=1.1.1
      Max-Forwards: 29
    carrier -> 503
    second <- INVITE [outside]
      Diversion: <sip:+49301234501@second.example>;reason=no-answer;privacy=off;counter=1
    second -> 200 [mobile]
    second <- ACK
    carrier <- 200 [mobile]
    carrier -> ACK
    """
        + hangs_up("second", "carrier", "answered 16 +491710000001 1002 +491711111111"),
        inbound=INBOUND,
    )
    assert world.ended[0].direction == "inbound"
    assert_nothing_internal(world)


async def test_the_reason_of_a_diversion_is_sent_on_as_a_token_only() -> None:
    """In quotes it may hold another address, which would be sent on as one of ours."""
    world = await play(
        """
    carrier +491710000001 udp trunk, second +491710000002 udp trunk
    carrier -> INVITE +49301234502 [outside]
      Diversion: <sip:+4989111111@carrier.example>;reason="x,<sip:+49900@x>"
    second <- INVITE [outside]
      Diversion: <sip:+49301234502@second.example>;reason=unconditional;privacy=off;counter=1
      Diversion: <sip:+4989111111@second.example>;reason=unknown;privacy=off;counter=1
    second -> 486
    history <- busy 17 +491710000001 +491711111111
    carrier <- 486
    """,
        inbound={"+49301234502": Outside(MOBILE, "second")},
    )
    assert_nothing_internal(world)


async def test_outside_caller_is_transferred_to_a_colleague() -> None:
    world = await play(
        TALKS
        + refers("bob", "1001")
        + """
    app <- waiting for 1001 [outside]
    alice <- INVITE [outside]
      From: "Dr. Outside" <sip:+491710000001@acme.example>;tag={*}
      Referred-By: "Extension 1002" <sip:1002@acme.example>
    alice -> 200 [alice]
    app <- BYE
    alice <- ACK
    """
        + transferred("bob", "alice")
        + hangs_up("carrier", "alice", "answered 16 +491710000001 bob alice"),
        inbound=INBOUND,
    )
    assert [one.extension_id for one in world.ended[0].parties] == [None, "e-1002", "e-1001"]
    assert_nothing_internal(world)
    await released(world)


async def test_dialled_party_outside_is_transferred_to_a_colleague() -> None:
    world = await play(
        CALLED_TALKS
        + refers("alice", "1002")
        + """
        app <- waiting for 1002 [outside]
        bob <- INVITE [outside]
          From: <sip:+493098765432@acme.example>;tag={*}
        bob -> 200 [bob]
        app <- BYE
        bob <- ACK
        """
        + transferred("alice", "bob")
        + hangs_up("bob", "carrier", "answered 16 alice +493098765432 bob"),
        numbers=NUMBERS,
    )
    assert world.ended[0].direction == "outbound"
    assert [one.extension_id for one in world.ended[0].parties] == ["e-1001", None, "e-1002"]
    assert [(step.kind, step.reason, step.outcome) for step in world.ended[0].steps] == [
        ("outside", "dialled", "answered"),
        ("extension", "transferred", "answered"),
    ]
    assert_nothing_internal(world)
    await released(world)


async def test_refused_transfer_of_an_outside_caller_returns_to_the_transferor() -> None:
    world = await play(
        TALKS
        + refers("bob", "1001")
        + """
    app <- waiting for 1001 [outside]
    alice <- INVITE [outside]
    alice -> 486
    app <- BYE
    bob <- NOTIFY 486 over
    bob <- INVITE [outside]
    bob -> 200 [bob]
    bob <- ACK
    """
        + connected("bob"),
        inbound=INBOUND,
    )
    assert_nothing_internal(world)


async def test_caller_outside_is_parked_and_retrieved() -> None:
    world = await play(
        TALKS
        + PARKED.replace("[alice]", "[outside]").replace("alice", "carrier")
        + """
    alice -> INVITE *861 [alice]
    """
        + connected("alice")
        + """
    app <- BYE
    alice <- 200 [outside]
      P-Asserted-Identity: "Dr. Outside" <sip:+491710000001@acme.example>
    alice -> ACK
    """,
        inbound=INBOUND,
    )
    world.parking.release(world.parking.occupied("t1")[0].app_leg_id)  # as its app does
    await play_on(world, hangs_up("carrier", "alice", "answered 16 +491710000001 bob alice"))
    assert world.ended[0].direction == "inbound"
    assert_nothing_internal(world)


async def test_outside_caller_is_transferred_outside() -> None:
    world = await play(
        TALKS
        + refers("bob", "03098765432")
        + """
    app <- waiting [outside]
    second <- INVITE [outside]
      From: <sip:+49301234500@second.example>;tag={*}
      Diversion: none
    second -> 200 [called]
    app <- BYE
    second <- ACK
    """
        + transferred("bob", "called")
        + hangs_up("second", "carrier", "answered 16 +491710000001 bob +493098765432"),
        inbound=INBOUND,
        numbers={"03098765432": Outside(CALLED, "second")},
    )
    [leg] = world.ended[0].outside
    assert (leg.number, leg.trunk_id, leg.extension_id) == (CALLED, "second", "e-1002")
    assert_nothing_internal(world)
    await released(world)


async def test_outside_caller_is_transferred_after_a_consultation() -> None:
    world = await play(
        TALKS
        + """
    bob -> INVITE 1001 [bob2]
    alice <- INVITE [bob2]
    alice -> 200 [alice]
    alice <- ACK
    bob <- 200 [alice]
    bob -> ACK
    ! bob clicks to join
    bob <- BYE
    bob <- BYE
    alice <- INVITE [outside]
      P-Asserted-Identity: "Dr. Outside" <sip:+491710000001@acme.example>
    alice -> 200 [alice]
    alice <- ACK
    """
        + connected("alice")
        + hangs_up("alice", "carrier", "answered 16 +491710000001 bob alice"),
        inbound=INBOUND,
    )
    assert world.ended[0].direction == "inbound"
    assert_nothing_internal(world)
    await released(world)


async def test_app_connects_an_outside_caller_outside() -> None:
    world = await play(
        """
    carrier +491710000001 udp trunk, second +491710000002 udp trunk
    carrier -> INVITE +49301234503 [outside]
    app <- menu [outside]
    ! the app answers [menu]
    carrier <- 200 [menu]
    carrier -> ACK
    ! the app connects 03098765432
    second <- INVITE [outside]
      From: <sip:+49301234500@second.example>;tag={*}
      Diversion: <sip:+49301234503@second.example>;reason=unconditional;privacy=off;counter=1
    second -> 200 [called]
    app <- answered
    app <- BYE
    second <- ACK
    """
        + connected("called")
        + hangs_up("second", "carrier", "answered 16 +491710000001 +49301234503 +493098765432"),
        inbound={"+49301234503": CallApp("menu")},
        numbers={"03098765432": Outside(CALLED, "second")},
    )
    assert world.ended[0].direction == "inbound"
    assert_nothing_internal(world)
    await released(world)


@pytest.mark.promise("C7")
async def test_a_company_contact_names_the_caller_on_the_phone_and_in_the_record_but_not_to_carriers() -> None:
    contacts = {"+491710000001": "Muster GmbH", MOBILE: "Our mobile"}
    world = await play(
        RINGS
        + """
      From: "Muster GmbH" <sip:+491710000001@acme.example>;tag={*}
    bob -> 200 [bob]
    bob <- ACK
    carrier <- 200 [bob]
    carrier -> ACK
    """
        + hangs_up("bob", "carrier", "answered 16 +491710000001 bob"),
        inbound=INBOUND,
        contacts=contacts,
    )
    assert world.ended[0].parties[0].name == "Muster GmbH"
    assert not any(b"Muster" in message or b"Our mobile" in message for message in world.sent_outside)


@pytest.mark.parametrize("name", ["0171 0000001", "\u200e0800 123", "\ufe0f0800", "\u200d", "\u3164"])
async def test_a_name_that_is_invisible_or_a_number_hides_no_caller(name: str) -> None:
    world = await play(
        f"""
    bob 1002, carrier +491710000001 udp trunk
    carrier -> INVITE +49301234500 [outside]
      From: "{name}" <sip:+491710000001@carrier.example>
    bob <- INVITE [outside]
      From: <sip:+491710000001@acme.example>;tag={{*}}
    """,
        inbound=INBOUND,
    )
    await play_on(world, "bob -> 486\nhistory <- busy 17 +491710000001 1002\ncarrier <- 486")
    assert world.ended[0].parties[0].name == ""


@pytest.mark.parametrize(
    ("rules", "carol_rings"),
    [
        (presence(always="extension:1003"), True),
        (presence("do_not_disturb", busy="extension:1003"), True),
        (presence("do_not_disturb"), False),
    ],
)
async def test_a_number_of_an_extension_follows_its_rules(rules: Presence, carol_rings: bool) -> None:
    follows = "carol   <- INVITE [outside]" if carol_rings else "history <- busy 17 +491710000001 1002\n carrier <- 486"
    await play(
        f"""
        bob 1002, carol 1003, carrier +491710000001 udp trunk
        carrier -> INVITE +49301234500 [outside]
        {follows}
        """,
        inbound=INBOUND,
        presence={"1002": rules},
    )


@pytest.mark.parametrize(
    ("loses", "is_known", "receives"), [(0, 0, "carrier <- BYE"), (1, 0, "second <- BYE"), (1, 1, "")]
)
async def test_requests_go_to_the_server_that_has_the_dialog(loses: int, is_known: int, receives: str) -> None:
    """Over its own connection; once that is lost, over another one, also if it wants no calls at present, which fails
    here. Only one that accepts none is replaced by another server of the carrier."""
    world = await play("bob 1002, carrier +491710000001 tcp trunk, second +491710000002 tcp trunk", inbound=INBOUND)
    first, world.lines.servers["carrier"] = world.lines.servers["carrier"], world.lines.servers["second"]
    if is_known:
        world.lines.unused["carrier"] = first
    lost = "! carrier loses its connection" if loses else ""
    await play_on(
        world,
        f"""
        carrier -> INVITE +49301234500 [outside]
        bob   <- INVITE [outside]
        bob   -> 200 [bob]
        bob   <- ACK
        carrier <- 200 [bob]
        carrier -> ACK
        {lost}
        bob   -> BYE
        {receives}
        history <- answered 16 +491710000001 bob
        bob   <- 200 BYE
        """,
    )
