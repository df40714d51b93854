"""One recording, open: its samples, however they are kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from unificx.kernel.errors import Over
from unificx.media.ogg import first_position
from unificx.recordings.opus import Decoding, back_from
from unificx.recordings.sealing import OPUS
from unificx.recordings.stored import Stored


class Reader:
    """Lengths and places are in bytes of plain 16-bit samples. `again` opens the recording once more."""

    def __init__(self, stored: Stored, again: "Callable[[], Awaitable[Reader]]") -> None:
        self.header = header = stored.header
        self.ogg = stored if header.encoding == OPUS else None
        """The file of Opus in Ogg; None where samples are kept."""
        self.length = header.samples * 2 * header.channels if header.encoding == OPUS else stored.length
        self._stored = stored
        self._again = again

    @property
    def name(self) -> str:
        """Of its file: another one when how it is kept changes."""
        return self._stored.name

    @property
    def seconds(self) -> float:
        return self.header.seconds(self.length)

    async def stream(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The samples from `start` up to `end`, piece by piece. Raises Damaged, Over if it is erased meanwhile."""
        end = self.length if end is None else min(end, self.length)
        at = start
        try:
            async for piece in self._stored.stream(at, end) if self.ogg is None else self._decoded(self.ogg, at, end):
                at += len(piece)
                yield piece
        except Over:
            fresh = await self._again()
            if fresh.header == self.header:
                raise
            # Its samples were replaced by Opus just now, which stands for as many.
            async for piece in fresh.stream(at, end):
                yield piece

    async def read(self, start: int = 0, end: int | None = None) -> bytes:
        return b"".join([piece async for piece in self.stream(start, end)])

    async def _decoded(self, ogg: Stored, start: int, end: int) -> AsyncIterator[bytes]:
        if start >= end:
            return
        header = self.header
        decoding = Decoding(header.rate, header.channels, start, end)
        chunk = await asyncio.to_thread(_chunk_before, ogg, back_from(start, header.rate, header.channels))
        async for piece in ogg.stream(chunk * header.chunk):
            samples = await asyncio.to_thread(decoding.feed, piece)
            if samples:
                yield samples
            if decoding.over:
                return


def _chunk_before(ogg: Stored, position: int) -> int:
    """The last chunk whose first page ends at `position` or before it, by halves; the first one if none does."""
    low, high = 0, -(-ogg.length // ogg.header.chunk)
    while high - low > 1:
        middle = (low + high) // 2
        found = first_position(ogg.chunks(middle))
        if found is not None and found <= position:
            low = middle
        else:
            high = middle
    return low
