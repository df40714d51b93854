"""Push wake-up: calls wait for pushed devices, dial them once registered, and cancel the push at the end."""

import pytest
from ladder import play
from steps import UP as TALKS

from unificx.calls.forking import MAX_BRANCHES

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
async def test_call_waits_while_the_only_device_is_pushed() -> None:
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
async def test_browser_gets_the_call_id_of_its_notification() -> None:
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
    assert [*world.manager.calls] == [world.bindings["call"]]


async def test_pushed_device_that_does_not_register_misses_the_call() -> None:
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


async def test_caller_cancel_cancels_the_push() -> None:
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
async def test_pushed_device_rings_in_addition() -> None:
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
async def test_pushed_device_is_notified_of_an_answer_elsewhere() -> None:
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


async def test_busy_keeps_waiting_for_push_and_decline_ends_the_call() -> None:
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


async def test_unresponsive_registered_device_is_pushed() -> None:
    await play(
        """
        alice 1001, phone 1002 wss wakeable
        alice -> INVITE 1002 [alice]
        phone <- INVITE [alice in webrtc]
        ... 2 s
        push  <- call phone
        alice <- 180
        ! phone comes back
        phone <- INVITE [alice in webrtc]
        phone -> 180
    """
        + UP
    )


async def test_responsive_device_is_not_pushed() -> None:
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


async def test_device_disconnected_while_ringing_is_pushed_and_dialled_again() -> None:
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


async def test_moved_device_is_dialled_at_its_new_location() -> None:
    """The browser has lost the INVITE that it received over the old connection."""
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


async def test_phone_registering_while_the_call_rings_is_dialled() -> None:
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


async def test_branches_per_call_are_limited() -> None:
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
        + again * (MAX_BRANCHES - 2)
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
async def test_ring_test_dials_only_the_calling_device() -> None:
    world = await play("""
        phone 1002 wss, bob 1002
        phone -> INVITE *44 [phone/webrtc]
        phone <- INVITE [phone/webrtc in webrtc]
    """)
    assert len(world.manager.calls) == 1


async def test_sips_call_does_not_dial_insecure_devices() -> None:
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
async def test_decline_from_push_notification_ends_ringing_everywhere() -> None:
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
async def test_decline_from_push_notification_falls_back_to_voicemail() -> None:
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


async def test_decline_of_a_call_that_does_not_ring_is_refused() -> None:
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
async def test_transfer_is_declined_from_push_notification() -> None:
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


async def test_device_pushed_for_click_to_dial_shows_the_target() -> None:
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


async def test_device_pushed_for_a_returned_call_gets_alert_info() -> None:
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
