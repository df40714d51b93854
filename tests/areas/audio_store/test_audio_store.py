"""Audio at rest: sealed, seekable, repaired after a crash, unreadable after erasure."""

import asyncio
import errno
import os
import shutil
import threading
from array import array
from dataclasses import replace
from pathlib import Path

import pytest
from recording_setup import RecordingSetup
from sqlalchemy import text

from unificx.audio_store import OPUS, AudioStore, AudioWriter, CorruptAudio, LocalBlobStore, file_name, set_audio_form
from unificx.audio_store import writer as writer_module
from unificx.audio_store.file_format import AudioHeader
from unificx.audio_store.repository import CLUSTERS, NEW, NO_VIDEO, WEBM, AudioFiles, set_video, store_sizes, video_name
from unificx.audio_store.wav import WAV_HEADER_SIZE, wav_header
from unificx.core.clock import ManualClock
from unificx.core.errors import Expired, NotFound, StorageFull
from unificx.media.tones import sine
from unificx.privacy import KeyStore

RATE = 8000


def noise(seconds: float, rate: int = RATE) -> bytes:
    return sine(443.7, 9000, round(seconds * rate), rate=rate).tobytes()


async def begin_recording(
    room: RecordingSetup,
    pcm: bytes,
    owners: tuple[str, ...] = ("s-anna", "s-carl"),
    rate: int = RATE,
    channels: int = 1,
) -> AudioWriter:
    async with room.database.begin() as uow:
        writer = await room.audio.begin(uow, "acme", owners, channels=channels)
    room.writers.append(writer)
    for at in range(0, len(pcm), 3200):
        await writer.write(pcm[at : at + 3200], rate)
    return writer


async def record(room: RecordingSetup, pcm: bytes, **more) -> str:
    writer = await begin_recording(room, pcm, **more)
    async with room.database.begin() as uow:
        await room.audio.finish(uow, writer)
    return writer.id


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("seconds", [0.1, 0.5, 1.0, 3.3])
async def test_written_samples_are_read_back(room: RecordingSetup, rate: int, seconds: float) -> None:
    pcm = noise(seconds, rate)
    reader = await room.audio.open("acme", await record(room, pcm, rate=rate))
    assert await reader.read() == pcm
    assert (reader.header.rate, reader.length, reader.seconds) == (rate, len(pcm), pytest.approx(seconds))


async def test_two_channels_are_stored_separately(room: RecordingSetup) -> None:
    pcm = noise(2.3)
    reader = await room.audio.open("acme", await record(room, pcm, channels=2))
    assert await reader.read() == pcm
    assert (reader.header.channels, reader.seconds) == (2, pytest.approx(1.15))


@pytest.mark.parametrize(("start", "end"), [(0, 1), (7999, 8001), (8000, 16000), (31_999, 40_000), (20_001, None)])
async def test_reading_can_start_at_any_position(room: RecordingSetup, start: int, end: int | None) -> None:
    pcm = noise(2.7)
    reader = await room.audio.open("acme", await record(room, pcm))
    assert await reader.read(start, end) == pcm[start:end]


@pytest.mark.promise("T2")
async def test_no_plaintext_on_disk(room: RecordingSetup, tmp_path: Path) -> None:
    pcm = noise(4)
    await record(room, pcm)
    await begin_recording(room, pcm)  # also one that is still being written
    everything = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert sum(map(len, everything.values())) > 2 * len(pcm) * 0.8
    needles = [pcm[at : at + 32] for at in range(0, len(pcm) - 32, 1600)]
    assert [path for path, data in everything.items() for needle in needles if needle in data] == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in room.all_files())


@pytest.mark.promise("T2")
async def test_modified_removed_or_moved_bytes_are_detected(room: RecordingSetup) -> None:
    pcm = noise(2.2)
    audio_id = await record(room, pcm)
    [path] = room.all_files()
    whole = path.read_bytes()
    chunk = 8000 + 28
    begin = 16
    changed = bytes(one ^ (at == 5000) for at, one in enumerate(whole))
    swapped = (
        whole[:begin]
        + whole[begin + chunk : begin + 2 * chunk]
        + whole[begin : begin + chunk]
        + whole[begin + 2 * chunk :]
    )
    for damaged in (changed, swapped, whole[:begin] + whole[begin + chunk :], whole[: begin + 2 * chunk], whole[:-1]):
        path.write_bytes(damaged)
        with pytest.raises(CorruptAudio):
            await (await room.audio.open("acme", audio_id)).read()
    path.write_bytes(whole)
    assert await (await room.audio.open("acme", audio_id)).read() == pcm


