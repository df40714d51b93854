"""Devices that sleep: a call is held while they wake, rings when they have, and lets them sleep when it is over."""

import pytest
from ladder import play
from steps import UP as TALKS

UP = """
        phone -> 200 [phone/webrtc]
        phone <- ACK
        alice <- 200 [phone/webrtc]
        alice -> ACK
        alice -> BYE
        phone <- BYE
        history <- answered 16 alice phone
        alice <- 200 BYE
"""


@pytest.mark.promise("U1")
async def test_a_call_is_held_while_the_only_device_wakes() -> None:
    world = await play(
        """
        alice 1001, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        alice <- 180
        ... 8 s
        ! phone wakes up
        phone <- INVITE [alice in webrtc]
        phone -> 180
    """
        + UP
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


@pytest.mark.promise("U1")
async def test_a_browser_is_told_which_call_it_is_that_its_notification_was_about() -> None:
    world = await play("""
        alice 1001, bob 1002, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        bob   <- INVITE [alice]
          UnifiCX-Call: none
        ! phone wakes up
        phone <- INVITE [alice in webrtc]
          UnifiCX-Call: {call}
    """)
    assert [*world.conductor.runs] == [world.meanings["call"]]


async def test_who_does_not_wake_has_missed_it() -> None:
    await play("""
        alice 1001, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        alice <- 180
        ... 30 s
        push  <- stop phone
        history <- missed 19 alice 1002
        alice <- 480
        ! phone wakes up
    """)


async def test_a_caller_who_gives_up_lets_it_sleep() -> None:
    await play("""
        alice 1001, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        alice <- 180
        alice -> CANCEL
        push  <- stop phone
        history <- cancelled 16 alice 1002
        alice <- 487
    """)


@pytest.mark.promise("U1")
async def test_one_that_wakes_while_another_rings_rings_too() -> None:
    await play(
        """
        alice 1001, bob 1002, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! phone wakes up
        phone <- INVITE [alice in webrtc]
        phone -> 180
        phone -> 200 [phone/webrtc]
        phone <- ACK
        bob   <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        alice <- 200 [phone/webrtc]
        alice -> ACK
        alice -> BYE
        phone <- BYE
        history <- answered 16 alice phone
        alice <- 200 BYE
    """
    )


@pytest.mark.promise("U1")
async def test_one_that_sleeps_on_hears_that_another_has_answered() -> None:
    await play("""
        alice 1001, bob 1002, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        push  <- stop phone
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        ! phone wakes up
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_a_telephone_that_is_busy_does_not_end_the_wait_and_a_person_who_declines_does() -> None:
    await play("""
        alice 1001, bob 1002, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        bob   <- INVITE [alice]
        bob   -> 486
        alice <- 180
        ! phone wakes up
        phone <- INVITE [alice in webrtc]
        phone -> 603
        push  <- stop phone
        history <- declined 21 alice 1002
        alice <- 603
    """)


async def test_one_that_is_registered_and_does_not_ring_is_woken_all_the_same() -> None:
    await play(
        """
        alice 1001, phone 1002 wss wakeable
        alice -> INVITE 1002 [alice]
        phone <- INVITE [alice in webrtc]
        ... 2 s
        push  <- call phone
        ! phone comes back
        phone <- INVITE [alice in webrtc]
        phone -> 180
        alice <- 180
    """
        + UP
    )


async def test_one_that_rings_at_once_is_not() -> None:
    await play(
        """
        alice 1001, phone 1002 wss wakeable
        alice -> INVITE 1002 [alice]
        phone <- INVITE [alice in webrtc]
        phone -> 180
        alice <- 180
        ... 10 s
    """
        + UP
    )


async def test_one_that_loses_its_connection_while_it_rings_is_woken_and_rung_again() -> None:
    await play(
        """
        alice 1001, phone 1002 wss wakeable
        alice -> INVITE 1002 [alice]
        phone <- INVITE [alice in webrtc]
        phone -> 180
        alice <- 180
        ! phone loses its connection
        push  <- call phone
        ! phone comes back
        phone <- INVITE [alice in webrtc]
    """
        + UP
    )


async def test_one_that_rings_and_moves_is_rung_where_it_is_now() -> None:
    """The browser has forgotten what it was asked over the connection that is gone."""
    await play(
        """
        alice 1001, phone 1002 wss
        alice -> INVITE 1002 [alice]
        phone <- INVITE [alice in webrtc]
        phone -> 180
        alice <- 180
        ! phone comes back
        phone <- INVITE [alice in webrtc]
    """
        + UP
    )


async def test_a_telephone_that_starts_while_the_call_rings_is_rung() -> None:
    await play("""
        alice 1001, bob 1002, desk 1002 asleep
        alice -> INVITE 1002 [alice]
        push  <- call desk
        bob   <- INVITE [alice]
        ! desk wakes up
        desk  <- INVITE [alice]
        bob   -> 486
        desk  -> 486
        push  <- stop desk
        history <- busy 17 alice 1002
        alice <- 486
    """)


async def test_nobody_is_rung_endlessly() -> None:
    again = """
        ! phone loses its connection
        ! phone comes back
        phone <- INVITE [alice in webrtc]
    """
    await play(
        """
        alice 1001, phone 1002 wss wakeable
        alice -> INVITE 1002 [alice]
        phone <- INVITE [alice in webrtc]
        ! phone loses its connection
        push  <- call phone
        alice <- 180
        ! phone comes back
        phone <- INVITE [alice in webrtc]
    """
        + again * 8
        + """
        ! phone loses its connection
        ! phone comes back
        ... 30 s
        push  <- stop phone
        history <- missed 19 alice 1002
        alice <- 480
    """
    )


@pytest.mark.promise("U1")
async def test_a_device_calls_itself_and_no_other_rings() -> None:
    world = await play("""
        phone 1002 wss, bob 1002
        phone -> INVITE *44 [phone/webrtc]
        phone <- INVITE [phone/webrtc in webrtc]
    """)
    assert len(world.conductor.runs) == 1


async def test_a_call_that_must_stay_secure_does_not_ring_what_is_not() -> None:
    await play("""
        alice 1001 tls, desk 1002 asleep
        alice -> INVITE sips:1002 [alice/srtp]
        push  <- call desk
        alice <- 180
        ! desk wakes up
        ... 30 s
        push  <- stop desk
        history <- missed 19 alice 1002
        alice <- 480
    """)


@pytest.mark.promise("U1")
async def test_a_person_declines_without_waking_the_phone_and_every_other_one_is_silent() -> None:
    await play("""
        alice 1001, bob 1002, phone 1002 wss asleep
        alice -> INVITE 1002 [alice]
        push  <- call phone
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! phone declines asleep
        push  <- stop phone
        history <- declined 21 alice 1002
        api   <- declined
        bob   <- CANCEL
          Reason: SIP;cause=200;text="Call completed elsewhere"
        alice <- 603
        ! phone declines asleep
        api   <- it does not ring there
    """)


@pytest.mark.promise("C9")
async def test_who_is_declined_by_a_sleeping_device_may_leave_a_message() -> None:
    world = await play("""
        alice 1001, phone 1002 wss asleep voicemail
        alice -> INVITE 1002 [alice]
        push  <- call phone
        alice <- 180
        ! phone declines asleep
        push  <- stop phone
        api   <- declined
        app   <- voicemail for 1002 [alice]
    """)
    assert world.ended == []


async def test_nobody_declines_a_call_that_does_not_ring_there() -> None:
    await play("""
        alice 1001, bob 1002, carol 1003 wss asleep
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        ! carol declines asleep
        api   <- it does not ring there
        ! bob declines asleep
        api   <- it does not ring there
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        ! bob declines asleep
        api   <- it does not ring there
    """)


@pytest.mark.promise("U1")
async def test_a_call_that_is_given_to_a_sleeping_device_is_declined_there_too() -> None:
    await play("alice 1001, bob 1002, carol 1003 wss asleep" + TALKS + """
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        push  <- call carol
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        bob   <- NOTIFY 180
        app   <- waiting for 1003 [alice]
        ! carol declines asleep
        push  <- stop carol
        app   <- BYE
        api   <- declined
        bob   <- NOTIFY 603 over
        bob   <- INVITE [alice]
    """)  # fmt: skip


async def test_one_that_wakes_for_a_click_of_its_owner_is_told_whom_he_calls() -> None:
    await play("""
        alice 1001 wss asleep, carol 1003
        ! alice clicks to dial 1003
        app   <- waiting
        ! the app answers [ring]
        push  <- call alice
        ! alice wakes up
        alice <- INVITE [ring in webrtc]
          From: "Extension 1003" <sip:1003@acme.example>{*}
    """)


async def test_one_that_wakes_for_a_call_that_comes_back_is_told_so() -> None:
    await play(r"""
        alice 1001, bob 1002, tablet 1002 wss asleep, carol 1003
        bob   -> INVITE 1001 [bob]
        alice <- INVITE [bob]
        alice -> 200 [alice]
        alice <- ACK
        bob   <- 200 [alice]
        bob   -> ACK
        bob   -> REFER
          Refer-To: <sip:1003@acme.example>
        bob   <- 202 REFER
        bob   <- NOTIFY 100
        app   <- waiting for 1003 [alice]
        carol <- INVITE [alice]
        bob   -> BYE
        bob   <- 200 BYE
        carol -> 486
        push  <- call tablet
        bob   <- INVITE [alice]
        ! tablet wakes up
        tablet <- INVITE [alice in webrtc]
          From: "Alice \"Al\" O\\Neill" <sip:1001@acme.example>{*}
          Alert-Info: <urn:alert:service:recall:transfer>
    """)
