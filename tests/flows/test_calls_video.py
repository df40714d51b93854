"""Pictures: between browsers, and not to telephones that do not show any."""

import pytest
from ladder import play

BROWSERS = "alice 1001 wss, bob 1002 wss"
DESK = "alice 1001 wss, bob 1002"
DOWN = """
    alice -> BYE
    bob   <- BYE
    history <- answered 16 alice bob
    alice <- 200 BYE
"""


@pytest.mark.promise("U1")
async def test_browsers_show_each_other_pictures() -> None:
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


async def test_one_who_answers_without_pictures_is_seen_without() -> None:
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


async def test_pictures_may_come_and_go_while_they_talk() -> None:
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
async def test_a_telephone_is_called_with_sound_alone_and_the_browser_told_so() -> None:
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


async def test_a_telephone_that_shows_pictures_is_shown_some() -> None:
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


async def test_telephones_show_each_other_what_they_like() -> None:
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


async def test_a_new_media_engine_keeps_the_browsers_sections() -> None:
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
