"""Sealed audio: create, read and erase."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.audio_store import content_keys, derived, repository
from unificx.audio_store.blobs import Blobs
from unificx.audio_store.file_format import SIZE, Damaged, Header, Sealer
from unificx.audio_store.ports import Erases, KeyRing, Transcriber
from unificx.audio_store.reader import Reader
from unificx.audio_store.repository import Kept, files_of
from unificx.audio_store.schemas import Derived
from unificx.audio_store.sealed_file import Stored, over
from unificx.audio_store.writer import Writer, mend
from unificx.core.clock import Clock
from unificx.core.errors import Expired, NotFound
from unificx.db import Database, UnitOfWork

log = structlog.get_logger()
Forget = Callable[[UnitOfWork, str, Sequence[str]], Awaitable[None]]
"""Called with a unit of work, a tenant and audio ids: the area deletes what it stores about them. Ids of other areas
may be among them."""
_AT_ONCE = 200
"""Audio ids erased per unit of work."""


@dataclass(frozen=True, slots=True)
class AudioParts:
    """What the audio store works with."""

    database: Database
    keys: KeyRing
    erases: Erases
    blobs: Blobs
    transcriber: Transcriber | None = None

    @property
    def clock(self) -> Clock:
        return self.database.clock


class Audio:
    """All sealed audio of an installation."""

    def __init__(self, parts: AudioParts) -> None:
        self.forgets: list[Forget] = []
        """Erase hooks of the areas that refer to audio."""
        self._parts = parts
        self._writing: set[str] = set()
        self._over = asyncio.Event()

    async def begin(self, uow: UnitOfWork, tenant_id: str, owners: Sequence[str], *, channels: int = 1) -> Writer:
        """Create audio with one or two channels, to be written once `uow` is committed. Raises ErasedSubject."""
        audio_id = self._parts.clock.new_id()
        aead, wrapped = content_keys.make(self._parts.keys, tenant_id, audio_id, owners)
        repository.add_audio(uow.session, tenant_id, audio_id, self._parts.clock.now(), (wrapped, owners))
        self._writing.add(audio_id)
        return Writer(self._parts.blobs, (tenant_id, audio_id), aead, channels)

    async def finish(self, uow: UnitOfWork, writer: Writer) -> bool:
        """Close the file and mark the audio as stored; False if it was erased meanwhile. If there is no space to close
        the file, it stays readable as it is."""
        tenant_id, audio_id = writer.place
        state = "kept" if await writer.close() else "open"
        exists = await repository.end_audio(uow.session, tenant_id, audio_id, state)
        if not exists:
            await self.remove_files([audio_id])
        self._writing.discard(audio_id)
        uow.afterwards.append(self._over.set)
        return exists

    async def next_over(self, patience: float) -> None:
        """Wait until any audio is finished, or for at most `timeout` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), patience)
        self._over.clear()

    async def reader(self, tenant_id: str, audio_id: str) -> Reader:
        """Open audio for reading. Raises NotFound; Expired if it was erased; CorruptAudio."""
        row, aead = await self.found(tenant_id, audio_id)
        try:
            stored = await asyncio.to_thread(self.opened, row, aead)
        except Expired:
            again, aead = await self.found(tenant_id, audio_id)
            if again.file == row.file:
                raise
            # The file was replaced between the two lookups.
            stored = await asyncio.to_thread(self.opened, again, aead)
        return Reader(stored, partial(self.reader, tenant_id, audio_id))

    async def found(self, tenant_id: str, audio_id: str) -> tuple[Kept, AESGCM]:
        """Return the record and its content key. Raises NotFound, Expired."""
        async with self._parts.database.read() as session:
            row = await repository.audio(session, tenant_id, audio_id)
        if row is None:
            raise NotFound("Recording not found.")
        aead = content_keys.find(self._parts.keys, tenant_id, audio_id, row.owners, row.wrapped)
        if row.state == "erased" or aead is None:
            raise over()
        return row, aead

    async def derived(self, tenant_id: str, audio_ids: Sequence[str]) -> dict[str, Derived]:
        """Derived data (waveform, transcript) by audio id; none for audio without it, or erased."""
        async with self._parts.database.read() as session:
            rows = await repository.several(session, tenant_id, audio_ids)
            return await derived.of(session, self._parts.keys, tenant_id, rows)

    def opened(self, row: Kept, aead: AESGCM) -> Stored:
        """Open the file. Blocking: call from a thread. Raises Expired, CorruptAudio."""
        blobs = self._parts.blobs
        try:
            size = blobs.size(row.file)
            header = Header.read(blobs.read(row.file, 0, SIZE) if size else b"")
        except FileNotFoundError:
            raise over() from None
        stored = Stored(blobs, row.file, Sealer(aead, header, (row.tenant_id, row.id)), size, torn=row.state == "open")
        stored.check()
        return stored

    async def erase(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Erase permanently: key, file, then what the areas store about it. Idempotent."""
        await self.destroy(tenant_id, audio_ids)
        await self._forget(tenant_id, audio_ids)

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """Erase audio owned by an erased subject, whose keys are already destroyed. Idempotent."""
        async with self._parts.database.read() as session:
            audio_ids = await repository.audio_of_owner(session, tenant_id, subject)
        await self.remove_files(audio_ids)
        await self._forget(tenant_id, audio_ids)

    async def erase_again(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Complete the erasure of audio whose key is destroyed but whose row survived a crash or a restored backup."""
        for ids in _batched(audio_ids):
            async with self._parts.database.read() as session:
                remaining = [
                    row.id for row in await repository.several(session, tenant_id, ids) if row.state != "erased"
                ]
            await self.remove_files(remaining)
            await self._forget(tenant_id, remaining)

    async def destroy(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Destroy keys and files; `mark_erased` handles the rows."""
        for audio_id in audio_ids:
            # Not in a thread: key caches are invalidated through the event bus.
            self._parts.erases.erase_subject(tenant_id, content_keys.own_subject(audio_id))
            await self.remove_files([audio_id])
            self._writing.discard(audio_id)

    async def note_erased(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Mark the rows as erased; the keys are already destroyed."""
        for audio_id in audio_ids:
            await repository.note_erased(uow.session, tenant_id, audio_id)
            await repository.drop_owners(uow.session, tenant_id, audio_id)
            await derived.drop(uow.session, tenant_id, audio_id)

    async def remove_files(self, audio_ids: Sequence[str]) -> None:
        """Delete files; their rows are handled elsewhere."""
        for name in [name for audio_id in audio_ids for name in files_of(audio_id)]:
            await asyncio.to_thread(self._parts.blobs.remove, name)

    async def recover(self) -> dict[str, float]:
        """After a restart, close the files that were being written; return seconds by audio id, 0 for empty ones."""
        async with self._parts.database.read() as session:
            rows = [row for row in await repository.open_audio(session) if row.id not in self._writing]
        found: dict[str, float] = {}
        states: dict[str, str] = {}
        for row in rows:
            aead = content_keys.find(self._parts.keys, row.tenant_id, row.id, row.owners, row.wrapped)
            seconds, state = 0.0, "erased"
            if aead is not None:
                seconds, state = await asyncio.to_thread(self._mend, row.tenant_id, row.id, aead)
            found[row.id], states[row.id] = seconds, state
        async with self._parts.database.begin() as uow:
            for row in rows:
                await repository.end_audio(uow.session, row.tenant_id, row.id, states[row.id])
        await self.remove_files([audio_id for audio_id, seconds in found.items() if not seconds])
        if found:
            log.info("recordings_mended", recordings=len(found))
        return found

    async def sweep(self) -> int:
        """After a restart, delete files without a row, such as of audio erased before a crash; return how many."""
        stored = await asyncio.to_thread(self._parts.blobs.local_ids)
        async with self._parts.database.read() as session:
            known = await repository.known_audio(session)
        orphans = [name for name in stored if name not in known and name not in self._writing]
        for name in orphans:
            await asyncio.to_thread(self._parts.blobs.remove, name)
        return len(orphans)

    async def _forget(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Run all erase hooks in one transaction: the owners are known until the last row is gone."""
        for ids in _batched(audio_ids):
            async with self._parts.database.begin() as uow:
                for forget in self.forgets:
                    await forget(uow, tenant_id, ids)
                await self.note_erased(uow, tenant_id, ids)

    def _mend(self, tenant_id: str, audio_id: str, aead: AESGCM) -> tuple[float, str]:
        """Close a truncated file: drop the incomplete chunk and write an end. Return seconds and the state."""
        try:
            with self._parts.blobs.resume(audio_id) as file:
                header = Header.read(file.read(SIZE))
                return mend(file, Sealer(aead, header, (tenant_id, audio_id)))
        except (FileNotFoundError, Damaged):
            return 0.0, "erased"


def _batched(audio_ids: Sequence[str]) -> list[Sequence[str]]:
    return [audio_ids[at : at + _AT_ONCE] for at in range(0, len(audio_ids), _AT_ONCE)]
