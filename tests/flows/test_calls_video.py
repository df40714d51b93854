"""Video: between browsers, and only to phones that support it."""

import pytest
from ladder import play, play_on

from unificx.calls.machine.states import MAX_RESTORATIONS

BROWSERS = "alice 1001 wss, bob 1002 wss"
DESK = "alice 1001 wss, bob 1002"
DOWN = """
    alice -> BYE
    bob   <- BYE
    history <- answered 16 alice bob
    alice <- 200 BYE
"""


@pytest.mark.promise("U1")
async def test_video_between_browsers() -> None:
    await play(
        BROWSERS
        + """
        alice -> INVITE 1002 [alice/webrtc/video]
        bob   <- INVITE [alice/webrtc/video in webrtc with video]
        bob   -> 200 [bob/webrtc/video]
        bob   <- ACK
        alice <- 200 [bob/webrtc/video in webrtc with video]
        alice -> ACK
    """
        + DOWN
    )


async def test_browser_answers_without_video() -> None:
    await play(
        BROWSERS
        + """
        alice -> INVITE 1002 [alice/webrtc/video]
        bob   <- INVITE [alice/webrtc/video in webrtc with video]
        bob   -> 200 [bob/webrtc/novideo]
        bob   <- ACK
        alice <- 200 [bob/webrtc/novideo in webrtc without video]
        alice -> ACK
    """
        + DOWN
    )


async def test_video_is_added_and_removed_during_the_call() -> None:
    await play(
        BROWSERS
        + """
        alice -> INVITE 1002 [alice/webrtc]
        bob   <- INVITE [alice/webrtc in webrtc]
        bob   -> 200 [bob/webrtc]
        bob   <- ACK
        alice <- 200 [bob/webrtc in webrtc]
        alice -> ACK
        bob   -> INVITE [bob/webrtc/video]
        alice <- INVITE [bob/webrtc/video in webrtc with video]
        alice -> 200 [alice/webrtc/video]
        alice <- ACK
        bob   <- 200 [alice/webrtc/video in webrtc with video]
        bob   -> ACK
        bob   -> INVITE [bob/webrtc/novideo]
        alice <- INVITE [bob/webrtc/novideo in webrtc without video]
        alice -> 200 [alice/webrtc/novideo]
        alice <- ACK
        bob   <- 200 [alice/webrtc/novideo in webrtc without video]
        bob   -> ACK
    """
        + DOWN
    )


@pytest.mark.promise("S2")
async def test_phone_is_offered_audio_only() -> None:
    await play(
        DESK
        + """
        alice -> INVITE 1002 [alice/webrtc/video]
        bob   <- INVITE [alice/webrtc/video]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob in webrtc without video]
        alice -> ACK
        bob   -> INVITE [bob/hold]       # what follows keeps the browser's sections
        alice <- INVITE [bob/hold in webrtc without video]
        alice -> 200 [alice/webrtc/held/novideo]
        alice <- ACK
        bob   <- 200 [alice/webrtc/held/novideo]
        bob   -> ACK
        alice -> INVITE [alice/webrtc/video]
        bob   <- INVITE [alice/webrtc/video]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob in webrtc without video]
        alice -> ACK
    """
        + DOWN
    )


async def test_video_phone_gets_video() -> None:
    await play("""
        alice 1001 wss, bob 1002
        bob   -> INVITE 1001 [bob/video]
        alice <- INVITE [bob/video in webrtc with video]
        alice -> 200 [alice/webrtc/video]
        alice <- ACK
        bob   <- 200 [alice/webrtc/video with video]
        bob   -> ACK
        bob   -> INVITE [bob/novideo]
        alice <- INVITE [bob/novideo in webrtc without video]
        alice -> 200 [alice/webrtc/novideo]
        alice <- ACK
        bob   <- 200 [alice/webrtc/novideo without video]
        bob   -> ACK
        alice -> INVITE [alice/webrtc/video]
        bob   <- INVITE [alice/webrtc/video without video]    # not any more
        bob   -> 200 [bob/novideo]
        bob   <- ACK
        alice <- 200 [bob/novideo in webrtc without video]
        alice -> ACK
        bob   -> BYE
        alice <- BYE
        history <- answered 16 bob alice
        bob   <- 200 BYE
    """)


async def test_video_between_phones() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice/video]
        bob   <- INVITE [alice/video with video]
        bob   -> 200 [bob/video]
        bob   <- ACK
        alice <- 200 [bob/video with video]
        alice -> ACK
        alice -> BYE
        bob   <- BYE
        history <- answered 16 alice bob
        alice <- 200 BYE
    """)


async def test_ice_restart_that_fails_at_the_media_engine_is_repeated() -> None:
    """The anchor exists again, with one side only: nothing else would show that there is no sound."""
    world = await play(
        DESK
        + """
        alice -> INVITE 1002 [alice/webrtc]
        bob   <- INVITE [alice/webrtc]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob in webrtc]
        alice -> ACK
        ! the media engine restarts
        bob   <- INVITE [alice/webrtc]
        ! the media engine dies
        bob   -> 200 [bob]
        bob   <- ACK
        ! the watch goes round
        ! the media engine recovers
        ! the watch goes round
        bob   <- INVITE [alice/webrtc]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- INVITE [bob in webrtc]
        alice -> 200 [alice/webrtc]
        alice <- ACK
        ! the watch goes round
    """
    )
    assert world.observed == ["alice, bob", "alice, bob again 2"], "not before it is restored"
    await play_on(world, DOWN)


async def test_ice_restart_that_always_fails_at_the_media_engine_ends() -> None:
    attempt = """
        bob   <- INVITE [alice/webrtc]
        ! the media engine dies
        bob   -> 200 [bob]
        bob   <- ACK
        ! the media engine recovers
        ! the watch goes round
    """
    world = await play(
        DESK
        + """
        alice -> INVITE 1002 [alice/webrtc]
        bob   <- INVITE [alice/webrtc]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob in webrtc]
        alice -> ACK
        ! the media engine restarts
    """
        + attempt * MAX_RESTORATIONS
    )
    await play_on(world, "! the media engine restarts" + attempt + "bob <- INVITE [alice/webrtc]")


async def test_ice_restart_keeps_media_sections() -> None:
    await play(
        DESK
        + """
        alice -> INVITE 1002 [alice/webrtc/video]
        bob   <- INVITE [alice/webrtc/video]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob in webrtc without video]
        alice -> ACK
        ! the media engine restarts
        bob   <- INVITE [alice/webrtc/video]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- INVITE [bob in webrtc without video]
        alice -> 200 [alice/webrtc/novideo]
        alice <- ACK
    """
        + DOWN
    )
