"""Calls originated by an app to an extension."""

import pytest
from carriers import Outside
from ladder import play, play_on

from unificx.calls import CallSettings, Origination
from unificx.core.errors import NotFound, StorageFull
from unificx.registrar import Caller

RINGS = """
    bob 1002, tablet 1002 tls
    ! an app calls 1002
    app    <- room
    ! the app answers [room]
    bob    <- INVITE [room]
      From: "The room" <sip:8000@acme.example>{*}
    tablet <- INVITE [room in srtp]
    tablet -> 180
"""


async def test_first_answering_device_is_connected_to_the_originating_app() -> None:
    world = await play(RINGS)
    await play_on(world, """
        bob    -> 180
        bob    -> 200 [bob]
        bob    <- ACK
        tablet <- CANCEL
        app    <- ACK [bob]
        bob    -> INVITE [bob/hold]
        app    <- INVITE [bob/hold]
        ! the app accepts [room]
        bob    <- 200 [room]
        bob    -> ACK
        bob    -> BYE
        app    <- BYE
        history <- answered 16  bob
        bob    <- 200 BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}
    [call] = world.ended
    assert call.answered is not None
    assert [(party.role, party.number) for party in call.parties] == [("caller", "8000"), ("callee", "1002")]


async def test_a_number_outside_is_called_over_the_next_carrier_if_one_fails() -> None:
    world = await play(
        """
        carrier +491710000001 udp trunk, second +491710000002 udp trunk
        ! an app calls 03098765432
        app     <- room
        ! the app answers [room]
        carrier <- INVITE [room]
        carrier -> 503
        second  <- INVITE [room]
          From: <sip:+49301234500@second.example>;tag={*}
        second  -> 200 [outside]
        second  <- ACK
        app     <- ACK [outside]
        """,
        numbers={"03098765432": Outside("+493098765432", "carrier", "second")},
    )
    assert all(secret not in data for data in world.sent_outside for secret in (b"8000", b"The room", b"acme"))


async def test_a_browser_learns_that_it_is_invited_to_a_conference() -> None:
    await play("""
        bob 1002, phone 1002 wss
        ! a conference with 2 others invites 1002
        app    <- conference
        ! the app answers [room]
        bob    <- INVITE [room]
          UnifiCX-Conference: none
        phone  <- INVITE [room in webrtc]
          UnifiCX-Conference: 2
    """)
    await play("""
        phone 1002 wss
        ! an app calls 1002
        app    <- room
        ! the app answers [room]
        phone  <- INVITE [room in webrtc]
          UnifiCX-Conference: none
    """)


async def test_a_key_pressed_before_the_media_is_connected_reaches_the_app() -> None:
    await play("""
        bob 1002
        ! a conference with 2 others invites 1002
        app    <- conference
        ! the app answers [room]
        bob    <- INVITE [room]
        ! the media engine sleeps
        bob    -> 200 [bob]
        bob    <- ACK
        bob    -> INFO
          Content-Type: application/dtmf-relay
        bob    <- 200 INFO
        ! the media engine wakes up
        app    <- ACK [bob]
        app    <- INFO
    """)


async def test_the_call_of_an_invited_person_shows_the_room() -> None:
    world = await play("""
        bob 1002
        ! a conference with 2 others invites 1002
        app    <- conference
        ! the app answers [room]
        bob    <- INVITE [room]
    """)
    assert [call.room for call in world.manager.live_calls()] == [None]
    await play_on(world, """
        bob    -> 200 [bob]
        bob    <- ACK
        app    <- ACK [bob]
    """)  # fmt: skip
    assert [call.room for call in world.manager.live_calls()] == ["a"]


async def test_originating_app_hangs_up() -> None:
    world = await play(RINGS)
    await play_on(world, """
        bob    -> 200 [bob]
        bob    <- ACK
        tablet <- CANCEL
        app    <- ACK [bob]
        ! the app hangs up
        bob    <- BYE
        history <- answered 16  bob
        app    <- BYE
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_unanswered_originated_call_does_not_fall_back_to_voicemail() -> None:
    world = await play("""
        bob 1002 tcp voicemail
        ! an app calls 1002
        app    <- room
        ! the app answers [room]
        bob    <- INVITE [room]
        bob    -> 486
        history <- busy 17  1002
        app    <- BYE
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_only_the_selected_device_rings() -> None:
    await play("""
        bob 1002, tablet 1002
        ! an app calls 1002 tablet
        app    <- room
        ! the app answers [room]
        tablet <- INVITE [room]
    """)


async def test_originating_app_cancels_while_ringing() -> None:
    world = await play(RINGS)
    await play_on(world, """
        bob    -> 180
        ! the app hangs up
        history <- cancelled 16  1002
        app    <- BYE
        bob    <- CANCEL
        tablet <- CANCEL
    """)  # fmt: skip
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_originating_app_without_offer_times_out() -> None:
    world = await play("""
        bob 1002
        ! an app calls 1002
        app    <- room
        ... 10 s
        history <- failed 41  1002
        app    <- BYE
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_originate_to_unknown_number_and_at_the_call_limit() -> None:
    world = await play("bob 1002", settings=CallSettings(max_calls=1))
    room = Caller("t1", "e-8000", "", "s-8000", "8000", "The room")
    for number in ("4711", "*43", "sip:x"):
        with pytest.raises(NotFound):
            world.manager.originate(Origination(room, "room", to=number))
    world.manager.originate(Origination(room, "room", to="1002"))
    with pytest.raises(StorageFull):
        world.manager.originate(Origination(room, "room", to="1002"))
    await world.manager.close()
