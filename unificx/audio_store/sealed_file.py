"""Reader of one sealed file: decrypted bytes by position, either samples or Ogg Opus."""

import asyncio
from collections.abc import AsyncIterator

from unificx.audio_store.blobs import Blobs
from unificx.audio_store.file_format import EXTRA, Damaged, Sealer
from unificx.core.errors import Expired

_AT_ONCE = 128 << 10
"""Bytes per read, one request of an object store."""


class Stored:
    """The file `name`, of `size` bytes. Positions are in bytes of plaintext. `truncated`: it has no end; its complete
    chunks are readable."""

    def __init__(self, blobs: Blobs, name: str, sealer: Sealer, size: int, *, torn: bool = False) -> None:
        header = sealer.header
        self.header = header
        self.length = header.whole(size) * header.chunk if torn else header.length(size)
        self._last = None if torn else header.last(size)
        self._blobs = blobs
        self.name = name
        self._size = size
        self._sealer = sealer
        self._several = max(_AT_ONCE // header.chunk, 1)

    async def stream(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `end`. Raises CorruptAudio; Expired if it is erased meanwhile."""
        end = self.length if end is None else min(end, self.length)
        chunk = self.header.chunk
        number = start // chunk
        while max(start, number * chunk) < end:
            several = min(self._several, -(-end // chunk) - number)
            plain = await asyncio.to_thread(self.chunks, number, several)
            yield plain[max(start - number * chunk, 0) : end - number * chunk]
            number += several

    def check(self) -> None:
        """Raise CorruptAudio unless the end chunk is present and authentic, so that truncation is detected."""
        if self._last is not None:
            self.chunks(self._last)

    def chunks(self, first: int, several: int = 1) -> bytes:
        """Read consecutive chunks. Blocking: call from a thread. Raises CorruptAudio, Expired."""
        whole = self.header.chunk + EXTRA
        if self.header.place(first) >= self._size:
            raise Damaged("unexpected end of file")
        try:
            sealed = memoryview(self._blobs.read(self.name, self.header.place(first), several * whole))
        except FileNotFoundError:
            raise over() from None
        numbers = range(first, first + several)
        plain = [
            self._sealer.open(number, sealed[at : at + whole], last=number == self._last)
            for number, at in zip(numbers, range(0, len(sealed), whole), strict=False)
        ]
        if len(plain) < several:
            raise Damaged("unexpected end of file")
        return b"".join(plain)


def over() -> Expired:
    return Expired("This recording was erased.")
