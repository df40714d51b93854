"""Videos of recordings on real files, keys and databases: sealed while recorded, finished, played and erased."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from recording_setup import ANNA, TENANT, RecordingSetup
from test_recording_archive import new_recording
from video_pictures import FRAMES_PER_SECOND, pictures, probe

from unificx.audio_store import CorruptAudio, sound_holding
from unificx.audio_store.file_format import AudioHeader
from unificx.core.errors import Expired, NotFound
from unificx.media import vp8
from unificx.privacy import DataSubject, Files
from unificx.recording import CallRecording, Listener
from unificx.recording.archive import CallRecordingWriter

RATE = 16000
STEP = 1 / FRAMES_PER_SECOND
TONE = (b"\x00\x20" * 20 + b"\x00\xe0" * 20) * 20
"""Sound of the time of one frame."""
LISTENER = Listener(ANNA.subject, "Anna", "own")


async def begin(room: RecordingSetup) -> CallRecordingWriter:
    made = await room.archive.begin(replace(new_recording(room), mixed=True, video=True))
    room.writers.append(made.writer)
    return made


async def show(room: RecordingSetup, made: CallRecordingWriter, frames: tuple[vp8.Frame, ...]) -> None:
    """Record a segment: sound and these frames in real order, one frame with the sound of its time."""
    assert made.video is not None
    made.video.begin_segment()
    for frame in frames:
        room.clock.advance(STEP)
        await made.write(TONE, RATE)
        made.video.add_frame(frame)


async def finished(room: RecordingSetup, made: CallRecordingWriter) -> CallRecording:
    await made.finish("over")
    assert await room.transcoder.videos.finish_all() == 1
    return await room.archive.get(TENANT, made.id)


async def played(room: RecordingSetup, recording: CallRecording) -> bytes:
    reader = await room.archive.open_video_for_listener(recording, LISTENER)
    return b"".join([piece async for piece in reader.stream()])


@pytest.mark.promise("C10", "C8")
async def test_a_video_is_sealed_finished_and_read_by_a_foreign_reader(room: RecordingSetup, tmp_path: Path) -> None:
    made = await begin(room)
    await show(room, made, pictures(6))
    assert not (await room.archive.of_call(TENANT, made.new.call_id))
    stored = await finished(room, made)
    assert stored.video
    await room.transcoder.transcode_all()
    names = sorted(each.name for each in room.all_files())
    assert names == [f"opus-{stored.audio_id}", f"video-{stored.audio_id}"]
    key_frame = pictures(6)[0].data
    assert not any(key_frame[10:60] in each.read_bytes() or b"webm" in each.read_bytes() for each in room.all_files())
    file = tmp_path / "played.webm"
    file.write_bytes(whole := await played(room, stored))
    assert key_frame in whole
    shown = probe(file)
    video, sound = shown["streams"]
    assert (video["codec_name"], video["width"], int(video["nb_read_frames"])) == (
        "vp8",
        320,
        119,
    )  # the last one is behind the sound
    assert (sound["codec_name"], int(sound["nb_read_frames"])) == ("opus", 300)
    assert float(shown["format"]["duration"]) == stored.seconds == 6.0
    [entry] = await room.archive.playback_log(stored)
    assert entry.listener == "Anna"


async def test_a_pause_takes_no_time_and_needs_a_new_key_frame(room: RecordingSetup, tmp_path: Path) -> None:
    made, frames = await begin(room), pictures(6)
    await show(room, made, frames[:30])
    room.clock.advance(60)
    await show(room, made, frames[70:120])
    stored = await finished(room, made)
    file = tmp_path / "played.webm"
    file.write_bytes(await played(room, stored))
    shown = probe(file)
    assert float(shown["format"]["duration"]) == stored.seconds == 4.0
    assert int(shown["streams"][0]["nb_read_frames"]) == 30 + 39  # from the key frame at 80


@pytest.mark.promise("R1")
async def test_erasing_an_owner_erases_the_video(room: RecordingSetup) -> None:
    made = await begin(room)
    await show(room, made, pictures(2))
    stored = await finished(room, made)
    await room.audio.erase_subject(TENANT, "s-bert")
    assert room.all_files() == []
    with pytest.raises(Expired):
        await played(room, stored)


async def test_erasing_during_the_recording_leaves_nothing(room: RecordingSetup) -> None:
    made = await begin(room)
    await show(room, made, pictures(12))
    assert any(each.name.startswith("clusters-") for each in room.all_files())
    await room.audio.erase_subject(TENANT, "s-bert")
    await made.finish("over")
    assert await room.transcoder.videos.finish_all() == 0
    assert room.all_files() == []


async def test_a_crash_loses_the_last_seconds_only(room: RecordingSetup, tmp_path: Path) -> None:
    made = await begin(room)
    await show(room, made, pictures(12))
    await room.audio.recover()
    room.crash()
    await room.audio.recover()
    await room.restart()
    assert await room.transcoder.videos.finish_all() == 1
    stored = await room.archive.get(TENANT, made.id)
    assert stored.ended == "cut_off"
    file = tmp_path / "played.webm"
    file.write_bytes(await played(room, stored))
    assert int(probe(file)["streams"][0]["nb_read_frames"]) >= 40
    assert await room.audio.delete_orphans() == 0


async def test_a_finished_video_is_made_again_after_a_crash_in_between(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await begin(room)
    await show(room, made, pictures(2))
    await made.finish("over")
    with monkeypatch.context() as patch:
        patch.setattr("unificx.recording.video_finisher.set_video", lambda *_: asyncio.sleep(0, 1 / 0))
        with pytest.raises(ZeroDivisionError):
            await room.transcoder.videos.finish_all()
    room.build()
    assert await room.transcoder.videos.finish_all() == 1
    names = {each.name.partition("-")[0] for each in room.all_files()}
    assert "video" in names
    assert "clusters" not in names


async def test_without_a_camera_there_is_no_video(room: RecordingSetup) -> None:
    made = await begin(room)
    await show(room, made, ())
    await made.write(TONE * 20, RATE)
    stored = await finished(room, made)
    assert not stored.video
    with pytest.raises(NotFound):
        await played(room, stored)
    assert [each.name for each in room.all_files()] == [stored.audio_id]


async def test_clusters_of_another_recording_are_not_opened(room: RecordingSetup) -> None:
    recordings = [await begin(room), await begin(room)]
    for made in recordings:
        await show(room, made, pictures(2))
        await made.finish("over")
    first, second = sorted(each for each in room.all_files() if each.name.startswith("clusters-"))
    first.write_bytes(second.read_bytes())
    await room.transcoder.videos.finish_all()
    videos = [(await room.archive.get(TENANT, made.id)).video for made in recordings]
    assert sorted(videos) == [False, True]


async def test_frames_that_wait_for_sound_are_bounded(room: RecordingSetup) -> None:
    made = await begin(room)
    await made.write(TONE, RATE)
    assert made.video is not None
    big = vp8.Frame(pictures(2)[0].data + bytes(900_000), key=True)
    for _ in range(50):
        made.video.add_frame(big)
    await made.write(TONE * 40, RATE)
    stored = await finished(room, made)
    assert len(await played(room, stored)) < 9 << 20
    assert stored.video


@pytest.mark.promise("D1")
async def test_an_access_copy_has_the_video(room: RecordingSetup) -> None:
    made = await begin(room)
    await show(room, made, pictures(2))
    stored = await finished(room, made)
    holding = sound_holding(room.database, room.audio)
    owner = DataSubject(TENANT, ANNA.subject)
    exports = [each for each in holding.export(owner, room.keys) if isinstance(each, Files)]
    copied = {file.path: b"".join([piece async for piece in file.read()]) async for file in exports[0].read()}
    assert copied[f"audio/{stored.audio_id}.webm"] == await played(room, stored)


async def test_a_damaged_or_missing_video_is_not_played(room: RecordingSetup) -> None:
    made = await begin(room)
    await show(room, made, pictures(1))
    stored = await finished(room, made)
    [video] = [each for each in room.all_files() if each.name == f"video-{stored.audio_id}"]
    whole = video.read_bytes()
    sound = bytes(AudioHeader(RATE))
    for damaged in (sound + whole[len(sound) :], b"UFXB" + whole[4:], b""):
        video.write_bytes(damaged)
        with pytest.raises(CorruptAudio):
            await played(room, stored)
    video.write_bytes(whole)
    assert await played(room, stored)
    video.unlink()
    with pytest.raises(Expired):
        await played(room, stored)
