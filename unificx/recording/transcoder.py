"""Transcoding worker: converts finished recordings to Opus, stores their waveform and uploads the files.

One recording at a time, in slices and in a thread, so that calls are not affected. The new file replaces the old one in
one database transaction; if the process ends earlier, transcoding restarts from the samples, which are kept until then.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.audio_store import ENCODING_OPUS as OPUS_CODING
from unificx.audio_store import (
    OPUS,
    SAMPLES,
    Audio,
    AudioParts,
    Coding,
    Damaged,
    Header,
    Kept,
    Loudness,
    SealedFile,
    Sealer,
    Stored,
    WaveformPart,
    file_of,
    final_audio_states,
    set_audio_form,
    store_derived,
    untranscoded_audio,
)
from unificx.core.errors import Expired, ServiceUnavailable, StorageFull
from unificx.db import ErasedSubject
from unificx.recording import call_recording_repository

log = structlog.get_logger()
AGAIN = 60.0
"""Retry interval in seconds."""
SWEEP_EVERY = 86_400.0
"""Interval in seconds between sweeps for blobs erased while the remote store was unavailable."""
_AT_ONCE = 20
_NAMES = 500


class Keeping:
    """Processes finished recordings. `keeps_wav`: whether a tenant's audio stays uncompressed."""

    def __init__(self, parts: AudioParts, audio: Audio, keeps_wav: Callable[[str], bool]) -> None:
        self._parts = parts
        self._audio = audio
        self._keeps_wav = keeps_wav
        self._failed: set[str] = set()

    async def run(self) -> None:
        """Run until cancelled."""
        clock, swept = self._parts.clock, -SWEEP_EVERY
        while True:
            try:
                await self.look_after_all()
                await self.bring_all()
                if clock.monotonic() - swept >= SWEEP_EVERY:
                    await self.sweep_elsewhere()
                    swept = clock.monotonic()
            except ServiceUnavailable:
                pass  # already logged by the store; retried later
            except Exception as fault:  # such as an unavailable database: the work is retried later
                log.error("recordings_not_kept", fault=type(fault).__name__)
            await self._audio.next_over(AGAIN)

    async def look_after_all(self) -> int:
        """Process everything finished so far; return the number of recordings."""
        done, skipped = 0, set(self._failed)
        while True:
            async with self._parts.database.read() as session:
                rows = await untranscoded_audio(session, _AT_ONCE + len(skipped))
            rows = [row for row in rows if row.id not in skipped]
            if not rows:
                return done
            for row in rows:
                try:
                    await self._do(row)
                    done += 1
                except StorageFull:
                    skipped.add(row.id)
                except (Damaged, Expired, ErasedSubject) as fault:
                    log.warning("recording_not_kept", recording=row.id, fault=type(fault).__name__)
                    skipped.add(row.id)
                    self._failed.add(row.id)

    async def bring_all(self) -> int:
        """Upload finished files to their permanent storage; return how many. Raises ServiceUnavailable."""
        names, uploaded = await asyncio.to_thread(self._parts.blobs.pending_uploads), 0
        for at in range(0, len(names), _NAMES):
            async with self._parts.database.read() as session:
                over = await final_audio_states(session, names[at : at + _NAMES])
            for name in over:
                with contextlib.suppress(FileNotFoundError):
                    await asyncio.to_thread(self._parts.blobs.upload, name)
                    uploaded += 1
                await self._not_if_erased(name)
        return uploaded

    async def sweep_elsewhere(self) -> int:
        """Delete remote blobs that were erased while the store was unavailable; return how many. Raises
        ServiceUnavailable.

        Only blobs the database marks as erased: the store may hold more than a restored database knows.
        """
        names, swept = await asyncio.to_thread(self._parts.blobs.remote_ids), 0
        for at in range(0, len(names), _NAMES):
            async with self._parts.database.read() as session:
                over = await final_audio_states(session, names[at : at + _NAMES])
            for name in [name for name, state in over.items() if state == "erased"]:
                await asyncio.to_thread(self._parts.blobs.remove, name)
                swept += 1
        return swept

    async def _not_if_erased(self, name: str) -> None:
        """Delete an uploaded blob that was erased during the upload."""
        async with self._parts.database.read() as session:
            if (await final_audio_states(session, [name])).get(name) != "kept":
                await asyncio.to_thread(self._parts.blobs.remove, name)

    async def _do(self, row: Kept) -> None:
        """Process one recording. Raises Expired, CorruptAudio, StorageFull, ErasedSubject; nothing has changed then."""
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
            stored = await set_audio_form(uow.session, row.tenant_id, row.id, form)
            if stored:
                await store_derived(uow.session, self._parts.keys, row, WaveformPart(loudness.peaks()))
        if form == OPUS:
            await asyncio.to_thread(self._parts.blobs.remove, row.file if stored else file_of(row.id, OPUS))

    async def _make(self, row: Kept, aead: AESGCM, samples: Stored, loudness: Loudness) -> None:
        """Write the Ogg Opus file next to the samples."""
        name, old = file_of(row.id, OPUS), samples.header
        header = Header(old.rate, old.channels, OPUS_CODING, samples.length // (2 * old.channels))
        file = SealedFile(self._parts.blobs, name, Sealer(aead, header, (row.tenant_id, row.id)))
        async with self._parts.database.read() as session:
            chapters = await call_recording_repository.chapters(session, row.tenant_id, row.id)
        coding = Coding(old.rate, old.channels, chapters)

        def put(pcm: bytes) -> None:
            loudness.feed(pcm)
            file.put(coding.feed(pcm))

        def end() -> None:
            file.put(coding.end())
            if not file.end():
                raise StorageFull("No space left to store the recording as Opus. Free up disk space.")

        try:
            await asyncio.to_thread(self._parts.blobs.remove, name)
            async for pcm in samples.stream():
                await asyncio.to_thread(put, pcm)
            await asyncio.to_thread(end)
        except BaseException:
            file.let_go()
            await asyncio.to_thread(self._parts.blobs.remove, name)
            raise
