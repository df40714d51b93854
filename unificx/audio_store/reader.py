"""Audio reader: samples of an open recording, independent of the stored format."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from unificx.audio_store.file_format import ENCODING_OPUS
from unificx.audio_store.ogg_opus import OggOpusDecoder, preroll_start
from unificx.audio_store.sealed_file import SealedFileReader
from unificx.core.errors import Expired
from unificx.media.ogg import first_position


class AudioReader:
    """Lengths and positions are in bytes of 16-bit PCM. `reopen` reopens the recording."""

    def __init__(self, file: SealedFileReader, reopen: "Callable[[], Awaitable[AudioReader]]") -> None:
        self.header = header = file.header
        self.ogg = file if header.encoding == ENCODING_OPUS else None
        """The Ogg Opus file; None if samples are stored."""
        self.length = header.samples * 2 * header.channels if header.encoding == ENCODING_OPUS else file.length
        self._file = file
        self._reopen = reopen

    @property
    def name(self) -> str:
        """The file name; it changes when the stored format changes."""
        return self._file.name

    @property
    def seconds(self) -> float:
        return self.header.seconds(self.length)

    async def stream(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the samples from `start` up to `end`. Raises CorruptAudio, Expired if it is erased meanwhile."""
        end = self.length if end is None else min(end, self.length)
        at = start
        try:
            async for piece in self._file.stream(at, end) if self.ogg is None else self._decoded(self.ogg, at, end):
                at += len(piece)
                yield piece
        except Expired:
            fresh = await self._reopen()
            if fresh.header == self.header:
                raise
            # The sample file was replaced by an Opus file with the same number of samples.
            async for piece in fresh.stream(at, end):
                yield piece

    async def read(self, start: int = 0, end: int | None = None) -> bytes:
        return b"".join([piece async for piece in self.stream(start, end)])

    async def _decoded(self, ogg: SealedFileReader, start: int, end: int) -> AsyncIterator[bytes]:
        if start >= end:
            return
        header = self.header
        decoder = OggOpusDecoder(header.rate, header.channels, start, end)
        chunk = await asyncio.to_thread(_chunk_before, ogg, preroll_start(start, header.rate, header.channels))
        async for piece in ogg.stream(chunk * header.chunk):
            samples = await asyncio.to_thread(decoder.feed, piece)
            if samples:
                yield samples
            if decoder.finished:
                return


def _chunk_before(ogg: SealedFileReader, position: int) -> int:
    """The last chunk whose first page ends at or before `position`, by binary search; the first chunk if none does."""
    low, high = 0, -(-ogg.length // ogg.header.chunk)
    while high - low > 1:
        middle = (low + high) // 2
        found = first_position(ogg.read_chunks(middle))
        if found is not None and found <= position:
            low = middle
        else:
            high = middle
    return low
