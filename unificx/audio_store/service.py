"""Sealed audio: create, read and erase."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.audio_store import content_keys, derived, repository
from unificx.audio_store.blobs import BlobStore
from unificx.audio_store.file_format import HEADER_SIZE, AudioHeader, ChunkCipher, CorruptAudio
from unificx.audio_store.ports import Transcriber
from unificx.audio_store.reader import AudioReader
from unificx.audio_store.repository import (
    CLUSTERS,
    NEW,
    NO_VIDEO,
    WEBM,
    AudioFiles,
    AudioRecord,
    file_names,
    is_sound_file,
)
from unificx.audio_store.schemas import DerivedData
from unificx.audio_store.sealed_file import SealedFileReader, erased_error
from unificx.audio_store.video import create_video, open_video
from unificx.audio_store.writer import AudioWriter, repair
from unificx.core.clock import Clock
from unificx.core.errors import Expired, NotFound
from unificx.db import Database, UnitOfWork
from unificx.privacy import Erasure, KeyStore, lock_holds

log = structlog.get_logger()
EraseHook = Callable[[UnitOfWork, str, Sequence[str]], Awaitable[None]]
"""Called with a unit of work, a tenant and audio ids: the area deletes what it stores about them. Ids of other areas
may be among them."""
_BATCH_SIZE = 10
"""Audio ids erased per unit of work, for which others wait while keys and files are destroyed."""
_SIZES = 500
"""Files whose sizes are looked up per unit of work."""


@dataclass(frozen=True, slots=True)
class AudioStoreDependencies:
    """Dependencies of the audio store."""

    database: Database
    keys: KeyStore
    erasure: Erasure
    blobs: BlobStore
    transcriber: Transcriber | None = None

    @property
    def clock(self) -> Clock:
        return self.database.clock


class AudioStore:
    """All sealed audio of an installation."""

    def __init__(self, deps: AudioStoreDependencies) -> None:
        self.on_erase: list[EraseHook] = []
        """Erase hooks of the areas that refer to audio."""
        self._looked_up = ""
        """The last audio whose size was looked up in the present pass."""
        self.on_hide: list[EraseHook] = []
        """Hooks that hide audio under a hold, in place of its erasure."""
        self.held: list[Callable[[str], Select[str]]] = []
        """Selects of the areas: ids of the audio under a hold in a tenant."""
        self._deps = deps
        # Owner: this node: files that it is writing.
        self._writing: set[str] = set()
        self._finished = asyncio.Event()

    async def begin(
        self, uow: UnitOfWork, tenant_id: str, owners: Sequence[str], *, channels: int = 1, video: bool = False
    ) -> AudioWriter:
        """Create audio with one or two channels, and with a `video`, to be written once `uow` is committed. Raises
        ErasedSubject."""
        audio_id, blobs = self._deps.clock.new_id(), self._deps.blobs
        aead, wrapped = content_keys.create(self._deps.keys, tenant_id, audio_id, owners)
        key, form = (wrapped, owners), CLUSTERS if video else NO_VIDEO
        repository.add(uow.session, tenant_id, audio_id, self._deps.clock.now(), key, video=form)
        self._writing.add(audio_id)
        recording = (tenant_id, audio_id)
        clusters = create_video(blobs, recording, aead, CLUSTERS) if video else None
        return AudioWriter(blobs, recording, aead, channels, video=clusters)

    async def finish(self, uow: UnitOfWork, writer: AudioWriter) -> bool:
        """Close the file and mark the audio as stored; False if it was erased meanwhile. If there is no space to close
        the file, it stays readable as it is."""
        tenant_id, audio_id = writer.recording
        state = "kept" if await writer.close() else "open"
        files = AudioFiles(tenant_id, audio_id, NEW, CLUSTERS if writer.video is not None else NO_VIDEO)
        size = await asyncio.to_thread(files.size, self._deps.blobs)
        exists = await repository.close(uow.session, tenant_id, audio_id, state, size)
        if not exists:
            await self.remove_files([audio_id])
        self._writing.discard(audio_id)
        uow.after_commit.append(self._finished.set)
        return exists

    async def wait_finished(self, timeout_seconds: float) -> None:
        """Wait until any audio is finished, or for at most `timeout` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._finished.wait(), timeout_seconds)
        self._finished.clear()

    async def open(self, tenant_id: str, audio_id: str) -> AudioReader:
        """Open audio for reading. Raises NotFound; Expired if it was erased; CorruptAudio."""
        row, aead = await self.load(tenant_id, audio_id)
        try:
            stored = await asyncio.to_thread(self.open_file, row, aead)
        except Expired:
            again, aead = await self.load(tenant_id, audio_id)
            if again.file == row.file:
                raise
            # The file was replaced between the two lookups.
            stored = await asyncio.to_thread(self.open_file, again, aead)
        return AudioReader(stored, partial(self.open, tenant_id, audio_id))

    async def open_video(self, tenant_id: str, audio_id: str) -> SealedFileReader:
        """Open the finished video with this audio. Raises NotFound, also until it is finished; Expired if it was
        erased; CorruptAudio."""
        row, aead = await self.load(tenant_id, audio_id)
        if row.video != WEBM:
            raise NotFound("This recording has no video.", hint="It may still be in preparation.")
        try:
            return await asyncio.to_thread(open_video, self._deps.blobs, row, aead)
        except FileNotFoundError:
            raise erased_error() from None

    async def load(self, tenant_id: str, audio_id: str) -> tuple[AudioRecord, AESGCM]:
        """Return the record and its content key. Raises NotFound, Expired."""
        async with self._deps.database.read() as session:
            row = await repository.get(session, tenant_id, audio_id)
        if row is None:
            raise NotFound("Recording not found.")
        aead = content_keys.unwrap_content_key(self._deps.keys, tenant_id, audio_id, row.owners, row.wrapped)
        if row.state == "erased" or aead is None:
            raise erased_error()
        return row, aead

    async def derived(self, tenant_id: str, audio_ids: Sequence[str]) -> dict[str, DerivedData]:
        """Derived data (waveform, transcript) by audio id; none for audio without it, or erased."""
        async with self._deps.database.read() as session:
            rows = await repository.get_many(session, tenant_id, audio_ids)
            return await derived.load(session, self._deps.keys, tenant_id, rows)

    async def derived_copy(self, tenant_id: str, audio_id: str) -> Mapping[str, Any]:
        """Derived data for the access copy of an owner, by the names of the fields. Raises NotFound, Expired."""
        row, _ = await self.load(tenant_id, audio_id)
        async with self._deps.database.read() as session:
            return await derived.load_exported(session, self._deps.keys, row)

    def open_file(self, row: AudioRecord, aead: AESGCM) -> SealedFileReader:
        """Open the file. Blocking: call from a thread. Raises Expired, CorruptAudio."""
        blobs = self._deps.blobs
        try:
            size = blobs.size(row.file)
            header = AudioHeader.parse(blobs.read(row.file, 0, HEADER_SIZE) if size else b"")
        except FileNotFoundError:
            raise erased_error() from None
        stored = SealedFileReader(
            blobs, row.file, ChunkCipher(aead, header, (row.tenant_id, row.id)), size, truncated=row.state == "open"
        )
        stored.verify_end()
        return stored

    async def erase(self, tenant_id: str, audio_ids: Sequence[str], due: Select[str] | None = None) -> None:
        """Erase permanently: key, file, then what the areas store about it; with `due`, only what that still selects.
        Audio under a hold is hidden instead, and erased some time after its release, as what its owners have archived.
        Idempotent."""
        for batch in _batched(audio_ids):
            async with self._deps.database.begin() as uow:
                await lock_holds(uow.session, tenant_id)  # what waits for it is neither held nor restored
                ids = batch if due is None else await repository.selected_among(uow.session, due, batch)
                retained = await self._under_hold(uow.session, tenant_id, among=ids)
                free = [each for each in ids if each not in retained]
                await self.destroy_keys(tenant_id, free)
                await self._run_erase_hooks(uow, tenant_id, free)
                for hook in self.on_hide if retained else ():
                    await hook(uow, tenant_id, sorted(retained))

    async def retained(self, session: AsyncSession, tenant_id: str, audio_ids: Sequence[str]) -> set[str]:
        """Return those of these ids that are under a hold; none is placed or released before the transaction ends."""
        await lock_holds(session, tenant_id)
        return set(audio_ids) & await self._under_hold(session, tenant_id)

    async def _under_hold(self, session: AsyncSession, tenant_id: str, among: Sequence[str] | None = None) -> set[str]:
        """Return the audio under a hold: all of the tenant, or some of a batch, since thousands may be held."""
        found: set[str] = set()
        for selected in self.held:
            held = selected(tenant_id)
            if among is None:
                found |= set((await session.scalars(held)).all())
            else:
                found |= set(await repository.selected_among(session, held, among))
        return found

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """Erase audio owned by a subject who is erased, also its own keys. Idempotent."""
        async with self._deps.database.read() as session:
            audio_ids = await repository.ids_of_owner(session, tenant_id, subject)
        await self.erase(tenant_id, audio_ids)

    async def count_free(self, tenant_id: str, subject: str) -> int:
        """Return the number of the audio files of an owner that are not under a hold."""
        async with self._deps.database.read() as session:
            audio_ids = await repository.ids_of_owner(session, tenant_id, subject)
            return len(set(audio_ids) - await self._under_hold(session, tenant_id))

    async def complete_erasure(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Complete the erasure of audio whose key is destroyed but whose row survived a crash or a restored backup."""
        for ids in _batched(audio_ids):
            async with self._deps.database.read() as session:
                remaining = [
                    row.id for row in await repository.get_many(session, tenant_id, ids) if row.state != "erased"
                ]
            await self.remove_files(remaining)
            async with self._deps.database.begin() as uow:
                await self._run_erase_hooks(uow, tenant_id, remaining)
            self._finish_erasures(tenant_id, ids)

    async def destroy_keys(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Destroy keys and files; `mark_erased` handles the rows."""
        for audio_id in audio_ids:
            # Not in a thread: key caches are invalidated through the event bus.
            self._deps.erasure.erase_subject(tenant_id, content_keys.own_subject(audio_id))
            await asyncio.sleep(0)  # other tasks run between two keys
        await self.remove_files(audio_ids)  # last: if one cannot be removed, all keys are destroyed
        self._writing.difference_update(audio_ids)

    async def mark_erased(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Mark the rows as erased; the keys are already destroyed."""
        for audio_id in audio_ids:
            await repository.mark_erased(uow.session, tenant_id, audio_id)
            await repository.drop_owners(uow.session, tenant_id, audio_id)
            await derived.drop(uow.session, tenant_id, audio_id)
        uow.after_commit.append(partial(self._finish_erasures, tenant_id, audio_ids))

    async def remove_files(self, audio_ids: Sequence[str]) -> None:
        """Delete files; their rows are handled elsewhere."""
        for name in [name for audio_id in audio_ids for name in file_names(audio_id)]:
            await asyncio.to_thread(self._deps.blobs.remove, name)

    async def recover(self) -> dict[str, float]:
        """After a restart, close the files that were being written; return seconds by audio id, 0 for empty ones."""
        async with self._deps.database.read() as session:
            rows = [row for row in await repository.list_open(session) if row.id not in self._writing]
        found: dict[str, float] = {}
        closed: list[tuple[AudioFiles, str, int | None]] = []
        for row in rows:
            aead = content_keys.unwrap_content_key(self._deps.keys, row.tenant_id, row.id, row.owners, row.wrapped)
            seconds, state = 0.0, "erased"
            if aead is not None:
                seconds, state = await asyncio.to_thread(self._repair, row.tenant_id, row.id, aead)
            files = AudioFiles(row.tenant_id, row.id, row.form, row.video)
            closed.append((files, state, await asyncio.to_thread(files.size, self._deps.blobs)))
            found[row.id] = seconds
        async with self._deps.database.begin() as uow:
            for files, state, size in closed:
                await repository.close(uow.session, files.tenant_id, files.id, state, size)
        await self.remove_files([audio_id for audio_id, seconds in found.items() if not seconds])
        if found:
            log.info("recordings_mended", recordings=len(found))
        return found

    async def delete_orphans(self) -> int:
        """After a restart, delete files without a row, such as of audio erased before a crash; return how many."""
        stored = await asyncio.to_thread(self._deps.blobs.local_ids)
        async with self._deps.database.read() as session:
            known = await repository.known_files(session)
        sounds = [name for name in stored if is_sound_file(name)]
        orphans = [name for name in sounds if name not in known and name not in self._writing]
        for name in orphans:
            await asyncio.to_thread(self._deps.blobs.remove, name)
        return len(orphans)

    async def stored_bytes(self, limit: int = 5000) -> Mapping[str, int] | None:
        """Return the bytes of the finished audio by tenant, with its videos. The node that writes a file stores its
        size; sizes that are not known, of files that are older, are looked up, at most `limit` of them in a call: None
        if there are more, so that the next call goes on. Raises ServiceUnavailable."""
        for _ in range(0, limit, _SIZES):
            async with self._deps.database.read() as session:
                found = await repository.unmeasured_audio(session, self._looked_up, _SIZES)
                if not found:
                    self._looked_up = ""
                    return await repository.stored_bytes(session)
            sizes = await asyncio.to_thread(_sizes, self._deps.blobs, found)
            if sizes:
                async with self._deps.database.begin() as uow:
                    await repository.store_sizes(uow.session, sizes)
            self._looked_up = found[-1].id
        return None

    async def _run_erase_hooks(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Run all erase hooks in one transaction: the owners are known until the last row is gone."""
        for hook in self.on_erase:
            await hook(uow, tenant_id, audio_ids)
        await self.mark_erased(uow, tenant_id, audio_ids)

    def _finish_erasures(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        for audio_id in audio_ids:
            self._deps.erasure.finish(tenant_id, content_keys.own_subject(audio_id))

    def _repair(self, tenant_id: str, audio_id: str, aead: AESGCM) -> tuple[float, str]:
        """Close a truncated file: drop the incomplete chunk and write an end. Return seconds and the state."""
        try:
            with self._deps.blobs.resume(audio_id) as file:
                header = AudioHeader.parse(file.read(HEADER_SIZE))
                return repair(file, ChunkCipher(aead, header, (tenant_id, audio_id)))
        except (FileNotFoundError, CorruptAudio):
            return 0.0, "erased"


def _batched(audio_ids: Sequence[str]) -> list[Sequence[str]]:
    return [audio_ids[at : at + _BATCH_SIZE] for at in range(0, len(audio_ids), _BATCH_SIZE)]


def _sizes(blobs: BlobStore, found: Sequence[AudioFiles]) -> dict[AudioFiles, int]:
    """Return the sizes of the sounds of which there are files. Blocking."""
    return {each: size for each in found if (size := each.size(blobs)) is not None}
