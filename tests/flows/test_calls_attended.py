"""Attended transfer, and takeover of calls by INVITE with Replaces."""

from urllib.parse import quote

import pytest
from carriers import Outside
from ladder import play, play_on
from steps import (
    ANSWERS,
    CONSULTS,
    HOLDS,
    REACHED,
    TARGET_ANSWERS,
    WITH_DESK,
    hangs_up,
    refers,
    released,
    up,
)
from world import World

from unificx.sip.headers import parse_address


def replaces(world: World, name: str = "desk", *, turned: bool = False) -> str:
    """Return the Replaces value of a phone's dialog."""
    phone = world.phones[name]
    tags = [parse_address(phone.remote).tag, parse_address(phone.local).tag]
    to_tag, from_tag = reversed(tags) if turned else tags
    return f"{phone.call_id};to-tag={to_tag};from-tag={from_tag}"


def refer(world: World, *, turned: bool = False) -> str:
    return f"""
        bob   -> REFER
          Refer-To: <sip:1003@acme.example?Replaces={quote(replaces(world, turned=turned), safe="")}>
    """


CLICKS = """
    ! desk clicks to dial 1003 desk
    app   <- waiting
    ! the app answers [ring]
    desk  <- INVITE [ring]
    desk  -> 200 [desk]
    desk  <- ACK
    app   <- ACK [desk]
    carol <- INVITE [desk]
    carol -> 180
"""
TAKEN = """
    bob   <- 202 REFER
    bob   <- NOTIFY 100
    desk  <- BYE
    bob   <- NOTIFY 200 over
    bob   <- BYE
"""
"""Messages to the transferor after the transfer: both of its calls end."""


@pytest.mark.parametrize("by", ["alice", "bob"])
@pytest.mark.parametrize("turned", [False, True])
async def test_attended_transfer_joins_two_calls(by: str, turned: bool) -> None:
    world = await play(WITH_DESK + up(by) + CONSULTS + ANSWERS)
    await play_on(world, refer(world, turned=turned) + TAKEN + TARGET_ANSWERS + f"""
        carol -> BYE
        alice <- BYE
        history <- answered 16 {"alice bob" if by == "alice" else "bob alice"} desk carol
        carol <- 200 BYE
    """)  # fmt: skip
    await released(world)
    assert len(world.ended) == 1


async def test_party_on_hold_becomes_sendrecv_after_attended_transfer() -> None:
    world = await play(WITH_DESK + up("alice") + HOLDS + CONSULTS + ANSWERS)
    await play_on(world, refer(world) + TAKEN + TARGET_ANSWERS.replace("[alice]", "[alice/held both ways]", 1))


async def test_party_on_hold_becomes_sendrecv_after_blind_transfer() -> None:
    await play(WITH_DESK + up("alice") + HOLDS + """
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting for 1003 [alice/held both ways]
        carol <- INVITE [alice/held both ways]
          From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
          Alert-Info: <urn:alert:source:internal>;info=internal
    """)  # fmt: skip


@pytest.mark.parametrize("by", ["alice", "bob"])
async def test_initiator_is_known_after_attended_transfer(by: str) -> None:
    """Only the party that started the call is the initiator."""
    world = await play(WITH_DESK + up(by) + CONSULTS + ANSWERS)
    await play_on(world, refer(world) + TAKEN + TARGET_ANSWERS)
    talk = world.last_conversation
    assert talk is not None
    assert {leg.extension_id: leg.is_initiator for leg in talk.legs} == {"e-1001": by == "alice", "e-1003": False}


@pytest.mark.parametrize(
    ("consults", "left", "over"), [(CONSULTS, "", "desk <- 487"), (CLICKS, "app <- BYE", "desk <- BYE")]
)
async def test_attended_transfer_while_the_consultation_call_rings(consults: str, left: str, over: str) -> None:
    world = await play(WITH_DESK + up("alice") + consults)
    await play_on(world, refer(world) + f"""
        {left}
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        {over}
        bob   <- NOTIFY 180
        app   <- waiting for 1003 [alice]
        ! the app answers [ring]
        alice <- INVITE [ring]
        alice -> 200 [alice]
        alice <- ACK
        carol -> 200 [carol]
        app   <- BYE
        carol <- ACK
        bob   <- NOTIFY 200 over
        bob   <- BYE
    """ + TARGET_ANSWERS + """
        carol -> BYE
        alice <- BYE
        history <- answered 16 alice bob desk carol
        carol <- 200 BYE
    """)  # fmt: skip
    await released(world)


