"""Calls survive their connections: they continue after a device has reconnected."""

import pytest
from ladder import play, play_on
from world import World

UP = """
    alice 1001 wss, bob 1002 wss
    alice -> INVITE 1002 [alice/webrtc]
    bob   <- INVITE [alice/webrtc in webrtc]
    bob   -> 200 [bob/webrtc]
    bob   <- ACK
    alice <- 200 [bob/webrtc in webrtc]
    alice -> ACK
"""
DOWN = """
    alice -> BYE
    bob   <- BYE
    history <- answered 16 alice bob
    alice <- 200 BYE
"""
HELD = """
    bob   <- INVITE [alice/webrtc/hold in webrtc]
    bob   -> 200 [bob/webrtc/held]
    bob   <- ACK
    alice <- 200 [bob/webrtc/held in webrtc]
    alice -> ACK
"""


async def up(then: str, **settings: object) -> World:
    world = await play(UP, **settings)
    await play_on(world, then)
    return world


@pytest.mark.promise("U1")
async def test_offer_uses_the_new_connection() -> None:
    world = await up(
        """
        ! bob loses its connection
        ... 3 s
        ! bob comes back
        alice -> INVITE [alice/webrtc/hold]
    """
        + HELD
        + DOWN
    )
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_bye_uses_the_new_connection() -> None:
    await up(
        """
        ! alice loses its connection
        ! alice comes back
        bob   -> BYE
        alice <- BYE
        history <- answered 16 alice bob
        bob   <- 200 BYE
    """
    )


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_request_over_the_new_connection_is_accepted(method: str) -> None:
    """As for an ICE restart after a network change."""
    ack, answer = ("alice -> ACK", "") if method == "INVITE" else ("", " UPDATE")
    await up(
        f"""
        ! alice loses its connection
        ! alice comes back
        alice -> {method} [alice/webrtc/again]
        bob   <- INVITE [alice/webrtc/again in webrtc]
        bob   -> 200 [bob/webrtc]
        bob   <- ACK
        alice <- 200{answer} [bob/webrtc in webrtc]
        {ack}
    """
        + DOWN
    )


async def test_pending_request_is_retransmitted_over_the_new_connection() -> None:
    await up(
        """
        alice -> INVITE [alice/webrtc/hold]
        bob   <- INVITE [alice/webrtc/hold in webrtc]
        ! bob loses its connection
        ... 5 s
        ! bob comes back
    """
        + HELD
        + DOWN
    )


async def test_pending_request_is_retransmitted_if_the_loss_was_not_detected() -> None:
    await up(
        """
        alice -> INVITE [alice/webrtc/hold]
        bob   <- INVITE [alice/webrtc/hold in webrtc]
        ! bob comes back
    """
        + HELD
        + DOWN
    )


async def test_duplicate_answer_is_only_acknowledged() -> None:
    await up(
        """
        alice -> INVITE [alice/webrtc/hold]
        bob   <- INVITE [alice/webrtc/hold in webrtc]
        ! bob comes back
        bob   <- INVITE [alice/webrtc/hold in webrtc]
        bob   -> 200 INVITE [bob/webrtc/held]
        bob   <- ACK
        alice <- 200 [bob/webrtc/held in webrtc]
        alice -> ACK
        bob   -> 200 INVITE [bob/webrtc/held]
        bob   <- ACK
    """
        + DOWN
    )


async def test_disconnected_party_stays_while_media_flows() -> None:
    await up(
        """
        ! bob loses its connection
        ... 60 s
        ! bob comes back
    """
        + DOWN
    )


async def test_party_that_does_not_reconnect_for_a_request_is_lost() -> None:
    await up("""
        ! bob loses its connection
        alice -> INVITE [alice/webrtc/hold]
        ... 29 s
        ... 2 s
        alice <- BYE
        alice <- 487
        history <- answered 102 alice bob
    """)


SILENT = """
    ! bob loses its connection
    ! bob is not heard any more
    ... 31 s
    ! the watch goes round
"""


async def test_silent_party_that_does_not_reconnect_is_lost() -> None:
    """A phone on TCP or TLS that was switched off, while the other one talks on."""
    await up(
        SILENT
        + """
        ... 29 s
        ... 2 s
        alice <- BYE
        history <- answered 102 alice bob
    """
    )