async def test_swapped_recording_does_not_decrypt(room: RecordingSetup) -> None:
    first, second = await record(room, noise(1)), await record(room, noise(1))
    ours, theirs = room.files / first[-2:] / first, room.files / second[-2:] / second
    shutil.copy(theirs, ours)
    with pytest.raises(CorruptAudio):
        await (await room.audio.open("acme", first)).read()


async def test_recording_of_another_tenant_is_not_found(room: RecordingSetup) -> None:
    audio_id = await record(room, noise(1))
    with pytest.raises(NotFound):
        await room.audio.open("globex", audio_id)


async def test_crash_loses_less_than_a_second(room: RecordingSetup) -> None:
    """After a crash only the last incomplete chunk is lost."""
    pcm = noise(5.3)
    writer = await begin_recording(room, pcm)
    with (room.files / writer.id[-2:] / writer.id).open("ab") as file:
        file.write(b"a chunk that was torn off" * 40)
    room.crash()
    found = await room.audio.recover()
    assert len(pcm) / 2 / RATE - 1 < found[writer.id] <= len(pcm) / 2 / RATE
    stored = await (await room.audio.open("acme", writer.id)).read()
    assert pcm.startswith(stored)
    assert len(stored) / 2 / RATE == found[writer.id]
    assert await room.audio.recover() == {}


async def test_file_closed_before_the_crash_is_complete(room: RecordingSetup) -> None:
    pcm = noise(1.3)
    writer = await begin_recording(room, pcm)
    assert await writer.close()
    room.crash()
    assert await room.audio.recover() == {writer.id: pytest.approx(1.3)}
    assert await (await room.audio.open("acme", writer.id)).read() == pcm


