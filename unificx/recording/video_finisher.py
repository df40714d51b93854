"""Finishes recorded videos: puts the head with its index before the clusters, in a new file.

The new file replaces the old one in one database transaction; if the process ends earlier, it is made again.
"""

import asyncio
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.audio_store import (
    NO_VIDEO,
    WEBM,
    AudioFiles,
    AudioReader,
    AudioRecord,
    AudioStore,
    AudioStoreDependencies,
    CorruptAudio,
    SealedFileReader,
    create_video,
    open_video,
    set_video,
    unfinished_videos,
    video_name,
)
from unificx.core.errors import Expired, NotFound, StorageFull
from unificx.media import webm
from unificx.media.opus import Encoder
from unificx.recording.backlog import Backlog, Work
from unificx.recording.recorded_video import SOUND_BIT_RATE


class VideoFinisher:
    """Finishes the videos of recordings that have ended."""

    def __init__(self, deps: AudioStoreDependencies, audio: AudioStore) -> None:
        self._deps = deps
        self._audio = audio
        final = (CorruptAudio, Expired, NotFound)
        self._backlog = Backlog(deps.database, Work(unfinished_videos, self._finish, final, "video_not_finished"))

    async def finish_all(self) -> int:
        """Finish every video that can be; return their number."""
        return await self._backlog.process_all()

    async def _finish(self, row: AudioRecord) -> None:
        """Finish one video; one without a picture is removed. Raises Expired, NotFound, CorruptAudio, StorageFull."""
        row, aead = await self._audio.load(row.tenant_id, row.id)
        sound = await self._audio.open(row.tenant_id, row.id)
        form = NO_VIDEO
        try:
            stored = await asyncio.to_thread(open_video, self._deps.blobs, row, aead)
        except FileNotFoundError:
            pass  # no video was received
        else:
            clusters = await _clusters(stored)
            if any(each.size[0] for each in clusters):
                await self._write(row, aead, sound, (stored, clusters))
                form = WEBM
        files = AudioFiles(row.tenant_id, row.id, row.form, form)
        size = await asyncio.to_thread(files.size, self._deps.blobs)
        async with self._deps.database.begin() as uow:
            is_stored = await set_video(uow.session, files, size)
        await self._remove(row, row.video)
        if not is_stored and form == WEBM:
            await self._remove(row, WEBM)

    async def _write(
        self,
        row: AudioRecord,
        aead: AESGCM,
        sound: AudioReader,
        source: tuple[SealedFileReader, Sequence[webm.Cluster]],
    ) -> None:
        stored, clusters = source
        end = clusters[-1].offset + clusters[-1].length
        await self._remove(row, WEBM)
        file = create_video(self._deps.blobs, (row.tenant_id, row.id), aead, WEBM)
        rate = sound.header.rate
        form = webm.SoundFormat(rate, Encoder(rate, 1, SOUND_BIT_RATE).pre_skip)
        try:
            await asyncio.to_thread(file.write, webm.head(clusters, round(sound.seconds * 1000), form))
            async for piece in stored.stream(0, end):
                await asyncio.to_thread(file.write, piece)
            if not await asyncio.to_thread(file.finish):
                raise StorageFull("No space left to finish a video. Free up disk space.")
        except BaseException:
            file.close()
            await self._remove(row, WEBM)
            raise

    async def _remove(self, row: AudioRecord, video: str) -> None:
        await asyncio.to_thread(self._deps.blobs.remove, video_name(row.id, video))


async def _clusters(stored: SealedFileReader) -> list[webm.Cluster]:
    """Return the complete clusters of a file. Raises CorruptAudio."""
    found: list[webm.Cluster] = []
    at = 0
    while at < stored.length:
        prefix = b"".join([piece async for piece in stored.stream(at, at + webm.PREFIX_BYTES)])
        try:
            cluster = webm.scan(at, prefix)
        except webm.InvalidCluster:
            if len(prefix) == webm.PREFIX_BYTES:
                raise CorruptAudio("no cluster where one should be") from None
            break  # a crash has cut it off
        if at + cluster.length > stored.length:
            break
        found.append(cluster)
        at += cluster.length
    return found
