"""Transcoding of finished recordings to Opus, under crashes, full disks and concurrent access."""

import asyncio
import errno
import os
import shutil
from array import array
from pathlib import Path

import pytest
from recording_setup import ANNA, RecordingSetup, new_message
from sqlalchemy import text

from unificx.audio_store import AudioReader, CorruptAudio, DerivedData, writer
from unificx.core.errors import Expired
from unificx.media.tones import level, rms, sine
from unificx.voicemail import VoicemailSettingsChange

RATE = 8000


def speech(seconds: float) -> bytes:
    return sine(443.7, 9000, round(seconds * RATE)).tobytes()


async def record(room: RecordingSetup, pcm: bytes, channels: int = 1) -> str:
    """Create a finished recording; return its id."""
    async with room.database.begin() as uow:
        writer = await room.audio.begin(uow, "acme", ("s-anna", "s-carl"), channels=channels)
    for at in range(0, len(pcm), 3200):
        await writer.write(pcm[at : at + 3200], RATE)
    async with room.database.begin() as uow:
        await room.audio.finish(uow, writer)
    return writer.id


async def open_recording(room: RecordingSetup, audio_id: str) -> AudioReader:
    return await room.audio.open("acme", audio_id)


async def form(room: RecordingSetup, audio_id: str) -> str | None:
    async with room.database.read() as session:
        return await session.scalar(text("SELECT form FROM audio WHERE id = :id"), {"id": audio_id})


