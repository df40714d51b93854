"""Sealed file that arrives in parts. Each part continues where the stored bytes end, also after a crash."""

import contextlib
import os
from typing import BinaryIO

from unificx.audio_store.blobs import BlobStore
from unificx.audio_store.file_format import CHUNK_OVERHEAD, HEADER_SIZE, ChunkCipher, CorruptAudio
from unificx.core.errors import StorageFull


class IncomingFile:
    """A sealed file of `length` bytes, opened to continue it. Blocking: call from a thread; `close` it.

    Bytes that do not fill a chunk are written as a shorter one by `flush`, which the next part replaces by a whole one.
    """

    def __init__(self, blobs: BlobStore, name: str, cipher: ChunkCipher, length: int) -> None:
        self._cipher, self._header, self._length = cipher, cipher.header, length
        try:
            self._file: BinaryIO = blobs.resume(name)
        except FileNotFoundError:
            blobs.create(name).close()
            self._file = blobs.resume(name)
        self._number, self._buffer = self._stored()

    @property
    def offset(self) -> int:
        """Bytes that are stored or in the buffer."""
        return self._number * self._header.chunk + len(self._buffer)

    def write(self, data: bytes) -> None:
        """Write data, at most up to `length`. Raise StorageFull; what is in the file stays."""
        self._buffer += data
        chunk = self._header.chunk
        while len(self._buffer) >= chunk:
            self._put(bytes(self._buffer[:chunk]))
            del self._buffer[:chunk]
            self._number += 1

    def flush(self) -> None:
        """Write what is in the buffer, and the end of a complete file. Raise StorageFull."""
        if self._buffer or self.offset == self._length:
            self._put(bytes(self._buffer), last=self.offset == self._length)
        try:
            os.fdatasync(self._file.fileno())
        except OSError:
            raise _no_space() from None

    def close(self) -> None:
        self._file.close()

    def _stored(self) -> tuple[int, bytearray]:
        """Return the number of whole chunks, and the bytes after them. An incomplete chunk is dropped."""
        header, size = self._header, self._file.seek(0, os.SEEK_END)
        if size < HEADER_SIZE:
            self._file.truncate(0)
            self._file.seek(0)
            self._file.write(bytes(header))
            return 0, bytearray()
        number = header.full_chunks(size)
        rest = self._read(number, size - header.chunk_offset(number))
        if rest is None and number and self._read(number - 1, header.chunk + CHUNK_OVERHEAD) is None:
            return number - 1, bytearray()
        return number, bytearray(rest or b"")

    def _read(self, number: int, size: int) -> bytes | None:
        self._file.seek(self._header.chunk_offset(number))
        sealed = self._file.read(max(size, 0))
        for last in (False, True):
            with contextlib.suppress(CorruptAudio):
                return self._cipher.open(number, sealed, last=last)
        return None

    def _put(self, plain: bytes, *, last: bool = False) -> None:
        sealed = memoryview(self._cipher.seal(self._number, plain, last=last))
        try:
            self._file.seek(self._header.chunk_offset(self._number))
            while sealed:
                sealed = sealed[self._file.write(sealed) or 0 :]
            self._file.truncate()
        except OSError:
            raise _no_space() from None


def _no_space() -> StorageFull:
    return StorageFull("No space left to store the file.", hint="Ask the server administrator to free up disk space.")
