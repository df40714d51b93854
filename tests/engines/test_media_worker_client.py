"""Client of the media engine while no engine runs."""

import asyncio

from unificx.core.clock import SystemClock
from unificx.media_worker.client import MediaEngineClient


async def test_a_recording_between_two_engines_ends_at_once() -> None:
    engine = MediaEngineClient(SystemClock())
    recording = engine.record("tap", room="room")
    async with asyncio.timeout(5):
        assert [piece async for piece in recording] == []
    assert recording.reason == "lost"
    again = engine.record("tap", room="room")  # its name is free for the next attempt
    assert again.reason == "lost"