async def test_silent_party_that_reconnects_stays() -> None:
    await up(
        SILENT
        + """
        ... 20 s
        ! bob comes back
        ... 60 s
    """
        + DOWN
    )


async def test_session_refresh_waits_for_a_disconnected_party() -> None:
    await play(
        """
        alice 1001 wss, bob 1002 wss
        alice -> INVITE 1002 [alice/webrtc]
        bob   <- INVITE [alice/webrtc in webrtc]
        bob   -> 200 [bob/webrtc]
          Session-Expires: 120;refresher=uac
        bob   <- ACK
        alice <- 200 [bob/webrtc in webrtc]
        alice -> ACK
        ! bob loses its connection
        ... 70 s
        ! bob comes back
        bob   <- INVITE [alice/webrtc in webrtc]
        bob   -> 200 [bob/webrtc]
        bob   <- ACK
    """
        + DOWN
    )


async def test_our_answer_is_retransmitted_over_the_new_connection() -> None:
    await up(
        """
        alice -> INVITE [alice/webrtc/hold]
        bob   <- INVITE [alice/webrtc/hold in webrtc]
        ! alice loses its connection
        bob   -> 200 [bob/webrtc/held]
        bob   <- ACK
        ! alice comes back
        alice <- 200 [bob/webrtc/held in webrtc]
        alice -> ACK
    """
        + DOWN
    )


@pytest.mark.promise("U1")
@pytest.mark.parametrize(("way", "offer", "sent"), [("tcp", "bob", ""), ("tls", "bob/srtp", " in srtp")])
async def test_tcp_phone_reconnects(way: str, offer: str, sent: str) -> None:
    world = await play(f"""
        alice 1001, bob 1002 {way}
        bob   -> INVITE 1001 [{offer}]
        alice <- INVITE [{offer}]
        alice -> 200 [alice]
        alice <- ACK
        bob   <- 200 [alice{sent}]
        bob   -> ACK
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold{sent}]
        ! bob loses its connection
        ... 5 s
        ! bob comes back
        bob   <- INVITE [alice/hold{sent}]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
        ! bob loses its connection
        ... 60 s
        ! bob comes back
        alice -> BYE
        bob   <- BYE
        history <- answered 16 bob alice
        alice <- 200 BYE
    """)
    await world.pass_time(70)
    assert world.leftovers() == {}


async def test_tcp_phone_reconnect_timeout() -> None:
    await play("""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        ! bob loses its connection
        ... 29 s
        ... 2 s
        alice <- BYE
        alice <- 487
        history <- answered 102 alice bob
    """)


@pytest.mark.promise("U1")
async def test_media_engine_restart_does_an_ice_restart_one_side_after_the_other() -> None:
    world = await up(
        """
        ! the media engine restarts
        bob   <- INVITE [alice/webrtc in webrtc]
        bob   -> 200 [bob/webrtc/anew]
        bob   <- ACK
        alice <- INVITE [bob/webrtc/anew in webrtc]
        bob   -> INVITE [bob/webrtc/hold]    # waits
        alice -> 200 [alice/webrtc/anew]
        alice <- ACK
        alice <- INVITE [bob/webrtc/hold in webrtc]
        alice -> 200 [alice/webrtc/held]
        alice <- ACK
        bob   <- 200 [alice/webrtc/held in webrtc]
        bob   -> ACK
    """
        + DOWN
    )
    assert world.media.anchors == {}


async def test_ice_restart_waits_for_a_disconnected_browser() -> None:
    await up(
        """
        ! bob loses its connection
        ! the media engine restarts
        ... 4 s
        ! bob comes back
        bob   <- INVITE [alice/webrtc in webrtc]
        bob   -> 200 [bob/webrtc/anew]
        bob   <- ACK
        alice <- INVITE [bob/webrtc/anew in webrtc]
        alice -> 488                         # it stays where it was
    """
        + DOWN
    )


async def test_second_media_engine_restart_starts_over() -> None:
    await up(
        """
        ! the media engine restarts
        bob   <- INVITE [alice/webrtc in webrtc]
        ! the media engine restarts
        bob   -> 200 [bob/webrtc/anew]
        bob   <- ACK
        bob   <- INVITE [alice/webrtc in webrtc]
        bob   -> 200 [bob/webrtc/again]
        bob   <- ACK
        alice <- INVITE [bob/webrtc/again in webrtc]
        alice -> 200 [alice/webrtc/anew]
        alice <- ACK
    """
        + DOWN
    )
