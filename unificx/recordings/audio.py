"""Sealed recordings: written while somebody speaks, read by anybody who may, erased for good."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.kernel.clock import Clock
from unificx.kernel.errors import NotFound, Over
from unificx.recordings import contentkeys, queries
from unificx.recordings.blobs import Blobs
from unificx.recordings.ports import Erases, KeyRing
from unificx.recordings.sealing import EXTRA, SIZE, Damaged, Header, Sealer
from unificx.recordings.writing import Writer, mend
from unificx.store import Database, UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AudioParts:
    """What the recordings are kept with."""

    database: Database
    keys: KeyRing
    erases: Erases
    blobs: Blobs

    @property
    def clock(self) -> Clock:
        return self.database.clock


class Reader:
    """One recording, open. Lengths and places are in bytes of plain 16-bit samples."""

    def __init__(self, blobs: Blobs, audio_id: str, sealer: Sealer, size: int, *, torn: bool) -> None:
        self.header = sealer.header
        self.length = self.header.whole(size) * self.header.chunk if torn else self.header.length(size)
        self._last = None if torn else self.header.last(size)
        self._blobs = blobs
        self._id = audio_id
        self._sealer = sealer

    @property
    def seconds(self) -> float:
        return self.header.seconds(self.length)

    async def stream(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, piece by piece. Raises Damaged, Over if it is erased meanwhile."""
        end = self.length if end is None else min(end, self.length)
        chunk = self.header.chunk
        for number in range(start // chunk, -(-end // chunk)):
            plain = await asyncio.to_thread(self._chunk, number)
            begin = number * chunk
            yield plain[max(start - begin, 0) : end - begin]

    async def read(self, start: int = 0, end: int | None = None) -> bytes:
        return b"".join([piece async for piece in self.stream(start, end)])

    def check(self) -> None:
        """Raise Damaged unless its end is there, so that nothing was cut off."""
        if self._last is not None:
            self._chunk(self._last)

    def _chunk(self, number: int) -> bytes:
        try:
            sealed = self._blobs.read(self._id, self.header.place(number), self.header.chunk + EXTRA)
        except FileNotFoundError:
            raise _over() from None
        return self._sealer.open(number, sealed, last=number == self._last)


class Audio:
    """All recordings of an installation."""

    def __init__(self, parts: AudioParts) -> None:
        self._parts = parts
        self._writing: set[str] = set()

    async def begin(self, uow: UnitOfWork, tenant_id: str, owners: Sequence[str]) -> Writer:
        """A new recording, to be written once `uow` is committed. Raises ErasedSubject."""
        audio_id = self._parts.clock.new_id()
        aead, wrapped = contentkeys.make(self._parts.keys, tenant_id, audio_id, owners)
        queries.add_audio(uow.session, tenant_id, audio_id, self._parts.clock.now(), (wrapped, owners))
        self._writing.add(audio_id)
        return Writer(self._parts.blobs, (tenant_id, audio_id), aead)

    async def finish(self, uow: UnitOfWork, writer: Writer) -> None:
        """The recording is over: close its file, and note it as kept. One whose file cannot be closed for want of room
        stays readable as it is."""
        tenant_id, audio_id = writer.place
        if await writer.close():
            await queries.set_audio_state(uow.session, tenant_id, audio_id, "kept")
        self._writing.discard(audio_id)

    async def reader(self, tenant_id: str, audio_id: str) -> Reader:
        """Open a recording. Raises NotFound; Over for one that was erased; Damaged."""
        async with self._parts.database.read() as session:
            row = await queries.audio(session, tenant_id, audio_id)
        if row is None:
            raise NotFound("There is no such recording.")
        aead = contentkeys.find(self._parts.keys, tenant_id, audio_id, row.owners, row.wrapped)
        if row.state == "erased" or aead is None:
            raise _over()
        return await asyncio.to_thread(self._opened, tenant_id, audio_id, aead, row.state == "open")

    def _opened(self, tenant_id: str, audio_id: str, aead: AESGCM, torn: bool) -> Reader:
        try:
            header = Header.read(self._parts.blobs.read(audio_id, 0, SIZE))
            size = self._parts.blobs.size(audio_id)
        except FileNotFoundError:
            raise _over() from None
        sealer = Sealer(aead, header, (tenant_id, audio_id))
        reader = Reader(self._parts.blobs, audio_id, sealer, size, torn=torn)
        reader.check()
        return reader

    async def erase(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """For good: the key first, then the file, then what is known of it. May be repeated."""
        await self.destroy(tenant_id, audio_ids)
        async with self._parts.database.begin() as uow:
            await self.note_erased(uow, tenant_id, audio_ids)

    async def destroy(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Keys and files; `note_erased` is for the rest."""
        for audio_id in audio_ids:
            # Not in a thread: whoever keeps something in memory is told on the bus.
            self._parts.erases.erase_subject(tenant_id, contentkeys.own_subject(audio_id))
            await asyncio.to_thread(self._parts.blobs.remove, audio_id)
            self._writing.discard(audio_id)

    async def note_erased(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """Their keys are destroyed already."""
        for audio_id in audio_ids:
            await queries.set_audio_state(uow.session, tenant_id, audio_id, "erased")
            await queries.drop_owners(uow.session, tenant_id, audio_id)

    async def of_subject(self, tenant_id: str, subject: str) -> list[str]:
        """The recordings that die with a subject: those it owns, and the one whose own key it is."""
        own = contentkeys.audio_of(subject)
        if own is not None:
            return [own]
        async with self._parts.database.read() as session:
            return await queries.audio_of_owner(session, tenant_id, subject)

    async def remove_files(self, audio_ids: Sequence[str]) -> None:
        """Delete files whose rows go another way."""
        for audio_id in audio_ids:
            await asyncio.to_thread(self._parts.blobs.remove, audio_id)

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
                await queries.set_audio_state(uow.session, row.tenant_id, row.id, states[row.id])
        await self.remove_files([audio_id for audio_id, seconds in found.items() if not seconds])
        if found:
            log.info("recordings_mended", recordings=len(found))
        return found

    async def sweep(self) -> int:
        """Delete files nobody knows of, such as of a recording that was erased before a crash; how many."""
        there = await asyncio.to_thread(self._parts.blobs.ids)
        async with self._parts.database.read() as session:
            known = await queries.known_audio(session)
        stray = [audio_id for audio_id in there if audio_id not in known and audio_id not in self._writing]
        await self.remove_files(stray)
        return len(stray)

    def _mend(self, tenant_id: str, audio_id: str, aead: AESGCM) -> tuple[float, str]:
        """Close a file that was torn off: what is not whole is cut, and an end is put to it. Seconds, and its state."""
        try:
            with self._parts.blobs.resume(audio_id) as file:
                header = Header.read(file.read(SIZE))
                return mend(file, Sealer(aead, header, (tenant_id, audio_id)))
        except (FileNotFoundError, Damaged):
            return 0.0, "erased"


def _over() -> Over:
    return Over("This recording was erased.")
