"""What is done to a recording once it is over: its samples become Opus, and how loud it is gets written down.

One recording at a time, in slices and in a thread, so that no call notices. The new file takes the old one's place in
one step, in the database; whatever ends that too early, it is begun again from the samples, which are there until then.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.kernel.errors import Away, NoRoom, Over
from unificx.recordings import archived, derived, queries
from unificx.recordings.audio import Audio, AudioParts
from unificx.recordings.opus import Coding
from unificx.recordings.queries import OPUS, SAMPLES, Kept, file_of
from unificx.recordings.sealing import OPUS as OPUS_CODING
from unificx.recordings.sealing import Damaged, Header, Sealer
from unificx.recordings.stored import Stored
from unificx.recordings.tables import WaveformPart
from unificx.recordings.waveform import Loudness
from unificx.recordings.writing import SealedFile
from unificx.store import ErasedSubject

log = structlog.get_logger()
AGAIN = 60.0
"""Seconds until it is looked once more, for what could not be done."""
SWEEP_EVERY = 86_400.0
"""Seconds until it is looked once more for what was erased while the store that holds it was away."""
_AT_ONCE = 20
_NAMES = 500


class Keeping:
    """Looks after recordings that are over. `keeps_wav`: whether an organisation's sound stays as it was spoken."""

    def __init__(self, parts: AudioParts, audio: Audio, keeps_wav: Callable[[str], bool]) -> None:
        self._parts = parts
        self._audio = audio
        self._keeps_wav = keeps_wav
        self._failed: set[str] = set()

    async def run(self) -> None:
        """Until cancelled."""
        clock, swept = self._parts.clock, -SWEEP_EVERY
        while True:
            try:
                await self.look_after_all()
                await self.bring_all()
                if clock.monotonic() - swept >= SWEEP_EVERY:
                    await self.sweep_elsewhere()
                    swept = clock.monotonic()
            except Away:
                pass  # it has said so itself, and nothing is lost
            except Exception as fault:  # the database may be away: what is to be done is still there later
                log.error("recordings_not_kept", fault=type(fault).__name__)
            await self._audio.next_over(AGAIN)

    async def look_after_all(self) -> int:
        """Everything that is over by now; how many recordings that were."""
        done, left = 0, set(self._failed)
        while True:
            async with self._parts.database.read() as session:
                rows = await queries.new_audio(session, _AT_ONCE + len(left))
            rows = [row for row in rows if row.id not in left]
            if not rows:
                return done
            for row in rows:
                try:
                    await self._do(row)
                    done += 1
                except NoRoom:
                    left.add(row.id)
                except (Damaged, Over, ErasedSubject) as fault:
                    log.warning("recording_not_kept", recording=row.id, fault=type(fault).__name__)
                    left.add(row.id)
                    self._failed.add(row.id)

    async def bring_all(self) -> int:
        """Bring the files that are over to where they are to stay; how many that were. Raises Away."""
        names, brought = await asyncio.to_thread(self._parts.blobs.waiting), 0
        for at in range(0, len(names), _NAMES):
            async with self._parts.database.read() as session:
                over = await queries.over_among(session, names[at : at + _NAMES])
            for name in over:
                with contextlib.suppress(FileNotFoundError):
                    await asyncio.to_thread(self._parts.blobs.bring, name)
                    brought += 1
                await self._not_if_erased(name)
        return brought

    async def sweep_elsewhere(self) -> int:
        """Delete there what was erased while it could not be reached; how many that were. Raises Away.

        Only what the database knows as erased: a store may hold more than a restored database remembers.
        """
        names, swept = await asyncio.to_thread(self._parts.blobs.elsewhere), 0
        for at in range(0, len(names), _NAMES):
            async with self._parts.database.read() as session:
                over = await queries.over_among(session, names[at : at + _NAMES])
            for name in [name for name, state in over.items() if state == "erased"]:
                await asyncio.to_thread(self._parts.blobs.remove, name)
                swept += 1
        return swept

    async def _not_if_erased(self, name: str) -> None:
        """It may have been erased while it was on its way."""
        async with self._parts.database.read() as session:
            if (await queries.over_among(session, [name])).get(name) != "kept":
                await asyncio.to_thread(self._parts.blobs.remove, name)

    async def _do(self, row: Kept) -> None:
        """Raises Over, Damaged, NoRoom, ErasedSubject: then nothing has changed."""
        row, aead = await self._audio.found(row.tenant_id, row.id)
        samples = await asyncio.to_thread(self._audio.opened, row, aead)
        loudness = Loudness(samples.length // 2)
        form = SAMPLES if self._keeps_wav(row.tenant_id) else OPUS
        if form == OPUS:
            await self._make(row, aead, samples, loudness)
        else:
            async for pcm in samples.stream():
                await asyncio.to_thread(loudness.feed, pcm)
        async with self._parts.database.begin() as uow:
            kept = await queries.set_form(uow.session, row.tenant_id, row.id, form)
            if kept:
                await derived.put(uow.session, self._parts.keys, row, WaveformPart(loudness.peaks()))
        if form == OPUS:
            await asyncio.to_thread(self._parts.blobs.remove, row.file if kept else file_of(row.id, OPUS))

    async def _make(self, row: Kept, aead: AESGCM, samples: Stored, loudness: Loudness) -> None:
        """The file of Opus in Ogg beside that of the samples."""
        name, old = file_of(row.id, OPUS), samples.header
        header = Header(old.rate, old.channels, OPUS_CODING, samples.length // (2 * old.channels))
        file = SealedFile(self._parts.blobs, name, Sealer(aead, header, (row.tenant_id, row.id)))
        async with self._parts.database.read() as session:
            chapters = await archived.chapters(session, row.tenant_id, row.id)
        coding = Coding(old.rate, old.channels, chapters)

        def put(pcm: bytes) -> None:
            loudness.feed(pcm)
            file.put(coding.feed(pcm))

        def end() -> None:
            file.put(coding.end())
            if not file.end():
                raise NoRoom("There is no room to keep a recording as Opus.")

        try:
            await asyncio.to_thread(self._parts.blobs.remove, name)
            async for pcm in samples.stream():
                await asyncio.to_thread(put, pcm)
            await asyncio.to_thread(end)
        except BaseException:
            file.let_go()
            await asyncio.to_thread(self._parts.blobs.remove, name)
            raise
