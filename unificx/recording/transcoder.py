"""Transcoding worker: converts finished recordings to Opus, stores waveforms, finishes videos and uploads the files.

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
    AudioFiles,
    AudioHeader,
    AudioRecord,
    AudioStore,
    AudioStoreDependencies,
    ChunkCipher,
    CorruptAudio,
    OggOpusEncoder,
    SealedFileReader,
    SealedFileWriter,
    WaveformBuilder,
    WaveformPart,
    file_name,
    final_audio_states,
    set_audio_form,
    store_derived,
    untranscoded_audio,
)
from unificx.core.errors import Expired, ServiceUnavailable, StorageFull
from unificx.core.faults import describe_fault
from unificx.db import ErasedSubject
from unificx.recording import call_recording_repository
from unificx.recording.backlog import Backlog, Work
from unificx.recording.video_finisher import VideoFinisher

log = structlog.get_logger()
RETRY_SECONDS = 60.0
"""Retry interval in seconds."""
SWEEP_INTERVAL = 86_400.0
"""Interval in seconds between sweeps for blobs erased while the remote store was unavailable."""
_NAME_BATCH_SIZE = 500


class TranscodeWorker:
    """Processes finished recordings. `keeps_wav`: whether a tenant's audio stays uncompressed."""

    def __init__(self, deps: AudioStoreDependencies, audio: AudioStore, keeps_wav: Callable[[str], bool]) -> None:
        self._deps = deps
        self._audio = audio
        self.videos = VideoFinisher(deps, audio)
        self._keeps_wav = keeps_wav
        final = (CorruptAudio, Expired, ErasedSubject)
        self._backlog = Backlog(deps.database, Work(untranscoded_audio, self._transcode, final, "recording_not_kept"))

    async def run(self) -> None:
        """Run until cancelled."""
        clock, swept = self._deps.clock, -SWEEP_INTERVAL
        while True:
            try:
                await self.transcode_all()
                await self.videos.finish_all()
                await self.upload_all()
                if clock.monotonic() - swept >= SWEEP_INTERVAL:
                    await self.delete_erased_remote()
                    swept = clock.monotonic()
            except ServiceUnavailable:
                pass  # already logged by the store; retried later
            except Exception as fault:  # such as an unavailable database: the work is retried later
                log.error("recordings_not_kept", **describe_fault(fault))
            await self._audio.wait_finished(RETRY_SECONDS)

    async def transcode_all(self) -> int:
        """Process everything finished so far; return the number of recordings."""
        return await self._backlog.process_all()

    async def upload_all(self) -> int:
        """Upload finished files to their permanent storage; return how many. Raises ServiceUnavailable."""
        names, uploaded = await asyncio.to_thread(self._deps.blobs.pending_uploads), 0
        for at in range(0, len(names), _NAME_BATCH_SIZE):
            async with self._deps.database.read() as session:
                final = await final_audio_states(session, names[at : at + _NAME_BATCH_SIZE])
            for name in final:
                with contextlib.suppress(FileNotFoundError):
                    await asyncio.to_thread(self._deps.blobs.upload, name)
                    uploaded += 1
                await self._delete_if_erased(name)
        return uploaded

    async def delete_erased_remote(self) -> int:
        """Delete remote blobs that were erased while the store was unavailable; return how many. Raises
        ServiceUnavailable.

        Only blobs the database marks as erased: the store may hold more than a restored database knows.
        """
        names, swept = await asyncio.to_thread(self._deps.blobs.remote_ids), 0
        for at in range(0, len(names), _NAME_BATCH_SIZE):
            async with self._deps.database.read() as session:
                final = await final_audio_states(session, names[at : at + _NAME_BATCH_SIZE])
            for name in [name for name, state in final.items() if state == "erased"]:
                await asyncio.to_thread(self._deps.blobs.remove, name)
                swept += 1
        return swept

    async def _delete_if_erased(self, name: str) -> None:
        """Delete an uploaded blob that was erased during the upload."""
        async with self._deps.database.read() as session:
            if (await final_audio_states(session, [name])).get(name) != "kept":
                await asyncio.to_thread(self._deps.blobs.remove, name)

    async def _transcode(self, row: AudioRecord) -> None:
        """Process one recording. Raises Expired, CorruptAudio, StorageFull, ErasedSubject; nothing has changed then."""
        row, aead = await self._audio.load(row.tenant_id, row.id)
        samples = await asyncio.to_thread(self._audio.open_file, row, aead)
        waveform = WaveformBuilder(samples.length // 2)
        form = SAMPLES if self._keeps_wav(row.tenant_id) else OPUS
        if form == OPUS:
            await self._write_opus(row, aead, samples, waveform)
        else:
            async for pcm in samples.stream():
                await asyncio.to_thread(waveform.feed, pcm)
        files = AudioFiles(row.tenant_id, row.id, form, row.video)
        size = await asyncio.to_thread(files.size, self._deps.blobs)
        async with self._deps.database.begin() as uow:
            stored = await set_audio_form(uow.session, files, size)
            if stored:
                await store_derived(uow.session, self._deps.keys, row, WaveformPart(waveform.peaks()))
        if form == OPUS:
            await asyncio.to_thread(self._deps.blobs.remove, row.file if stored else file_name(row.id, OPUS))

    async def _write_opus(
        self, row: AudioRecord, aead: AESGCM, samples: SealedFileReader, waveform: WaveformBuilder
    ) -> None:
        """Write the Ogg Opus file next to the samples."""
        name, old = file_name(row.id, OPUS), samples.header
        header = AudioHeader(old.rate, old.channels, OPUS_CODING, samples.length // (2 * old.channels))
        file = SealedFileWriter(self._deps.blobs, name, ChunkCipher(aead, header, (row.tenant_id, row.id)))
        async with self._deps.database.read() as session:
            chapters = await call_recording_repository.chapters(session, row.tenant_id, row.id)
        encoder = OggOpusEncoder(old.rate, old.channels, chapters)

        def write(pcm: bytes) -> None:
            waveform.feed(pcm)
            file.write(encoder.feed(pcm))

        def finish() -> None:
            file.write(encoder.finish())
            if not file.finish():
                raise StorageFull("No space left to store the recording as Opus. Free up disk space.")

        try:
            await asyncio.to_thread(self._deps.blobs.remove, name)
            async for pcm in samples.stream():
                await asyncio.to_thread(write, pcm)
            await asyncio.to_thread(finish)
        except BaseException:
            file.close()
            await asyncio.to_thread(self._deps.blobs.remove, name)
            raise
