"""Sealed recordings: written while somebody speaks, read by anybody who may, erased for good."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.kernel.clock import Clock
from unificx.kernel.errors import NotFound, Over
from unificx.recordings import contentkeys, derived, queries
from unificx.recordings.blobs import Blobs
from unificx.recordings.contracts import Derived
from unificx.recordings.ports import Erases, KeyRing, Transcriber
from unificx.recordings.queries import Kept, files_of
from unificx.recordings.reading import Reader
from unificx.recordings.sealing import SIZE, Damaged, Header, Sealer
from unificx.recordings.stored import Stored, over
from unificx.recordings.writing import Writer, mend
from unificx.store import Database, UnitOfWork

log = structlog.get_logger()
Forget = Callable[[UnitOfWork, str, Sequence[str]], Awaitable[None]]
"""Takes a tenant and recordings: what a room knows of them goes, in this unit of work. Those of others may be among
them."""
_AT_ONCE = 200
"""Recordings that are forgotten in one unit of work."""


@dataclass(frozen=True, slots=True)
class AudioParts:
    """What the recordings are kept with."""

    database: Database
    keys: KeyRing
    erases: Erases
    blobs: Blobs
    transcriber: Transcriber | None = None

    @property
    def clock(self) -> Clock:
        return self.database.clock


class Audio:
    """All recordings of an installation."""

    def __init__(self, parts: AudioParts) -> None:
        self.forgets: list[Forget] = []
        """How every room that keeps recordings forgets them."""
        self._parts = parts
        self._writing: set[str] = set()
        self._over = asyncio.Event()

    async def begin(self, uow: UnitOfWork, tenant_id: str, owners: Sequence[str], *, channels: int = 1) -> Writer:
        """A new recording of one channel or two, to be written once `uow` is committed. Raises ErasedSubject."""
        audio_id = self._parts.clock.new_id()
        aead, wrapped = contentkeys.make(self._parts.keys, tenant_id, audio_id, owners)
        queries.add_audio(uow.session, tenant_id, audio_id, self._parts.clock.now(), (wrapped, owners))
        self._writing.add(audio_id)
        return Writer(self._parts.blobs, (tenant_id, audio_id), aead, channels)

    async def finish(self, uow: UnitOfWork, writer: Writer) -> bool:
        """The recording is over: close its file, and note it as kept; False for one that was erased while it was made.
        One whose file cannot be closed for want of room stays readable as it is."""
        tenant_id, audio_id = writer.place
        state = "kept" if await writer.close() else "open"
        there = await queries.end_audio(uow.session, tenant_id, audio_id, state)
        if not there:
            await self.remove_files([audio_id])
        self._writing.discard(audio_id)
        uow.afterwards.append(self._over.set)
        return there

    async def next_over(self, patience: float) -> None:
        """Return when a recording is over, or after so many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), patience)
        self._over.clear()

    async def reader(self, tenant_id: str, audio_id: str) -> Reader:
        """Open a recording. Raises NotFound; Over for one that was erased; Damaged."""
        row, aead = await self.found(tenant_id, audio_id)
        try:
            stored = await asyncio.to_thread(self.opened, row, aead)
        except Over:
            again, aead = await self.found(tenant_id, audio_id)
            if again.file == row.file:
                raise
            # Another file took its place between the two looks.
            stored = await asyncio.to_thread(self.opened, again, aead)
        return Reader(stored, partial(self.reader, tenant_id, audio_id))

    async def found(self, tenant_id: str, audio_id: str) -> tuple[Kept, AESGCM]:
        """What is known of a recording, and its key. Raises NotFound, Over."""
        async with self._parts.database.read() as session:
            row = await queries.audio(session, tenant_id, audio_id)
        if row is None:
            raise NotFound("There is no such recording.")
        aead = contentkeys.find(self._parts.keys, tenant_id, audio_id, row.owners, row.wrapped)
        if row.state == "erased" or aead is None:
            raise over()
        return row, aead

    async def derived(self, tenant_id: str, audio_ids: Sequence[str]) -> dict[str, Derived]:
        """What was made of some recordings, by their ids; nothing for those it was not made of yet, or erased."""
        async with self._parts.database.read() as session:
            rows = await queries.several(session, tenant_id, audio_ids)
            return await derived.of(session, self._parts.keys, tenant_id, rows)

    def opened(self, row: Kept, aead: AESGCM) -> Stored:
        """The file of a recording, for threads: it blocks. Raises Over, Damaged."""
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
        """For good: the key first, then the file, then what any room knows of it. May be repeated."""
        await self.destroy(tenant_id, audio_ids)
        await self._forget(tenant_id, audio_ids)

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """What an erased subject owned goes; its keys are gone already. May be repeated."""
        async with self._parts.database.read() as session:
            audio_ids = await queries.audio_of_owner(session, tenant_id, subject)
        await self.remove_files(audio_ids)
        await self._forget(tenant_id, audio_ids)

    async def erase_again(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Their keys are destroyed: forget those that a crash, or a restored backup, left known."""
        for ids in _batched(audio_ids):
            async with self._parts.database.read() as session:
                left = [row.id for row in await queries.several(session, tenant_id, ids) if row.state != "erased"]
            await self.remove_files(left)
            await self._forget(tenant_id, left)

    async def destroy(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Keys and files; `note_erased` is for the rest."""
        for audio_id in audio_ids:
            # Not in a thread: whoever keeps something in memory is told on the bus.
            self._parts.erases.erase_subject(tenant_id, contentkeys.own_subject(audio_id))
            await self.remove_files([audio_id])
            self._writing.discard(audio_id)

    async def note_erased(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Their keys are destroyed already."""
        for audio_id in audio_ids:
            await queries.note_erased(uow.session, tenant_id, audio_id)
            await queries.drop_owners(uow.session, tenant_id, audio_id)
            await derived.drop(uow.session, tenant_id, audio_id)

    async def remove_files(self, audio_ids: Sequence[str]) -> None:
        """Delete files whose rows go another way."""
        for name in [name for audio_id in audio_ids for name in files_of(audio_id)]:
            await asyncio.to_thread(self._parts.blobs.remove, name)

    async def recover(self) -> dict[str, float]:
        """After a start: close what an earlier life was writing; seconds of each. Those with nothing in them have 0."""
        async with self._parts.database.read() as session:
            rows = [row for row in await queries.open_audio(session) if row.id not in self._writing]
        found: dict[str, float] = {}
        states: dict[str, str] = {}
        for row in rows:
            aead = contentkeys.find(self._parts.keys, row.tenant_id, row.id, row.owners, row.wrapped)
            seconds, state = 0.0, "erased"
            if aead is not None:
                seconds, state = await asyncio.to_thread(self._mend, row.tenant_id, row.id, aead)
            found[row.id], states[row.id] = seconds, state
        async with self._parts.database.begin() as uow:
            for row in rows:
                await queries.end_audio(uow.session, row.tenant_id, row.id, states[row.id])
        await self.remove_files([audio_id for audio_id, seconds in found.items() if not seconds])
        if found:
            log.info("recordings_mended", recordings=len(found))
        return found

    async def sweep(self) -> int:
        """After a start: delete files nobody knows of, such as of one that was erased before a crash; how many."""
        there = await asyncio.to_thread(self._parts.blobs.ids)
        async with self._parts.database.read() as session:
            known = await queries.known_audio(session)
        stray = [name for name in there if name not in known and name not in self._writing]
        for name in stray:
            await asyncio.to_thread(self._parts.blobs.remove, name)
        return len(stray)

    async def _forget(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """In every room at once: whose they were is known until the last of it is gone."""
        for ids in _batched(audio_ids):
            async with self._parts.database.begin() as uow:
                for forget in self.forgets:
                    await forget(uow, tenant_id, ids)
                await self.note_erased(uow, tenant_id, ids)

    def _mend(self, tenant_id: str, audio_id: str, aead: AESGCM) -> tuple[float, str]:
        """Close a file that was torn off: what is not whole is cut, and an end is put to it. Seconds, and its state."""
        try:
            with self._parts.blobs.resume(audio_id) as file:
                header = Header.read(file.read(SIZE))
                return mend(file, Sealer(aead, header, (tenant_id, audio_id)))
        except (FileNotFoundError, Damaged):
            return 0.0, "erased"


def _batched(audio_ids: Sequence[str]) -> list[Sequence[str]]:
    return [audio_ids[at : at + _AT_ONCE] for at in range(0, len(audio_ids), _AT_ONCE)]
