"""A device is signed out, or may not be used any more: it does not ring on, and a call that it is in ends."""

import pytest
from ladder import play, play_on
from steps import ASKED, CAST, GONE, UP, WITH_DESK, up
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
async def test_it_does_not_ring_on_and_the_others_do() -> None:
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
async def test_an_answer_that_comes_in_that_moment_is_too_late() -> None:
    world = await play(RINGS.replace("tablet 1002", "tablet 1002 by hand") + """
        ! tablet is signed out
        tablet <- CANCEL
        tablet -> 200 INVITE [tablet]
        tablet <- ACK
        tablet <- BYE
        tablet -> 200 BYE
    """ + BOB_ANSWERS)  # fmt: skip
    assert world.talk is not None
    assert world.talk.callee.device_id == "bob"


async def test_the_last_one_that_rang_leaves_nobody_to_reach() -> None:
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


async def test_one_that_sleeps_is_not_waited_for() -> None:
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
async def test_a_call_that_it_is_in_ends(one: str) -> None:
    world = await play("alice 1001, bob 1002" + UP + f"""
        ! {one} is signed out
        alice <- BYE
        bob   <- BYE
        history <- answered 31 alice bob
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_while_it_waits_to_be_given_away_it_is_in_the_call() -> None:
    world = await play(CAST + UP + ASKED + """
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


async def test_and_so_is_the_one_that_gives_it_away() -> None:
    await play(CAST + UP + ASKED + """
        ! bob is signed out
        app   <- BYE
        carol <- CANCEL
        bob   <- NOTIFY 487 over
        bob   <- BYE
        alice <- BYE
        history <- answered 31 alice bob 1003
    """)  # fmt: skip


async def test_the_one_it_is_given_to_has_not_taken_it() -> None:
    await play(CAST + UP + ASKED + """
        ! carol is signed out
        app   <- BYE
        carol <- CANCEL
        bob   <- NOTIFY 480 over
        bob   <- INVITE [alice]
    """)  # fmt: skip


async def test_what_comes_back_does_not_ring_it() -> None:
    await play(WITH_DESK + up("alice") + """
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting for 1003 [alice]
        carol <- INVITE [alice]
    """ + GONE + """
        ! desk is signed out
        carol -> 486
        bob   <- INVITE [alice]
    """)  # fmt: skip


async def test_who_takes_a_call_over_is_turned_away_and_the_call_goes_on() -> None:
    world = await play(WITH_DESK + up("bob"))
    await play_on(world, f"""
        desk  -> INVITE 1002 [desk]
          Replaces: {replaces(world, "bob")}
        alice <- INVITE [desk]
        ! desk is signed out
        desk  <- 487
        bob   <- INVITE [alice]
    """)  # fmt: skip


async def test_what_an_app_is_about_to_call_is_not_called() -> None:
    world = await play("""
        bob 1002, tablet 1002
        ! an app calls 1002
        app    <- room
        ! tablet is signed out
        ! the app answers [room]
        bob    <- INVITE [room]
    """)
    await world.conductor.close()
