"""Click to dial and transfers by API."""

import pytest
from ladder import play, play_on
from steps import (
    ANSWERS,
    CLICKED,
    CONSULTS,
    MOVED_TO_ROOM,
    PARTICIPANTS,
    TARGET_ANSWERS,
    UP,
    WITH_DESK,
    parties,
    takes_over,
    up,
)
from world import World

from unificx.calls import CallControl
from unificx.core.errors import Conflict, Forbidden, NotFound
from unificx.routing import CallApp


async def test_click_to_dial_rings_own_phone_then_the_target() -> None:
    """The own phone learns that it calls, so that it does not show an incoming call of the target."""
    world = await play(PARTICIPANTS + CLICKED)
    await play_on(world, """
        ... 10 s
    """ + takes_over("carol", "alice") + """
        ... 20 s
        alice -> BYE
        carol <- BYE
        history <- answered 16 alice carol
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    assert parties(world) == [("caller", "1001"), ("callee", "1003")]
    [call] = world.ended
    assert (call.ended - call.answered).total_seconds() == pytest.approx(20, abs=1)


async def test_click_to_dial_target_does_not_answer() -> None:
    world = await play(PARTICIPANTS + CLICKED)
    await play_on(world, """
        carol -> 486
        app   <- BYE
        alice <- BYE
        history <- busy 17 alice 1003
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_click_to_dial_own_phone_does_not_answer() -> None:
    world = await play(PARTICIPANTS + """
        ! alice clicks to dial 1003
        app   <- waiting
        ! the app answers [ring]
        alice <- INVITE [ring]
        alice -> 486
        history <- busy 17 None 1003
        app   <- BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    callee = world.ended[0].parties[1]
    assert (callee.name, callee.subject, callee.extension_id) == ("Extension 1003", "s-1003", None)


async def test_click_to_dial_tells_the_own_phone_that_its_user_calls() -> None:
    """Without it, the phone would show a call from the party that is only dialled once it answers."""
    await play("alice 1001, carol 1003" + """
        ! alice clicks to dial 1003
        app   <- waiting
        ! the app answers [ring]
        alice <- INVITE [ring]
          From: "Extension 1003" <sip:1003@acme.example>{*}
          UnifiCX-Origination: click-to-dial
          Alert-Info: <urn:alert:service:recall:callback>
        alice -> 200 [alice]
        alice <- ACK
        app   <- ACK [alice]
        carol <- INVITE [alice]
          UnifiCX-Origination: none
          Alert-Info: <urn:alert:source:internal>;info=internal
    """)  # fmt: skip


async def test_click_to_dial_and_transfer_outside_name_the_reason() -> None:
    world = await play("alice 1001, bob 1002" + UP)
    commands, caller = CallControl(world.manager), world.manager.calls[next(iter(world.manager.calls))].caller
    with pytest.raises(NotFound, match="Calls outside are not set up yet"):
        commands.dial(caller, "", "+49301234567")
    with pytest.raises(NotFound, match="Calls outside are not set up yet"):
        commands.transfer(next(iter(world.manager.calls)), {"e-1001"}, "+49301234567")


async def test_click_to_dial_a_feature_code() -> None:
    world = await play(PARTICIPANTS + """
        ! alice clicks to dial *43
        app   <- waiting
        ! the app answers [ring]
        alice <- INVITE [ring]
          From: "*43" <sip:*43@acme.example>{*}
        alice -> 200 [alice]
        alice <- ACK
        app   <- ACK [alice]
        app   <- echo [alice]
        ! the app answers [echo]
        app   <- BYE
        alice <- INVITE [echo]
        alice -> 200 [alice]
        alice <- ACK
        alice -> BYE
        app   <- BYE
        history <- answered 16 alice *43
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_blind_transfer_by_api() -> None:
    world = await play(PARTICIPANTS + UP + """
        ! bob clicks to transfer 1003
        app   <- waiting for 1003 [alice]
        carol <- INVITE [alice]
        carol -> 200 [carol]
        app   <- BYE
        carol <- ACK
        bob   <- BYE
        alice <- INVITE [carol]
        alice -> 200 [alice]
        alice <- ACK
    """)  # fmt: skip
    commands = CallControl(world.manager)
    [live] = commands.calls({"e-1003"})
    assert (live.state, live.caller, live.callee) == ("talking", "1001", "1003")
    assert commands.calls({"e-1002"}) == []
    with pytest.raises(NotFound):
        commands.transfer(live.id, {"e-1002"}, "1003")
    with pytest.raises(NotFound):
        commands.transfer(live.id, {"e-1001"}, "4711")


async def test_the_other_party_is_transferred_to_a_room() -> None:
    world = await play(PARTICIPANTS + UP)
    commands = CallControl(world.manager)
    [live] = commands.calls({"e-1001"})
    commands.transfer_to_app(live.id, {"e-1001"}, CallApp("room", ("a",)), "8000")
    await play_on(world, """
        app   <- waiting [bob]
        app   <- room [bob]
        ! app 2 answers [room]
        app   <- BYE
        alice <- BYE
        bob   <- INVITE [room]
        bob   -> 200 [bob]
        bob   <- ACK
    """)  # fmt: skip
    assert commands.calls({"e-1001"}) == []


async def test_attended_transfer_by_api() -> None:
    await play(WITH_DESK + up("bob") + CONSULTS + ANSWERS + """
        ! bob clicks to join
        desk  <- BYE
        bob   <- BYE
    """ + TARGET_ANSWERS)  # fmt: skip


async def test_a_call_that_changes_is_not_moved_or_joined_with_itself_by_api() -> None:
    world = await play(PARTICIPANTS + UP)
    commands = CallControl(world.manager)
    [live] = commands.calls({"e-1001"})
    with pytest.raises(Conflict):
        commands.attended_transfer(live.id, {"e-1001"}, live.id)
    await play_on(world, """
        bob   -> INVITE [bob/hold]
        alice <- INVITE [bob/hold]
    """)  # fmt: skip
    with pytest.raises(Conflict):
        commands.move_to_app(live.id, {"e-1001"}, CallApp("room", ("a",)), "8000")


async def test_impossible_transfers_by_api_are_refused() -> None:
    world: World = await play(PARTICIPANTS + """
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
    """)  # fmt: skip
    commands = CallControl(world.manager)
    [live] = commands.calls({"e-1001"})
    with pytest.raises(Conflict):
        commands.transfer(live.id, {"e-1001"}, "1003")
    with pytest.raises(NotFound):
        commands.dial(world._caller(world.phones["alice"].flow), "", "4711")
    await play_on(world, """
        alice -> CANCEL
        history <- cancelled 16 alice 1002
        bob   <- CANCEL
        alice <- 487
        alice -> INVITE *43 [alice]
        app   <- echo [alice]
        ! the app answers [echo]
        alice <- 200 [echo]
        alice -> ACK
    """)  # fmt: skip
    [live] = commands.calls({"e-1001"})
    with pytest.raises(Forbidden):
        commands.transfer(live.id, {"e-1001"}, "1003")


BOB_GOES = """
    bob   -> BYE
    app   <- BYE
    bob   <- 200 BYE
    ... 10 s
    ! app 1 hangs up
    alice <- BYE
    history <- answered 16 alice bob 8000
    app   <- BYE
"""
ALICE_GOES = """
    ! app 1 hangs up
    alice <- BYE
    app   <- BYE
    ... 10 s
    bob   -> BYE
    app   <- BYE
    history <- answered 16 alice bob 8000
    bob   <- 200 BYE
"""


@pytest.mark.parametrize("goes", [BOB_GOES, ALICE_GOES])
async def test_two_parties_move_to_a_room_with_one_call_record(goes: str) -> None:
    world = await play(PARTICIPANTS + UP)
    [live] = CallControl(world.manager).calls({"e-1001"})
    await play_on(world, MOVED_TO_ROOM)
    peers = [call.participant(call.state.callee) for call in world.manager.calls.values()]
    assert [one.app.app for one in peers if one.app is not None] == ["room", "room"]
    await play_on(world, goes)
    await world.pass_time(70)
    assert world.leftovers() == {}
    [whole] = world.ended
    assert whole.id == live.id
    assert (whole.ended - whole.started).total_seconds() == pytest.approx(20, abs=1)


async def test_room_app_refuses_the_parties() -> None:
    world = await play(PARTICIPANTS + UP + """
        ! alice clicks to meet
        app   <- room [alice]
        app   <- room [bob]
        ! app 2 refuses
        app   <- BYE
        bob   <- BYE
        ! app 1 refuses
        app   <- BYE
        alice <- BYE
        history <- answered 41 alice bob 8000
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


RINGS = """
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 180
"""


async def test_a_ringing_desk_phone_answers_by_remote_control() -> None:
    world = await play("alice 1001, bob 1002" + RINGS + """
          Allow-Events: talk, hold
        alice <- 180
    """)  # fmt: skip
    commands, call_id = CallControl(world.manager), next(iter(world.manager.calls))
    with pytest.raises(NotFound):
        commands.answer(call_id, {"e-1001"})
    commands.answer(call_id, {"e-1002"})
    await play_on(world, """
        bob   <- NOTIFY
          Event: talk
          CSeq: 2 NOTIFY
        bob   -> 200 [bob]
        bob   <- ACK
          CSeq: 1 ACK
        alice <- 200 [bob]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
          CSeq: 3 BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_a_phone_without_remote_control_is_refused() -> None:
    world = await play("alice 1001, bob 1002" + RINGS + """
        alice <- 180
    """)  # fmt: skip
    with pytest.raises(Conflict, match="No ringing phone"):
        CallControl(world.manager).answer(next(iter(world.manager.calls)), {"e-1002"})


async def test_a_call_is_ended_for_its_participants_only() -> None:
    world = await play(PARTICIPANTS + UP)
    commands, call_id = CallControl(world.manager), next(iter(world.manager.calls))
    with pytest.raises(NotFound):
        commands.hang_up(call_id, {"e-1003"})
    commands.hang_up(call_id, {"e-1002"})
    await play_on(world, """
        alice <- BYE
        bob   <- BYE
        history <- answered 16 alice bob
    """)  # fmt: skip
