"""Apps whose media engine is lost and does not return."""

import asyncio

import pytest
from app_harness import harness_for
from virtual_time import run_in_virtual_time

from unificx.callapps import Call
from unificx.callapps.media_session import MEDIA_SECONDS
from unificx.sip.legs import ByeReceived


@pytest.mark.parametrize("engine_returns", [False, True])
def test_caller_is_released_if_media_does_not_return(engine_returns: bool) -> None:
    """No media engine starts, or the phone does not answer the offer made with a new one."""

    async def story() -> None:
        async def app(call: Call) -> None:
            await call.music()

        stage = harness_for(app, playback_seconds=10.0)
        stage.begin()
        await asyncio.sleep(5.0)
        stage.running.clear()
        await asyncio.sleep(MEDIA_SECONDS)
        if engine_returns:
            stage.running.set()
            stage.host.on_engine_restarted()
        assert ByeReceived() not in stage.events
        await asyncio.sleep(2 * MEDIA_SECONDS)
        assert stage.events[-1] == ByeReceived()
        assert len(stage.host) == 0

    run_in_virtual_time(story())