async def test_attended_transfer_while_the_consultation_call_has_early_media_of_a_carrier() -> None:
    """Its further carrier may answer with other media, so that the early media came in a dialog of its own."""
    numbers = {"03098765432": Outside("+493098765432", "carrier", "second")}
    people = f"{WITH_DESK}, carrier +491710000001 udp trunk, second +491710000002 udp trunk"
    world = await play(people + up("alice") + """
        desk  -> INVITE 03098765432 [desk]
        carrier <- INVITE [desk]
        carrier -> 183 [early]
        desk  <- 183 [early]
    """, numbers=numbers)  # fmt: skip
    await play_on(world, refer(world) + """
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        desk  <- 487
        bob   <- NOTIFY 183
        app   <- waiting [alice]
        carrier -> 200 [outside]
        app   <- BYE
        carrier <- ACK
        bob   <- NOTIFY 200 over
        bob   <- BYE
        carrier <- INVITE [alice]
        carrier -> 200 [outside]
        carrier <- ACK
        alice <- INVITE [outside]
        alice -> 200 [alice]
        alice <- ACK
        alice -> BYE
        carrier <- BYE
        history <- answered 16 alice bob desk +493098765432
        alice <- 200 BYE
    """)  # fmt: skip
    await released(world)


async def test_call_of_another_extension_cannot_be_joined() -> None:
    world = await play(WITH_DESK + up("bob") + """
        mallory -> INVITE 1003 [mallory]
        carol <- INVITE [mallory]
        carol -> 200 [carol]
        carol <- ACK
        mallory <- 200 [carol]
        mallory -> ACK
    """)  # fmt: skip
    target = quote(replaces(world, "mallory"), safe="")
    await play_on(world, f"""
        bob   -> REFER
          Refer-To: <sip:1003@acme.example?Replaces={target}>
        bob   <- 404 REFER
        desk  -> INVITE 1003 [desk]
          Replaces: {replaces(world, "mallory")}
        desk  <- 481
    """)  # fmt: skip


async def test_call_is_taken_over_by_another_phone_of_the_extension() -> None:
    world = await play(WITH_DESK + up("bob"))
    await play_on(world, f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")}
        alice <- INVITE [desk]
        alice -> 200 [alice/again]
        alice <- ACK
        desk  <- 200 [alice/again]
        bob   <- BYE
        desk  -> ACK
        alice -> BYE
        desk  <- BYE
        history <- answered 16 bob alice desk
        alice <- 200 BYE
    """)  # fmt: skip
    await released(world)


async def test_takeover_is_cancelled() -> None:
    world = await play(WITH_DESK + up("bob"))
    await play_on(world, f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")}
        alice <- INVITE [desk]
        desk  -> CANCEL
        desk  <- 487
        bob   <- INVITE [alice]
        alice -> 200 [alice]
        alice <- ACK
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
        bob   -> BYE
        alice <- BYE
        history <- answered 16 bob alice
        bob   <- 200 BYE
    """)  # fmt: skip
    await released(world)


async def test_invalid_takeover_is_refused() -> None:
    world = await play(WITH_DESK + up("bob"))
    await play_on(world, f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")};early-only
        desk  <- 486
        desk  -> INVITE 1002
          Replaces: {replaces(world, "bob")}
        desk  <- 488
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob").replace("to-tag", "tag")}
        desk  <- 400
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")}
        alice <- INVITE [desk]
        alice -> 488
        desk  <- 487
        bob   -> BYE
        alice <- BYE
        history <- answered 16 bob alice
        bob   <- 200 BYE
    """)  # fmt: skip
    await released(world)


async def test_leg_that_has_left_cannot_be_replaced() -> None:
    world = await play(WITH_DESK + up("alice"))
    left = replaces(world, "bob")
    await play_on(world, refers("bob", "1003") + """
        app   <- waiting for 1003 [alice]
        carol <- INVITE [alice]
    """ + REACHED + f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {left}
        desk  <- 481
    """ + hangs_up("alice", "carol", "answered 16 alice bob carol"))  # fmt: skip
    await released(world)


async def test_leg_cannot_be_replaced_while_moving_to_an_app() -> None:
    world = await play(WITH_DESK + up("alice"))
    await play_on(world, f"""
        ! bob clicks to meet
        app   <- room [alice]
        app   <- room [bob]
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")}
        desk  <- 491
    """)  # fmt: skip
    await world.manager.close()


ASKS_APP = """
    desk  -> INVITE {code} [desk]
    app   <- {app} [desk]
    ! the app answers [app]
    desk  <- 200 [app]
    desk  -> ACK
"""


FOLLOWED = "    app   <- continues with 1001\n"