def sounds_alike(pcm: bytes, other: bytes) -> None:
    assert len(pcm) == len(other)
    middle = slice(RATE // 2, RATE)
    assert level(array("h", other)[middle], 443.7) == pytest.approx(level(array("h", pcm)[middle], 443.7), rel=0.1)


@pytest.mark.promise("T2")
async def test_transcoded_opus_has_the_same_length(room: RecordingSetup) -> None:
    pcm = speech(7.3)
    audio_id = await record(room, pcm)
    before = room.all_files()[0].stat().st_size
    assert await room.transcoder.transcode_all() == 1
    reader = await open_recording(room, audio_id)
    assert reader.ogg is not None
    assert (reader.length, reader.seconds, reader.header.rate) == (len(pcm), pytest.approx(7.3), RATE)
    sounds_alike(pcm, await reader.read())
    sounds_alike(pcm[40_000:72_000], await reader.read(40_000, 72_000))
    [file] = room.all_files()
    assert file.stat().st_size < before / 6
    assert file.stat().st_mode & 0o077 == 0
    assert await room.transcoder.transcode_all() == 0
    assert await room.audio.delete_orphans() == 0


async def test_long_recording_is_read_from_any_position(room: RecordingSetup) -> None:
    """Longer than one chunk of the sealed file, so that seeking is required."""
    noise = os.urandom(RATE * 2 * 20)
    pcm = noise * 6 + speech(20)
    reader_id = await record(room, pcm)
    await room.transcoder.transcode_all()
    reader = await open_recording(room, reader_id)
    assert reader.ogg is not None
    assert reader.ogg.length > 5 * reader.header.chunk
    sounds_alike(speech(2), await reader.read(len(pcm) - 64_000, len(pcm) - 32_000))
    assert (await reader.read(len(pcm), len(pcm) + 2)) == b""
    assert len(await reader.read(len(pcm) - 2)) == 2


async def test_two_channels_stay_separate(room: RecordingSetup) -> None:
    pcm = array("h", [0]) * (RATE * 6)
    pcm[::2] = sine(443.7, 9000, RATE * 3)
    audio_id = await record(room, pcm.tobytes(), channels=2)
    await room.transcoder.transcode_all()
    received = array("h", await (await open_recording(room, audio_id)).read())
    assert rms(received[::2]) > 5000
    assert rms(received[1::2]) < 10


async def test_waveform_is_stored_and_erased_with_the_recording(room: RecordingSetup) -> None:
    pcm = speech(1) + bytes(16_000) + array("h", [each // 2 for each in array("h", speech(1))]).tobytes()
    audio_id = await record(room, pcm)
    assert await room.audio.derived("acme", [audio_id]) == {}
    await room.transcoder.transcode_all()
    waveform = (await room.audio.derived("acme", [audio_id]))[audio_id].waveform
    assert len(waveform) == 200
    assert set(waveform[2:65]) <= {99, 100}
    assert set(waveform[68:132]) == {0}
    assert set(waveform[136:198]) <= {49, 50}
    assert await room.audio.derived("globex", [audio_id]) == {}
    await room.audio.erase("acme", [audio_id])
    assert await room.audio.derived("acme", [audio_id]) == {}
    async with room.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM audio_derived")) == 0


@pytest.mark.promise("T2", "R1")
@pytest.mark.parametrize("owner", ["s-anna", "s-carl"])
async def test_derived_data_is_erased_with_any_owner(room: RecordingSetup, owner: str) -> None:
    """Immediately, through the key, before the row is deleted."""
    audio_id = await record(room, speech(1))
    await room.transcoder.transcode_all()
    room.keys.destroy("acme", owner)
    assert (await room.audio.derived("acme", [audio_id]))[audio_id] == DerivedData()


@pytest.mark.promise("R1", "T2", "D3")
async def test_backup_without_keys_restores_nothing(room: RecordingSetup, tmp_path: Path) -> None:
    audio_id, other = await record(room, speech(2)), await record(room, speech(2))
    await room.transcoder.transcode_all()
    shutil.copytree(room.files, tmp_path / "backup")
    async with room.database.read() as session:
        waveform = await session.scalar(
            text("SELECT waveform FROM audio_derived WHERE audio_id = :id"), {"id": audio_id}
        )
    await room.audio.erase("acme", [audio_id])
    shutil.rmtree(room.files)
    shutil.copytree(tmp_path / "backup", room.files)
    async with room.database.begin() as uow:
        await uow.session.execute(text("UPDATE audio SET state = 'kept'"))
        of = {"id": audio_id, "subject": f"audio-{audio_id}", "waveform": waveform}
        for owner in ("s-anna", "s-carl"):
            await uow.session.execute(
                text("INSERT INTO audio_owner (audio_id, subject_id, tenant_id) VALUES (:id, :owner, 'acme')"),
                {"id": audio_id, "owner": owner},
            )
        await uow.session.execute(
            text(
                "INSERT INTO audio_derived (audio_id, tenant_id, subject_id, waveform) VALUES (:id, 'acme', :subject, :waveform)"
            ),
            of,
        )
    with pytest.raises(Expired):
        await open_recording(room, audio_id)
    assert (await room.audio.derived("acme", [audio_id]))[audio_id] == DerivedData()
    assert (await open_recording(room, other)).seconds == 2
    assert (await room.audio.derived("acme", [other]))[other].waveform


async def test_tenant_may_keep_uncompressed_audio(room: RecordingSetup) -> None:
    await room.boxes.change_tenant("acme", VoicemailSettingsChange(keep_wav=True))
    pcm = speech(2.2)
    audio_id = await record(room, pcm)
    assert await room.transcoder.transcode_all() == 1
    reader = await open_recording(room, audio_id)
    assert reader.ogg is None
    assert await reader.read() == pcm
    assert (await room.audio.derived("acme", [audio_id]))[audio_id].waveform
    assert await room.transcoder.transcode_all() == 0
    await room.restart()
    assert room.boxes.tenant_settings("acme").keep_wav


async def test_open_reader_continues_after_transcoding(room: RecordingSetup) -> None:
    pcm = speech(40)
    audio_id = await record(room, pcm)
    pieces = (await open_recording(room, audio_id)).stream()
    received = await anext(pieces)
    await room.transcoder.transcode_all()
    async for piece in pieces:
        received += piece
    sounds_alike(pcm, received)
    assert rms(array("h", received)[-RATE:]) == pytest.approx(rms(array("h", pcm)[-RATE:]), rel=0.1)


@pytest.mark.promise("R1")
async def test_open_reader_fails_after_erasure(room: RecordingSetup) -> None:
    audio_id = await record(room, speech(40))
    await room.transcoder.transcode_all()
    reader = await open_recording(room, audio_id)
    await room.audio.erase("acme", [audio_id])
    with pytest.raises(Expired):
        await reader.read()


@pytest.mark.promise("R1", "T2")
async def test_erasure_during_transcoding_leaves_no_file(room: RecordingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    audio_id = await record(room, speech(40))
    began, go_on = asyncio.Event(), asyncio.Event()
    put, loop = writer.SealedFileWriter.finish, asyncio.get_running_loop()

    def slow(self: writer.SealedFileWriter) -> bool:
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return put(self)

    monkeypatch.setattr(writer.SealedFileWriter, "finish", slow)
    work = asyncio.create_task(room.transcoder.transcode_all())
    await began.wait()
    await room.audio.erase("acme", [audio_id])
    go_on.set()
    await work
    assert room.all_files() == []
    with pytest.raises(Expired):
        await open_recording(room, audio_id)


@pytest.mark.promise("T2")
async def test_crash_during_transcoding_restarts_it(room: RecordingSetup, tmp_path: Path) -> None:
    pcm = speech(3)
    audio_id = await record(room, pcm)
    torn = room.files / audio_id[-2:] / f"opus-{audio_id}"
    torn.write_bytes(b"half a file")
    await room.restart()
    assert [path.name for path in room.all_files()] == [audio_id]
    torn.write_bytes(b"half a file")
    assert await room.transcoder.transcode_all() == 1
    sounds_alike(pcm, await (await open_recording(room, audio_id)).read())
    assert [path.name for path in room.all_files()] == [f"opus-{audio_id}"]


async def test_leftover_samples_are_deleted_after_a_crash(room: RecordingSetup, tmp_path: Path) -> None:
    audio_id = await record(room, speech(2))
    samples = room.files / audio_id[-2:] / audio_id
    shutil.copy(samples, tmp_path / "copy")
    await room.transcoder.transcode_all()
    shutil.copy(tmp_path / "copy", samples)
    await room.restart()
    assert [path.name for path in room.all_files()] == [f"opus-{audio_id}"]


async def test_full_disk_postpones_transcoding(room: RecordingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    pcm = speech(3)
    audio_id = await record(room, pcm)

    def full(file, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(writer, "_write_all", full)
        assert await room.transcoder.transcode_all() == 0
    assert [path.name for path in room.all_files()] == [audio_id]
    assert await (await open_recording(room, audio_id)).read() == pcm
    assert await room.transcoder.transcode_all() == 1


async def test_corrupt_recording_is_skipped(room: RecordingSetup) -> None:
    first, second = await record(room, speech(2)), await record(room, speech(2))
    file = room.files / first[-2:] / first
    whole = bytearray(file.read_bytes())
    whole[9000] ^= 1
    file.write_bytes(whole)
    assert await room.transcoder.transcode_all() == 1
    assert await room.transcoder.transcode_all() == 0
    assert (await form(room, first), await form(room, second)) == ("new", "opus")
    assert {path.name for path in room.all_files()} == {first, f"opus-{second}"}


@pytest.mark.promise("T2")
async def test_modified_opus_file_is_detected(room: RecordingSetup) -> None:
    audio_id = await record(room, os.urandom(RATE * 2 * 40))
    await room.transcoder.transcode_all()
    [path] = room.all_files()
    whole, chunk = path.read_bytes(), 16_384 + 28
    assert len(whole) > 3 * chunk
    first, second = whole[16 : 16 + chunk], whole[16 + chunk : 16 + 2 * chunk]
    changed = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 1999)]
    moved = [
        whole[:16] + second + first + whole[16 + 2 * chunk :],
        whole[:16] + second,
        whole[:-1],
        whole[: 16 + chunk],
    ]
    for damaged in (*changed, *moved):
        path.write_bytes(damaged)
        with pytest.raises(CorruptAudio):
            await (await open_recording(room, audio_id)).read()


async def test_worker_transcodes_a_new_message(room: RecordingSetup) -> None:
    work = asyncio.create_task(room.transcoder.run())
    draft = await room.boxes.begin(new_message())
    await draft.write(speech(2), RATE)
    assert await draft.store()
    async with asyncio.timeout(10):
        while await form(room, draft.message.audio_id) != "opus":
            await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    [listed] = await room.boxes.list("acme", [ANNA.id])
    assert max(listed.derived.waveform) == 100