async def test_closing_that_was_cancelled_can_be_repeated(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    pcm = noise(1.3)
    writer = await begin_recording(room, pcm)
    store, begun, disk = os.fdatasync, threading.Event(), threading.Event()

    def wait_for_disk(descriptor: int) -> None:
        begun.set()
        disk.wait()
        store(descriptor)

    monkeypatch.setattr(os, "fdatasync", wait_for_disk)
    closing = asyncio.create_task(writer.close())
    await asyncio.to_thread(begun.wait)
    closing.cancel()
    await asyncio.sleep(0.1)
    waits = not closing.done()  # so that the file is not removed beside the thread that writes it
    disk.set()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert waits
    async with room.database.begin() as uow:
        assert await room.audio.finish(uow, writer)
    assert await (await room.audio.open("acme", writer.id)).read() == pcm


async def test_recording_without_samples_is_gone_after_a_crash(room: RecordingSetup) -> None:
    writer = await begin_recording(room, b"")
    room.crash()
    assert await room.audio.recover() == {writer.id: 0.0}
    with pytest.raises(Expired):
        await room.audio.open("acme", writer.id)


async def test_recording_in_progress_is_readable(room: RecordingSetup) -> None:
    pcm = noise(2.9)
    writer = await begin_recording(room, pcm)
    assert await (await room.audio.open("acme", writer.id)).read() == pcm[: 5 * 8000]


async def test_full_disk_ends_recording_and_written_part_stays_readable(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    pcm = noise(1.0)
    writer = await begin_recording(room, pcm)
    before = writer_module._write_all

    def full(file, data: bytes) -> None:
        file.write(data[:1000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer_module, "_write_all", full)
    with pytest.raises(StorageFull):
        await writer.write(pcm, RATE)
    with pytest.raises(StorageFull):
        await writer.write(pcm, RATE)
    async with room.database.begin() as uow:
        await room.audio.finish(uow, writer)
    assert await (await room.audio.open("acme", writer.id)).read() == pcm
    monkeypatch.setattr(writer_module, "_write_all", before)
    room.crash()
    assert await room.audio.recover() == {writer.id: 1.0}
    assert await (await room.audio.open("acme", writer.id)).read() == pcm


async def test_audio_without_its_file_is_reported_as_erased(room: RecordingSetup) -> None:
    audio_id = await record(room, noise(1))
    (room.files / audio_id[-2:] / audio_id).unlink()
    with pytest.raises(Expired):
        await room.audio.open("acme", audio_id)


@pytest.mark.parametrize(
    "changed", [{"rate": 44_100}, {"channels": 3}, {"encoding": 4}, {"rate": 8_000, "encoding": 3}]
)
def test_an_impossible_header_is_corrupt(changed: dict[str, int]) -> None:
    header = AudioHeader(RATE)
    assert AudioHeader.parse(bytes(header)) == header
    with pytest.raises(CorruptAudio):
        AudioHeader.parse(bytes(replace(header, **changed)))
    wrong_chunk = bytes(header)[:-1] + b"\x01"
    for damaged in (wrong_chunk, b"UFXB" + bytes(header)[4:], bytes(header)[:-1]):
        with pytest.raises(CorruptAudio):
            AudioHeader.parse(damaged)


@pytest.mark.promise("R1", "T2")
async def test_erased_recording_is_gone_and_reported_as_erased(room: RecordingSetup) -> None:
    audio_id, other = await record(room, noise(1)), await record(room, noise(1))
    await room.audio.erase("acme", [audio_id])
    assert [path.name for path in room.all_files()] == [other]
    with pytest.raises(Expired):
        await room.audio.open("acme", audio_id)
    await room.audio.erase("acme", [audio_id])
    assert (await room.audio.open("acme", other)).length == 16000


@pytest.mark.promise("R1", "T2", "D3")
async def test_backup_from_before_erasure_cannot_be_read(room: RecordingSetup, tmp_path: Path) -> None:
    audio_id, other = await record(room, noise(1)), await record(room, noise(1))
    shutil.copytree(room.files, tmp_path / "backup")
    async with room.database.read() as session:
        wrapped = {row.id: row.wrapped for row in await session.execute(text("SELECT id, wrapped FROM audio"))}
    await room.audio.erase("acme", [audio_id])
    shutil.rmtree(room.files)
    shutil.copytree(tmp_path / "backup", room.files)
    async with room.database.begin() as uow:  # with the database backup too
        await uow.session.execute(text("UPDATE audio SET state = 'kept'"))
        for subject in ("s-anna", "s-carl"):
            await uow.session.execute(
                text("INSERT INTO audio_owner (audio_id, subject_id, tenant_id) VALUES (:id, :subject, 'acme')"),
                {"id": audio_id, "subject": subject},
            )
    assert wrapped[audio_id]
    with pytest.raises(Expired):
        await room.audio.open("acme", audio_id)
    assert (await room.audio.open("acme", other)).length == 16000


@pytest.mark.promise("T2")
@pytest.mark.parametrize("owner", ["s-anna", "s-carl"])
async def test_recording_is_erased_with_any_owner(room: RecordingSetup, owner: str) -> None:
    audio_id, other = await record(room, noise(1)), await record(room, noise(1), owners=("s-ben",))
    room.keys.destroy("acme", owner)
    with pytest.raises(Expired):
        await room.audio.open("acme", audio_id)
    await room.audio.erase_subject("acme", owner)
    assert [path.name for path in room.all_files()] == [other]
    assert (await room.audio.open("acme", other)).length == 16000


async def test_other_master_key_or_key_store_decrypts_nothing(
    room: RecordingSetup, tmp_path: Path, clock: ManualClock
) -> None:
    audio_id = await record(room, noise(1))
    fresh = KeyStore(tmp_path / "others.db", bytes(32), clock)
    try:
        room.keys = fresh
        room.crash()
        with pytest.raises(Expired):
            await room.audio.open("acme", audio_id)
    finally:
        fresh.close()


async def test_orphaned_files_are_deleted(room: RecordingSetup) -> None:
    audio_id = await record(room, noise(1))
    (room.files / "ab").mkdir(exist_ok=True)
    (room.files / "ab" / "0123456789ab").write_bytes(b"stray")
    writer = await begin_recording(room, noise(1))
    assert await room.audio.delete_orphans() == 1
    assert {path.name for path in room.all_files()} == {audio_id, writer.id}


def on_another_node(room: RecordingSetup, folder: Path) -> AudioStore:
    """Return the store of a node with the same database and an own disk."""
    return AudioStore(replace(room.audio._deps, blobs=LocalBlobStore(folder)))


async def test_bytes_of_finished_audio_are_the_same_on_each_node(room: RecordingSetup, tmp_path: Path) -> None:
    other_node = on_another_node(room, tmp_path / "other disk")
    assert await other_node.stored_bytes() == {}
    first, other = await record(room, noise(1)), await record(room, noise(2))
    size = {path.name: path.stat().st_size for path in room.all_files()}
    await begin_recording(room, noise(1))  # in progress
    assert await other_node.stored_bytes() == {"acme": size[first] + size[other]}
    async with room.database.begin() as uow:
        await uow.session.execute(text("UPDATE audio SET tenant_id = 'globex' WHERE id = :id"), {"id": other})
    assert await room.audio.stored_bytes() == {"acme": size[first], "globex": size[other]}
    await room.audio.erase("acme", [first])
    assert await other_node.stored_bytes() == {"globex": size[other]}


async def test_sizes_of_older_files_are_looked_up_by_the_node_that_has_them(
    room: RecordingSetup, tmp_path: Path
) -> None:
    other_node = on_another_node(room, tmp_path / "other disk")
    audio_id, missing = await record(room, noise(1)), await record(room, noise(1))
    (room.files / missing[-2:] / missing).unlink()
    async with room.database.begin() as uow:  # as before sizes were stored
        await uow.session.execute(text("UPDATE audio SET size = NULL"))
    assert await other_node.stored_bytes() == {}
    assert await room.audio.stored_bytes(limit=0) is None  # the next call looks up further files
    size = (room.files / audio_id[-2:] / audio_id).stat().st_size
    assert await room.audio.stored_bytes() == {"acme": size}
    assert await other_node.stored_bytes() == {"acme": size}


async def test_a_replaced_file_counts_in_its_present_form(room: RecordingSetup) -> None:
    audio_id = await record(room, noise(1))
    opus = room.files / audio_id[-2:] / file_name(audio_id, OPUS)
    opus.write_bytes(bytes(77))
    files = AudioFiles("acme", audio_id, OPUS, NO_VIDEO)
    async with room.database.begin() as uow:
        assert await set_audio_form(uow.session, files, files.size(LocalBlobStore(room.files)))
    async with room.database.begin() as uow:  # a size of the former file that is stored late
        await store_sizes(uow.session, {AudioFiles("acme", audio_id, NEW, NO_VIDEO): 5})
    assert await room.audio.stored_bytes() == {"acme": 77}


async def test_a_size_is_looked_up_if_sound_and_video_are_replaced_at_once(room: RecordingSetup) -> None:
    audio_id = await record(room, noise(1))
    for name, size in (
        *((video_name(audio_id, form), size) for form, size in ((CLUSTERS, 1000), (WEBM, 600))),
        (file_name(audio_id, OPUS), 77),
    ):
        (room.files / audio_id[-2:] / name).write_bytes(bytes(size))
    async with room.database.begin() as uow:
        await uow.session.execute(text("UPDATE audio SET video = 'clusters'"))
    blobs = LocalBlobStore(room.files)
    video, sound = AudioFiles("acme", audio_id, NEW, WEBM), AudioFiles("acme", audio_id, OPUS, CLUSTERS)
    sizes = video.size(blobs), sound.size(blobs)  # both before either is stored
    async with room.database.begin() as uow:
        assert await set_video(uow.session, video, sizes[0])
    async with room.database.begin() as uow:
        assert await set_audio_form(uow.session, sound, sizes[1])
    assert await room.audio.stored_bytes() == {"acme": 77 + 600}


async def test_invalid_blob_ids_are_rejected(room: RecordingSetup) -> None:
    (room.home / "secret").write_text("x")
    for wrong in ("../secret", "", "..", "a/../../secret"):
        with pytest.raises(FileNotFoundError):
            LocalBlobStore(room.files).read(wrong, 0, 10)


def test_samples_are_unchanged() -> None:
    assert max(array("h", noise(0.1))) > 8000


def test_a_wav_header_of_more_than_four_gibibytes_says_the_greatest_size() -> None:
    header = wav_header(1 << 32, 16000, 2)
    assert len(header) == WAV_HEADER_SIZE
    assert header[4:8] == header[-4:] == b"\xff" * 4