async def test_an_app_does_not_learn_a_withheld_party() -> None:
    private = up("alice").replace("INVITE 1002 [alice]", "INVITE 1002 [alice]\n      Privacy: id")
    world = await play(WITH_DESK + private + ASKS_APP.format(code="*43", app="echo"))
    await play_on(world, refer(world) + "app <- continues with Anonymous\n" + TAKEN + """
        app   <- INVITE [alice]
    """)  # fmt: skip


async def test_attended_transfer_to_an_app_that_rings_another_phone() -> None:
    """A queue rings an agent when the transferor completes the transfer: it rings again for the party that follows."""
    world = await play(WITH_DESK + up("alice") + ASKS_APP.format(code="*43", app="echo") + """
        ! the app connects 1003
        carol <- INVITE [desk]
        carol -> 180
    """)  # fmt: skip
    taken = TAKEN.replace("desk  <- BYE", "carol <- CANCEL\n    desk  <- BYE")
    await play_on(world, refer(world) + "    app   <- cancelled\n" + FOLLOWED + taken + """
        app   <- INVITE [alice]
        ! the app connects 1003
        ! the app accepts [app]
        alice <- INVITE [app]
        alice -> 200 [alice]
        alice <- ACK
        carol <- INVITE [alice]
          From: "Alice \\"Al\\" O\\\\Neill" <sip:1001@acme.example>{*}
        carol -> 200 [carol]
        app   <- answered
        app   <- BYE
        carol <- ACK
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
        alice -> BYE
        carol <- BYE
        history <- answered 16 alice bob desk *43 carol
        alice <- 200 BYE
    """)  # fmt: skip
    await released(world)


@pytest.mark.parametrize("by", ["alice", "bob"])
async def test_attended_transfer_to_an_app(by: str) -> None:
    world = await play(WITH_DESK + up(by) + ASKS_APP.format(code="*43", app="echo"))
    await play_on(world, refer(world) + FOLLOWED + TAKEN + f"""
        app   <- INVITE [alice]
        ! the app accepts [app]
        alice <- INVITE [app]
        alice -> 200 [alice]
        alice <- ACK
        alice -> BYE
        app   <- BYE
        history <- answered 16 {"alice bob" if by == "alice" else "bob alice"} desk *43
        alice <- 200 BYE
    """)  # fmt: skip
    await released(world)


async def test_attended_transfer_to_a_parking_slot() -> None:
    world = await play(WITH_DESK + up("alice") + ASKS_APP.format(code="*85", app="park"))
    [held] = [call for call in world.manager.calls.values() if call.app_legs()]
    assert world.parking.occupy("t1", held.app_legs()[0], "e-1002", world.clock.now()) == 1  # as its app does
    await play_on(world, refer(world) + FOLLOWED + TAKEN + """
        app   <- INVITE [alice]
        ! the app accepts [app]
        alice <- INVITE [app]
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip
    [parked] = world.manager.parked_calls("t1")
    assert (parked.number, parked.by) == ("1001", "1002")
    await play_on(world, """
        carol -> INVITE *861 [carol]
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
        app   <- BYE
        carol <- 200 [alice]
        carol -> ACK
    """ + hangs_up("alice", "carol", "answered 16 alice bob desk carol"))  # fmt: skip


async def test_calls_are_not_joined_while_one_of_them_changes() -> None:
    world = await play(WITH_DESK + up("alice") + CONSULTS + ANSWERS)
    await play_on(world, """
        bob   -> INVITE [bob/hold]
        alice <- INVITE [bob/hold]
    """ + refer(world) + """
        bob   <- 491 REFER
        alice -> 200 [alice/held]
        alice <- ACK
        bob   <- 200 [alice/held]
        bob   -> ACK
        desk  -> INVITE [desk/hold]
        carol <- INVITE [desk/hold]
    """ + refer(world) + """
        bob   <- 491 REFER
        carol -> 200 [carol/held]
        carol <- ACK
        desk  <- 200 [carol/held]
        desk  -> ACK
    """)  # fmt: skip
    assert len(world.manager.calls) == 2


async def test_a_call_that_its_other_party_transfers_is_not_joined() -> None:
    """Until that party has left, it awaits the result of its transfer."""
    world = await play(WITH_DESK + up("alice") + """
        desk  -> INVITE 1004 [desk]
        mallory <- INVITE [desk]
        mallory -> 200 [mallory]
        mallory <- ACK
        desk  <- 200 [mallory]
        desk  -> ACK
    """ + refers("mallory", "1003") + """
        app   <- waiting for 1003 [desk]
        carol <- INVITE [desk]
        carol -> 180
        mallory <- NOTIFY 180
    """)  # fmt: skip
    await play_on(world, refer(world) + "bob <- 491 REFER")
