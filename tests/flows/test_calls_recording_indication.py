"""Recording indication: recording-aware phones get each change of the recording state (RFC 7866)."""

import pytest
from ladder import play, play_on
from test_calls_established import DOWN, UP

PARTICIPANTS = "alice 1001, bob 1002"
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
async def test_recording_aware_phone_gets_reoffers_with_the_state() -> None:
    world = await play(
        PARTICIPANTS
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
async def test_both_phones_get_reoffers_one_after_the_other() -> None:
    await play(
        PARTICIPANTS
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


async def test_unaware_phone_gets_no_recording_state() -> None:
    await play(PARTICIPANTS + UP + "    ! the call is recorded on\n" + DOWN)


@pytest.mark.promise("C8")
async def test_pending_exchange_completes_and_carries_the_recording_state() -> None:
    await play(
        PARTICIPANTS
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


async def test_refused_recording_reoffer_is_not_repeated() -> None:
    world = await play(
        PARTICIPANTS
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
    call = next(iter(world.manager.calls.values()))
    assert world.media.anchors[call.anchor_id("b1")]
    await play_on(world, DOWN)


async def test_failed_recording_reoffer_is_not_repeated() -> None:
    world = await play(
        PARTICIPANTS
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
async def test_changed_answer_to_a_recording_reoffer_updates_the_anchor() -> None:
    world = await play(
        PARTICIPANTS
        + AWARE
        + """
    ! the call is recorded on
    alice <- INVITE [bob recorded on]
    alice -> 200 [alice/elsewhere]
    alice <- ACK
    """
    )
    assert world.last_conversation is not None
    assert b"a=x-said:alice/elsewhere" in world.last_conversation.caller.sdp


async def test_recording_attributes_are_not_relayed() -> None:
    world = await play(
        PARTICIPANTS
        + """
    alice -> INVITE 1002 [alice/shy]
    bob   <- INVITE [alice/shy]
    bob   -> 200 [bob/shows]
    bob   <- ACK
    alice <- 200 [bob/shows]
    alice -> ACK
    """
    )
    assert world.observed == ["alice, bob"]


@pytest.mark.promise("C8")
async def test_required_record_aware_option_is_supported() -> None:
    await play(PARTICIPANTS + UP.replace("[alice]\n", "[alice]\n      Require: record-aware\n", 1) + DOWN)
