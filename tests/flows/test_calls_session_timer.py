"""Refreshes of the session that are refused, and offers of phones whose session timer changes (RFC 4028)."""

import pytest
from ladder import play, play_on
from steps import hangs_up
from world import World

REFRESHED = """
    alice 1001, bob 1002 tcp by hand
    alice -> INVITE 1002 [alice]
    bob   <- INVITE [alice]
    bob   -> 200 [bob]
      Session-Expires: 90;refresher=uac
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
    ... 45 s
    bob   <- INVITE [alice]
      Session-Expires: 90;refresher=uac
"""
"""Bob's phone, which does not know UPDATE, is refreshed."""
DOWN = hangs_up("alice", "bob", "answered 16 alice bob")


async def end(world: World) -> None:
    world.phones["bob"].by_hand = False
    await play_on(world, DOWN)


async def test_refused_refresh_is_repeated_until_the_session_expires() -> None:
    world = await play(
        REFRESHED
        + """
        bob   -> 500
        ... 7.5 s
        bob   <- INVITE [alice]
        bob   -> 503
        ... 3.8 s
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          Session-Expires: 90;refresher=uac
        bob   <- ACK
        ... 45 s
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          Session-Expires: 90;refresher=uac
        bob   <- ACK
    """
    )
    await end(world)


async def test_call_ends_if_no_refresh_is_accepted() -> None:
    await play(
        REFRESHED
        + """
        bob   -> 500
        ... 7.5 s
        bob   <- INVITE [alice]
        ... 7.5 s
        bob   <- BYE
        alice <- BYE
        history <- answered 102 alice bob
    """
    )


async def test_refresh_that_is_too_short_is_repeated_with_the_shortest_interval() -> None:
    world = await play(
        REFRESHED
        + """
        bob   -> 422
          Min-SE: 200
        ... 1 s
        bob   <- INVITE [alice]
          Session-Expires: 200;refresher=uac
          Min-SE: 200
        bob   -> 200 [bob]
          Session-Expires: 200;refresher=uac
        bob   <- ACK
        ... 100 s
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
    """
    )
    await end(world)


async def test_this_side_refreshes_once_the_peer_no_longer_supports_the_timer() -> None:
    """A carrier has connected the call to another phone: that one would never refresh the session."""
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Session-Expires: 90;refresher=uac
          Supported: timer
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
          Session-Expires: 90;refresher=uac
        alice -> ACK
        ... 30 s
        alice -> INVITE [alice/other]
        bob   <- INVITE [alice/other]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
          Session-Expires: 90;refresher=uas
          Require: none
        alice -> ACK
        ... 45 s
        alice <- INVITE [bob]
        alice -> 200 [alice/other]
        alice <- ACK
    """
        + DOWN
    )


async def test_interval_is_not_below_the_shortest_of_the_caller() -> None:
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Supported: timer
          Min-SE: 3600
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
          Session-Expires: 3600;refresher=uac
        alice -> ACK
    """
        + DOWN
    )


async def test_answer_to_a_refresh_may_change_the_session() -> None:
    """Its offer changes nothing, but the answer may (RFC 3264 section 8): Bob's phone holds the call meanwhile."""
    world = await play(
        REFRESHED
        + """
        bob   -> 200 [bob/hold]
          Session-Expires: 90;refresher=uac
        bob   <- ACK
        alice <- INVITE [bob/hold]
        alice -> 200 [alice/held]
        alice <- ACK
        ... 45 s
        bob   <- INVITE [alice]
        bob   -> 200 [bob/hold]
        bob   <- ACK
    """
    )
    await end(world)


async def test_session_timer_begins_with_the_answer() -> None:
    """Not with an UPDATE while the phone rings, which would end a call that rings for longer than the interval."""
    await play(
        """
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          Session-Expires: 90;refresher=uac
          Supported: timer
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
        alice -> UPDATE
          Session-Expires: 90;refresher=uac
          Supported: timer
        alice <- 200 UPDATE
          Session-Expires: none
        ... 59 s
        ... 2 s
        alice <- 180
        bob   -> 200 [bob]
        bob   <- ACK
        alice <- 200 [bob]
          Session-Expires: 90;refresher=uac
        alice -> ACK
        ... 59 s
    """
        + DOWN,
        rings=100,
    )


@pytest.mark.parametrize(("interval", "seconds"), [(90, 60), (96, 64), (120, 88), (1800, 1768)])
@pytest.mark.parametrize("refresher", ["alice", "bob"])
async def test_a_peer_that_does_not_refresh_is_ended_shortly_before_the_interval_expires(
    refresher: str, interval: int, seconds: int
) -> None:
    """By the smaller of 32 s and a third of the interval, and not earlier (RFC 4028 section 10)."""
    other = "bob" if refresher == "alice" else "alice"
    asks = f"Session-Expires: {interval};refresher=uac\n  Supported: timer"
    answers = f"Session-Expires: {interval};refresher=uas\n  Require: timer"
    await play(
        f"""
        alice 1001, bob 1002
        alice -> INVITE 1002 [alice]
          {asks if refresher == "alice" else "Supported: none"}
        bob   <- INVITE [alice]
        bob   -> 200 [bob]
          {answers if refresher == "bob" else "Supported: none"}
        bob   <- ACK
        alice <- 200 [bob]
        alice -> ACK
        ... {seconds - 1} s
        ... 0.9 s
        ... 0.2 s
        {refresher} <- BYE
        {other} <- BYE
        history <- answered 102 alice bob
        """
    )
