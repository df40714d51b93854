"""Apps whose media engine is lost and does not return."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from app_harness import AppHarness, harness_for
from virtual_time import run_in_virtual_time

from unificx.callapps import Call
from unificx.callapps.media_session import MEDIA_SECONDS
from unificx.sip.legs import ByeReceived


async def music(call: Call) -> None:
    await call.music()


async def echo(call: Call) -> None:
    await call.echo()


async def wait_for_a_key(call: Call) -> None:
    await call.answer()
    call.join("room")
    await call.read_digit()


async def without_engine(app: Callable[[Call], Awaitable[None]] = music) -> AppHarness:
    """Return a call that has waited for its media engine for as long as it may take."""
    stage = harness_for(app, playback_seconds=10.0)
    stage.begin()
    await asyncio.sleep(5.0)
    stage.running.clear()
    await asyncio.sleep(MEDIA_SECONDS)
    return stage


@pytest.mark.parametrize("engine_returns", [False, True])
@pytest.mark.parametrize("app", [music, echo, wait_for_a_key])
def test_caller_is_released_if_media_does_not_return(
    app: Callable[[Call], Awaitable[None]], engine_returns: bool
) -> None:
    """No media engine starts, or the phone does not answer the offer made with a new one."""

    async def story() -> None:
        stage = await without_engine(app)
        if engine_returns:
            stage.running.set()
            stage.host.on_engine_restarted()
        assert ByeReceived() not in stage.events
        await asyncio.sleep(2 * MEDIA_SECONDS)
        assert stage.events[-1] == ByeReceived()
        assert len(stage.host) == 0

    run_in_virtual_time(story())


def test_caller_whose_phone_does_not_take_a_new_engine_is_released_while_digits_are_read() -> None:
    async def story() -> None:
        async def app(call: Call) -> None:
            while True:
                await call.read_digits(1)

        stage = harness_for(app)
        stage.begin()
        await asyncio.sleep(2.0)
        stage.host.on_engine_restarted()
        await asyncio.sleep(2 * MEDIA_SECONDS)
        assert stage.events[-1] == ByeReceived()
        assert len(stage.host) == 0

    run_in_virtual_time(story())


def test_phone_has_its_own_time_to_answer_after_a_slow_start_of_the_engine() -> None:
    async def story() -> None:
        stage = await without_engine()
        stage.running.set()
        stage.host.on_engine_restarted()
        await asyncio.sleep(32.0)
        before = len(stage.played)
        stage.line.offer_answered(b"theirs")
        await asyncio.sleep(2 * MEDIA_SECONDS)
        assert len(stage.played) > before
        assert ByeReceived() not in stage.events
        stage.hang_up()

    run_in_virtual_time(story())


@pytest.mark.parametrize("app", [echo, wait_for_a_key])
def test_caller_who_waits_with_media_stays(app: Callable[[Call], Awaitable[None]]) -> None:
    """An echo, and a participant who is alone in a conference, without a prompt for hours."""

    async def story() -> None:
        stage = harness_for(app)
        stage.begin()
        await asyncio.sleep(5.0)
        stage.host.on_engine_restarted()
        await asyncio.sleep(1.0)
        stage.line.offer_answered(b"theirs")
        await asyncio.sleep(7200.0)
        assert ByeReceived() not in stage.events
        assert len(stage.host) == 1
        stage.hang_up()

    run_in_virtual_time(story())


def test_called_party_may_ring_for_longer_than_lost_media_is_waited_for() -> None:
    """A call that begins here has media once the called party answers."""

    async def story() -> None:
        stage = harness_for(music, offer=b"", answers_at_once=False, playback_seconds=10.0)
        stage.begin()
        await asyncio.sleep(4 * MEDIA_SECONDS)
        assert ByeReceived() not in stage.events
        stage.line.acknowledged(b"theirs")
        await asyncio.sleep(5.0)
        assert len(stage.played) > 0
        assert ByeReceived() not in stage.events
        stage.hang_up()

    run_in_virtual_time(story())
