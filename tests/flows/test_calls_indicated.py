"""Phones that show whether they are recorded are told so, and each time it is new (RFC 7866)."""

import pytest
from ladder import play, play_on
from test_calls_talk import DOWN, UP

CAST = "alice 1001, bob 1002"
AWARE = """
    alice -> INVITE 1002 [alice]
      Supported: timer, record-aware
    bob   <- INVITE [alice]
    bob   -> 200 [bob]
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
"""


@pytest.mark.promise("C8")
async def test_who_says_that_he_shows_it_is_told_by_offers_of_what_he_has() -> None:
    world = await play(
        CAST
        + AWARE
        + """
    ! the call is recorded off              # nothing was recorded yet: no news
    ! the call is recorded on
    alice <- INVITE [bob recorded on]
    alice -> 200 [alice]
    alice <- ACK
    ! the call is recorded on
    ! the call is recorded paused
    alice <- INVITE [bob recorded paused]
    alice -> 200 [alice]
    alice <- ACK
    ! the call is recorded off
    alice <- INVITE [bob recorded off]
    alice -> 200 [alice]
    alice <- ACK
    """
        + DOWN
        + "    ... 60 s\n"
    )
    assert world.leftovers() == {}


@pytest.mark.promise("C8")
async def test_both_are_told_one_after_the_other_and_each_by_what_he_said_himself() -> None:
    await play(
        CAST
        + """
    alice -> INVITE 1002 [alice/shows]
    bob   <- INVITE [alice/shows]
    bob   -> 200 [bob]
      Supported: record-aware
    bob   <- ACK
    alice <- 200 [bob]
    alice -> ACK
    ! the call is recorded on
    alice <- INVITE [bob recorded on]
    alice -> 200 [alice/shows]
    alice <- ACK
    bob   <- INVITE [alice/shows recorded on]
    bob   -> 200 [bob]
    bob   <- ACK
    """
        + DOWN
    )


async def test_who_knows_nothing_of_it_is_told_nothing() -> None:
    await play(CAST + UP + "    ! the call is recorded on\n" + DOWN)


@pytest.mark.promise("C8")
async def test_what_goes_on_anyway_tells_it_along_and_what_is_under_way_is_let_finish() -> None:
    await play(
        CAST
        + AWARE
        + """
    bob   -> INVITE [bob/hold]
    alice <- INVITE [bob/hold]
    ! the call is recorded on
    alice -> 200 [alice/held]
    alice <- ACK
    bob   <- 200 [alice/held]
    alice <- INVITE [bob/hold recorded on]
    alice -> 200 [alice/held]
    alice <- ACK
    bob   -> ACK
    alice -> INVITE [alice]
    bob   <- INVITE [alice]
    ! the call is recorded paused
    bob   -> 200 [bob]
    bob   <- ACK
    alice <- 200 [bob recorded paused]
    alice -> ACK
    """
        + DOWN
    )


async def test_who_refuses_the_offer_is_not_pressed_and_the_call_goes_on() -> None:
    world = await play(
        CAST
        + AWARE
        + """
    ! the call is recorded on
    alice <- INVITE [bob recorded on]
    alice -> 488
    ... 60 s
    ! the call is recorded off
    alice <- INVITE [bob recorded off]
    alice -> 200 [alice]
    alice <- ACK
    """
    )
    run = next(iter(world.conductor.runs.values()))
    assert world.media.anchors[run.anchor("b1")]
    await play_on(world, DOWN)


async def test_a_media_engine_that_does_not_answer_is_asked_once() -> None:
    world = await play(
        CAST
        + AWARE
        + """
    ! the media engine dies
    ! the call is recorded on
    ! the media engine restarts
    alice <- INVITE [bob recorded on]
    bob   <- INVITE [alice]
    alice -> 200 [alice]
    alice <- ACK
    bob   -> 200 [bob]
    bob   <- ACK
    """
    )
    await play_on(world, DOWN)


@pytest.mark.promise("C8")
async def test_what_the_answer_says_anew_reaches_the_media() -> None:
    world = await play(
        CAST
        + AWARE
        + """
    ! the call is recorded on
    alice <- INVITE [bob recorded on]
    alice -> 200 [alice/elsewhere]
    alice <- ACK
    """
    )
    assert world.talk is not None
    assert b"a=x-said:alice/elsewhere" in world.talk.caller.sdp


async def test_nobody_tells_another_what_is_recorded_here_nor_what_he_wishes() -> None:
    world = await play(
        CAST
        + """
    alice -> INVITE 1002 [alice/shy]
    bob   <- INVITE [alice/shy]
    bob   -> 200 [bob/shows]
    bob   <- ACK
    alice <- 200 [bob/shows]
    alice -> ACK
    """
    )
    assert world.overheard == ["alice, bob"]


@pytest.mark.promise("C8")
async def test_an_extension_that_a_phone_requires_is_known() -> None:
    await play(CAST + UP.replace("[alice]\n", "[alice]\n      Require: record-aware\n", 1) + DOWN)
