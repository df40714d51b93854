"""Call parking: park, retrieve and recall."""

import pytest
from ladder import play, play_on
from steps import PARTICIPANTS, UP, parties, refers, takes_over, way

from unificx.calls.schemas import MAX_PARKING_SLOTS

PARKED = refers("bob", "*85") + """
    app   <- park [alice]
    app   <- parked [bob]
    ! app 1 answers [music]
    alice <- INVITE [music]
    alice -> 200 [alice]
    alice <- ACK
    ! app 2 answers [place]
    bob   <- INVITE [place]
    bob   -> 200 [bob]
    bob   <- ACK
    ! app 2 hangs up
    bob   <- NOTIFY 200 over
    bob   <- BYE
    app   <- BYE
"""  # fmt: skip
CONNECTED = """
    alice <- INVITE [carol]
    alice -> 200 [alice]
    alice <- ACK
    app   <- BYE
    carol <- 200 [alice]
    carol -> ACK
"""
FETCHED = "\ncarol -> INVITE {code} [carol]" + CONNECTED
RETURNS = """
    ... 90 s
    ! nobody fetches who is parked at 1
    bob   <- INVITE [alice]
      From: "Alice \\"Al\\" O\\\\Neill (parked at 1)" <sip:1001@acme.example>{*}
      Alert-Info: <urn:alert:service:recall:transfer>
    bob   -> 180
"""


@pytest.mark.parametrize("code", ["*861", "*86"])
async def test_call_is_parked_and_retrieved_from_another_phone(code: str) -> None:
    world = await play(PARTICIPANTS + UP + PARKED)
    [parked] = world.manager.parked_calls("t1")
    assert (parked.place, parked.number, parked.by) == (1, "1001", "1002")
    assert world.manager.parked_calls("another") == []
    await play_on(world, "... 10 s\n" + FETCHED.format(code=code))
    assert world.observed == ["alice, bob", "apart", "alice, carol"]
    world.parking.release(world.parking.occupied("t1")[0].app_leg_id)  # as its app does
    await play_on(world, """
        carol -> BYE
        alice <- BYE
        history <- answered 16 alice bob carol
        carol <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert parties(world) == [("caller", "1001"), ("callee", "1002"), ("callee", "1003")]
    assert way(world) == [
        "extension 1002: dialled, answered",
        "parked : parked by 1002, continued",
        "extension 1003: picked_up by 1003, answered",
    ]


async def test_caller_parks_the_callee_who_hangs_up() -> None:
    world = await play(PARTICIPANTS + UP + """
        ! alice clicks to transfer *85
        app   <- park [bob]
        app   <- parked [alice]
        ! app 2 answers [place]
        alice <- INVITE [place]
        alice -> 200 [alice]
        alice <- ACK
        ! app 2 hangs up
        alice <- BYE
        app   <- BYE
        ! app 1 answers [music]
        bob   <- INVITE [music]
        bob   -> 200 [bob]
        bob   <- ACK
        ... 10 s
        bob   -> BYE
        app   <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_recall_is_answered_by_the_parking_extension() -> None:
    world = await play(PARTICIPANTS + UP + PARKED + RETURNS + takes_over("bob", "alice") + """
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.parametrize("answer", ["bob -> 486", "... 30 s\nbob <- CANCEL"])
async def test_unanswered_recall_keeps_the_call_parked(answer: str) -> None:
    world = await play(PARTICIPANTS + UP + PARKED + RETURNS + answer)
    assert [one.place for one in world.manager.parked_calls("t1")] == [1]
    await play_on(world, "... 60 s" + FETCHED.format(code="*861"))


async def test_call_is_retrieved_during_a_recall() -> None:
    world = await play(PARTICIPANTS + UP + PARKED + RETURNS + """
        carol -> INVITE *861 [carol]
        bob   <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
    """ + CONNECTED)  # fmt: skip
    assert world.observed[-1] == "alice, carol"


async def test_parked_party_hangs_up_during_a_recall() -> None:
    world = await play(PARTICIPANTS + UP + PARKED + RETURNS + """
        alice -> BYE
        app   <- BYE
        bob   <- CANCEL
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_parked_call_is_retrieved_by_api() -> None:
    world = await play(PARTICIPANTS + UP + PARKED + """
        ! carol clicks to dial *861
        app   <- waiting
        ! the app answers [ring]
        carol <- INVITE [ring]
        carol -> 200 [carol]
        carol <- ACK
        app   <- ACK [carol]
        app   <- BYE
        app   <- BYE
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
        carol <- INVITE [alice]
        carol -> 200 [carol]
        carol <- ACK
        carol -> BYE
        alice <- BYE
        history <- answered 16 carol alice bob
        carol <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert way(world) == [
        "extension 1002: dialled, answered",
        "parked : parked by 1002, continued",
        "extension 1001: routed, answered",
    ]


async def test_empty_slot_reaches_the_app_and_parking_without_free_slots_is_refused() -> None:
    world = await play(PARTICIPANTS + """
        carol -> INVITE *862 [carol]
        app   <- fetch [carol]
        ! the app hangs up
        history <- failed 41 carol *862
        app   <- BYE
        carol <- 480
    """ + UP)  # fmt: skip
    for number in range(MAX_PARKING_SLOTS):
        world.parking.occupy("t1", f"leg-{number}", "e-1003", world.clock.now())
    await play_on(world, """
        bob   -> REFER
          Refer-To: <sip:*85@acme.example>
        bob   <- 486 REFER
    """)  # fmt: skip
    assert world.parking.occupy("another", "leg", "e-9", world.clock.now()) == 1


SETTLING = refers("bob", "*85") + """
    app   <- park [alice]
    app   <- parked [bob]
    ! app 1 answers [music]
    alice <- INVITE [music]
"""  # fmt: skip
SETTLED = """
    alice -> 200 [alice]
    alice <- ACK
"""


async def test_call_that_is_being_parked_is_retrieved_once_its_phone_has_answered() -> None:
    """Until then its phone takes no other offer (RFC 3261 section 14.1)."""
    world = await play(PARTICIPANTS + UP + SETTLING + "carol -> INVITE *86 [carol]")
    await play_on(world, SETTLED + CONNECTED)


async def test_call_that_is_being_parked_stays_parked_if_the_retrieving_phone_gives_up() -> None:
    world = await play(PARTICIPANTS + UP + SETTLING + """
        carol -> INVITE *86 [carol]
        carol -> CANCEL
        carol <- 487
    """)  # fmt: skip
    await play_on(world, SETTLED + "... 5 s\n" + FETCHED.format(code="*86"))


async def test_call_that_another_phone_has_picked_up_is_no_longer_parked() -> None:
    world = await play(PARTICIPANTS + ", dave 1004" + UP + PARKED + RETURNS + """
        dave  -> INVITE *41002 [dave]
        bob   <- CANCEL
        alice <- INVITE [dave]
        carol -> INVITE *86 [carol]
        app   <- fetch [carol]
        alice -> 200 [alice]
        alice <- ACK
        app   <- BYE
        dave  <- 200 [alice]
        dave  -> ACK
    """)  # fmt: skip
    assert world.observed[-1] == "alice, dave"
