"""Reader of one sealed file: decrypted bytes by position, either samples or Ogg Opus."""

import asyncio
from collections.abc import AsyncIterator

from unificx.audio_store.blobs import BlobStore
from unificx.audio_store.file_format import CHUNK_OVERHEAD, ChunkCipher, CorruptAudio
from unificx.core.errors import Expired

_READ_BYTES = 256 << 10
"""Bytes per read, one request of an object store."""


class SealedFileReader:
    """The file `name`, of `size` bytes. Positions are in bytes of plaintext. `truncated`: it has no end; its complete
    chunks are readable."""

    def __init__(self, blobs: BlobStore, name: str, sealer: ChunkCipher, size: int, *, truncated: bool = False) -> None:
        header = sealer.header
        self.header = header
        self.length = header.full_chunks(size) * header.chunk if truncated else header.plain_length(size)
        self._last = None if truncated else header.last_chunk(size)
        self._blobs = blobs
        self.name = name
        self._size = size
        self._sealer = sealer
        self._chunks_per_read = max(_READ_BYTES // header.chunk, 1)

    async def stream(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `end`. Raises CorruptAudio; Expired if it is erased meanwhile."""
        end = self.length if end is None else min(end, self.length)
        chunk = self.header.chunk
        number = start // chunk
        while max(start, number * chunk) < end:
            count = min(self._chunks_per_read, -(-end // chunk) - number)
            plain = await asyncio.to_thread(self.read_chunks, number, count)
            yield plain[max(start - number * chunk, 0) : end - number * chunk]
            number += count

    def verify_end(self) -> None:
        """Raise CorruptAudio unless the end chunk is present and authentic, so that truncation is detected."""
        if self._last is not None:
            self.read_chunks(self._last)

    def read_chunks(self, first: int, count: int = 1) -> bytes:
        """Read consecutive chunks. Blocking: call from a thread. Raises CorruptAudio, Expired."""
        whole = self.header.chunk + CHUNK_OVERHEAD
        if self.header.chunk_offset(first) >= self._size:
            raise CorruptAudio("unexpected end of file")
        try:
            sealed = memoryview(self._blobs.read(self.name, self.header.chunk_offset(first), count * whole))
        except FileNotFoundError:
            raise erased_error() from None
        numbers = range(first, first + count)
        plain = [
            self._sealer.open(number, sealed[at : at + whole], last=number == self._last)
            for number, at in zip(numbers, range(0, len(sealed), whole), strict=False)
        ]
        if len(plain) < count:
            raise CorruptAudio("unexpected end of file")
        return b"".join(plain)


def erased_error() -> Expired:
    return Expired("This recording was erased.")
