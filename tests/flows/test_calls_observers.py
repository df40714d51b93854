"""Call observers are notified of the conversation, its changes, DTMF and its end, before anything else happens."""

import pytest
from ladder import play, play_on
from test_calls_apps import TALKING
from test_calls_established import DOWN, UP
from world import World

PARTICIPANTS = "alice 1001, bob 1002"


async def up(then: str = "", cast: str = PARTICIPANTS) -> World:
    world = await play(cast + UP)
    await play_on(world, then)
    return world


async def test_conversation_is_announced_once_both_are_connected() -> None:
    ringing = await play(
        PARTICIPANTS
        + """
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 180
        alice <- 180
    """
    )
    assert ringing.observed == []
    world = await up()
    assert world.observed == ["alice, bob"]
    talk = world.last_conversation
    assert talk is not None
    run = world.manager.calls[talk.call_id]
    assert (talk.tenant_id, talk.anchor, talk.media_generation, talk.restored) == ("t1", run.anchor_id("b1"), 0, False)
    assert [leg.tag for leg in talk.legs] == [run.existing_leg("a").id, run.existing_leg("b1").id]
    assert [(leg.extension_id, leg.number, leg.subject) for leg in talk.legs] == [
        ("e-1001", "1001", run.caller.subject),
        ("e-1002", "1002", run.callee.subject if run.callee else ""),
    ]
    assert (talk.caller.is_initiator, talk.callee.is_initiator) == (True, False)
    assert "number" not in repr(talk.caller)


async def test_hold_and_resume_are_announced() -> None:
    world = await up("""
        alice -> INVITE [alice/hold]
        bob   <- INVITE [alice/hold]
        bob   -> 200 [bob/held]
        bob   <- ACK
        alice <- 200 [bob/held]
        alice -> ACK
    """)
    assert world.observed == ["alice, bob", "alice holds, bob"]


async def test_reanchored_media_is_announced_once_done() -> None:
    world = await up("""
        ! the media engine restarts
        alice <- INVITE [bob]
        bob   <- INVITE [alice]
    """)
    assert world.observed == ["alice, bob"]
    await play_on(
        world,
        """
        alice -> 200 [alice]
        alice <- ACK
        bob   -> 200 [bob]
        bob   <- ACK
    """,
    )
    assert world.observed == ["alice, bob", "alice, bob again 1"]


@pytest.mark.parametrize("keeps", [True, False])
async def test_end_is_announced_before_the_call_record(keeps: bool) -> None:
    world = await up()
    world.records = keeps
    await play_on(world, DOWN)
    assert world.observed[-1] == "over"
    assert world.ended[0].recorded is keeps


async def test_dtmf_by_rtp_and_info_is_announced_with_its_leg() -> None:
    world = await up("""
        ! alice presses *
        bob   -> INFO Signal=1
          Content-Type: application/dtmf-relay
        bob   <- 200 INFO
        alice <- INFO
    """)
    assert world.observed[1:] == ["alice presses *", "bob presses 1"]


async def test_app_call_is_not_announced() -> None:
    world = await play(TALKING)
    await play_on(world, "! alice presses 1")
    assert world.observed == []


async def test_unanswered_call_is_not_announced() -> None:
    world = await play(
        PARTICIPANTS
        + """
        alice -> INVITE 1002 [alice]
        bob   <- INVITE [alice]
        bob   -> 486
        history <- busy 17 alice 1002
        alice <- 486
    """
    )
    assert world.observed == []
