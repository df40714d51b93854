"""Audio that a crash has left between two steps of storing it."""

from datetime import timedelta

import pytest
from recording_setup import ANNA, TENANT, RecordingSetup, new_message
from test_audio_store import noise

from unificx.audio_store import AudioStore, UnusedAudio
from unificx.core.errors import Expired
from unificx.media.sounds import Sound

MUSIC = (TENANT, "any", "music/hold")


class Crash(BaseException):
    """The end of the process."""


async def crashes(*_: object) -> None:
    raise Crash


async def erased_by_sweep(room: RecordingSetup) -> int:
    """Return how much audio the sweep of the next process erases."""
    await room.restart()
    await room.custom_sounds.start()
    sweep = UnusedAudio(room.database, room.audio)
    assert await sweep.sweep() == 0  # it may be about to be named
    room.clock.advance(timedelta(days=1, hours=1).total_seconds())
    return await sweep.sweep()


@pytest.mark.promise("D3")
async def test_a_greeting_that_was_being_recorded_is_erased(room: RecordingSetup) -> None:
    writer = await room.boxes.greetings.begin(ANNA)
    room.writers.append(writer)
    await writer.write(noise(2), 8000)
    assert await erased_by_sweep(room) == 1
    assert room.all_files() == []
    with pytest.raises(Expired):
        await room.audio.open(TENANT, writer.id)


@pytest.mark.promise("D3")
@pytest.mark.parametrize("first", [None, ANNA.subject])
async def test_the_earlier_sound_is_erased_if_a_crash_followed_its_replacement(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch, first: str | None
) -> None:
    before = await room.custom_sounds.put(MUSIC, Sound(noise(1), 8000), first)
    with monkeypatch.context() as patch:
        patch.setattr(AudioStore, "erase", crashes)
        with pytest.raises(Crash):
            await room.custom_sounds.put(MUSIC, Sound(noise(2), 8000))
    assert await erased_by_sweep(room) == 1
    with pytest.raises(Expired):
        await room.audio.open(TENANT, before.audio_id)
    [after] = room.custom_sounds.all(TENANT)
    assert (await (await room.custom_sounds.open(after)).read()) == noise(2)
    assert [path.name for path in room.all_files()] == [after.audio_id]


@pytest.mark.promise("D3")
async def test_a_greeting_is_active_and_the_earlier_one_erased_if_a_crash_followed(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.boxes.greetings.store(ANNA, Sound(noise(1), 8000), "no_answer")
    with monkeypatch.context() as patch:
        patch.setattr(AudioStore, "erase", crashes)
        with pytest.raises(Crash):
            await room.boxes.greetings.store(ANNA, Sound(noise(2), 8000), "no_answer")
    assert await erased_by_sweep(room) == 1
    assert await (await room.boxes.greetings.open_current(TENANT, ANNA.id, "missed")).read() == noise(2)
    assert len(room.all_files()) == 1


async def test_audio_that_an_area_names_stays(room: RecordingSetup) -> None:
    await room.boxes.greetings.store(ANNA, Sound(noise(1), 8000), "busy")
    await room.custom_sounds.put(MUSIC, Sound(noise(1), 8000))
    message = await room.boxes.begin(new_message())
    await message.write(noise(3), 8000)
    assert await message.store()
    assert await erased_by_sweep(room) == 0
    assert len(room.all_files()) == 3
