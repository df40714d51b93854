"""Revoked devices stop ringing, and their calls end."""

import pytest
from ladder import play, play_on
from steps import PARTICIPANTS, REFERRED, TRANSFEROR_HANGS_UP, UP, WITH_DESK, up
from test_calls_attended import replaces

RINGS = """
    alice 1001, bob 1002, tablet 1002
    alice  -> INVITE 1002 [alice]
    bob    <- INVITE [alice]
    tablet <- INVITE [alice]
    tablet -> 180
    alice  <- 180
"""
BOB_ANSWERS = """
    bob    -> 200 [bob]
    bob    <- ACK
    alice  <- 200 [bob]
    alice  -> ACK
"""


@pytest.mark.promise("T3")
async def test_revoked_device_stops_ringing_and_others_continue() -> None:
    world = await play(RINGS + """
        ! tablet is signed out
        tablet <- CANCEL
    """ + BOB_ANSWERS + """
        alice  -> BYE
        bob    <- BYE
        history <- answered 16 alice bob
        alice  <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.promise("T3")
async def test_answer_of_a_revoked_device_is_too_late() -> None:
    world = await play(RINGS.replace("tablet 1002", "tablet 1002 by hand") + """
        ! tablet is signed out
        tablet <- CANCEL
        tablet -> 200 INVITE [tablet]
        tablet <- ACK
        tablet <- BYE
        tablet -> 200 BYE
    """ + BOB_ANSWERS)  # fmt: skip
    assert world.last_conversation is not None
    assert world.last_conversation.callee.device_id == "bob"


async def test_revoking_the_last_ringing_device_ends_the_call() -> None:
    world = await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! bob is signed out
        history <- unreachable 20 alice 1002
        bob   <- CANCEL
        alice <- 480
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_revoked_device_is_not_awaited_after_push() -> None:
    await play("""
        alice 1001, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        alice <- 180
        ! phone is signed out
        push  <- stop phone
        history <- unreachable 20 alice 1002
        alice <- 480
    """)


@pytest.mark.parametrize("one", ["alice", "bob"])
async def test_call_of_a_revoked_device_ends(one: str) -> None:
    world = await play("alice 1001, bob 1002" + UP + f"""
        ! {one} is signed out
        alice <- BYE
        bob   <- BYE
        history <- answered 31 alice bob
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_revoking_the_transferred_device_ends_the_call() -> None:
    world = await play(PARTICIPANTS + UP + REFERRED + """
        ! alice is signed out
        app   <- BYE
        carol <- CANCEL
        bob   <- NOTIFY 487 over
        bob   <- BYE
        alice <- BYE
        history <- answered 31 alice bob 1003
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_revoking_the_transferor_ends_the_call() -> None:
    await play(PARTICIPANTS + UP + REFERRED + """
        ! bob is signed out
        app   <- BYE
        carol <- CANCEL
        bob   <- NOTIFY 487 over
        bob   <- BYE
        alice <- BYE
        history <- answered 31 alice bob 1003
    """)  # fmt: skip


async def test_revoking_the_ringing_transfer_target_returns_the_call() -> None:
    await play(PARTICIPANTS + UP + REFERRED + """
        ! carol is signed out
        app   <- BYE
        carol <- CANCEL
        bob   <- NOTIFY 480 over
        bob   <- INVITE [alice]
    """)  # fmt: skip


async def test_returned_call_does_not_ring_a_revoked_device() -> None:
    await play(WITH_DESK + up("alice") + """
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting for 1003 [alice]
        carol <- INVITE [alice]
    """ + TRANSFEROR_HANGS_UP + """
        ! desk is signed out
        carol -> 486
        bob   <- INVITE [alice]
    """)  # fmt: skip


async def test_revoked_device_cannot_complete_a_takeover() -> None:
    world = await play(WITH_DESK + up("bob"))
    await play_on(world, f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")}
        alice <- INVITE [desk]
        ! desk is signed out
        desk  <- 487
        bob   <- INVITE [alice]
    """)  # fmt: skip


async def test_revoked_device_is_not_dialled_by_an_app() -> None:
    world = await play("""
        bob 1002, tablet 1002
        ! an app calls 1002
        app    <- room
        ! tablet is signed out
        ! the app answers [room]
        bob    <- INVITE [room]
    """)
    await world.manager.close()
