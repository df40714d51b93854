"""Audio writer: encrypts and appends half a second at a time, the most a crash can lose."""

import asyncio
import contextlib
import os
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.audio_store.blobs import BlobStore
from unificx.audio_store.file_format import AudioHeader, ChunkCipher, CorruptAudio
from unificx.core.errors import StorageFull
from unificx.db import shield_until_done

CANCEL_SECONDS = 3.0
"""Time for which a cancelled call waits for the thread that finishes a file."""


class SealedFileWriter:
    """A sealed file written sequentially, chunk by chunk. Blocking: call from a thread."""

    def __init__(self, blobs: BlobStore, name: str, sealer: ChunkCipher) -> None:
        self._blobs = blobs
        self._name = name
        self._sealer = sealer
        self._file: BinaryIO | None = None
        self._buffer = bytearray()
        self._number = 0

    @property
    def header(self) -> AudioHeader:
        return self._sealer.header

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written, so that there is no file."""
        return self._file is None and not self._buffer

    @property
    def written(self) -> int:
        """Plaintext bytes in the file."""
        return self._number * self.header.chunk

    def write(self, data: bytes) -> None:
        """Write data. Raises StorageFull; what is in the file stays readable."""
        chunk = self.header.chunk
        self._buffer += data
        while len(self._buffer) >= chunk:
            self._append(self._sealer.seal(self._number, bytes(self._buffer[:chunk])))
            self._number += 1
            del self._buffer[:chunk]

    def finish(self) -> bool:
        """Write the rest and the end chunk; False if there is no space."""
        try:
            self._append(self._sealer.seal(self._number, bytes(self._buffer), last=True))
            if self._file is not None:
                os.fdatasync(self._file.fileno())
        except (StorageFull, OSError):
            return False
        finally:
            self.close()
        return True

    def close(self) -> None:
        """Close the file without writing an end."""
        if self._file is not None:
            self._file.close()

    def _append(self, sealed: bytes) -> None:
        """Append a whole chunk, or nothing."""
        try:
            if self._file is None:
                self._file = self._blobs.create(self._name)
                _write_all(self._file, bytes(self.header))
            _write_all(self._file, sealed)
        except OSError:
            self._buffer.clear()
            with contextlib.suppress(OSError):
                if self._file is not None:
                    self._file.truncate(self.header.chunk_offset(self._number))
                    self._file.seek(0, os.SEEK_END)
            raise _disk_full_error() from None


class AudioWriter:
    """An audio sink. `recording` is (tenant, id). Two channels are interleaved. `video` is the file of the video, if it
    has one."""

    def __init__(
        self,
        blobs: BlobStore,
        place: tuple[str, str],
        aead: AESGCM,
        channels: int = 1,
        *,
        video: SealedFileWriter | None = None,
    ) -> None:
        self.recording = place
        self.video = video
        self.channels = channels
        self._blobs = blobs
        self._aead = aead
        self._file: SealedFileWriter | None = None
        self._buffer = bytearray()
        self._length = 0
        self._disk_full = False
        self._finishing: asyncio.Task[bool] | None = None

    @property
    def id(self) -> str:
        return self.recording[1]

    @property
    def seconds(self) -> float:
        """Seconds recorded so far."""
        return self._file.header.seconds(self._length) if self._file is not None else 0.0

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write 16-bit samples, all of one rate. Raises StorageFull if they cannot be stored; what is stored stays
        readable."""
        if self._disk_full:
            raise _disk_full_error()
        if self._file is None:
            sealer = ChunkCipher(self._aead, AudioHeader(rate, self.channels), self.recording)
            self._file = SealedFileWriter(self._blobs, self.id, sealer)
        self._buffer += pcm
        self._length += len(pcm)
        if self._length >= self._file.written + self._file.header.chunk:
            await shield_until_done(asyncio.to_thread(self._write_file, self._file))

    async def close(self) -> bool:
        """Finish the file; False if there was no space. No file is created if nothing was written. May be repeated:
        what a cancelled call has begun goes on. That call ends once the file is finished, but after three seconds."""
        if self._finishing is None:
            self._finishing = asyncio.create_task(self._finish())
        try:
            return await asyncio.shield(self._finishing)
        except asyncio.CancelledError:
            await asyncio.wait((self._finishing,), timeout=CANCEL_SECONDS)
            raise

    async def _finish(self) -> bool:
        if self.video is not None and not self.video.is_empty:
            # Readers do without the end of a video for which there was no space.
            await shield_until_done(asyncio.to_thread(self.video.finish))
        if self._file is None:
            return True
        return await shield_until_done(asyncio.to_thread(self._finish_file, self._file))

    def abandon(self) -> None:
        """Close the files without writing an end."""
        for each in (self._file, self.video):
            if each is not None:
                each.close()

    def _write_file(self, file: SealedFileWriter) -> None:
        samples = bytes(self._buffer)
        del self._buffer[: len(samples)]
        try:
            file.write(samples)
        except StorageFull:
            self._disk_full = True
            self._length = file.written
            self._buffer.clear()
            raise

    def _finish_file(self, file: SealedFileWriter) -> bool:
        with contextlib.suppress(StorageFull):
            self._write_file(file)
        return file.finish()


def repair(file: BinaryIO, sealer: ChunkCipher) -> tuple[float, str]:
    """Repair a truncated file by writing an end. Return its seconds, and "kept", "open" if there is no space for the
    end, or "erased" if it is empty."""
    header = sealer.header
    number = header.full_chunks(file.seek(0, os.SEEK_END))
    file.seek(header.chunk_offset(number))
    rest = file.read()
    try:
        return header.seconds(number * header.chunk + len(sealer.open(number, rest, last=True))), "kept"
    except CorruptAudio:
        pass
    try:
        file.truncate(header.chunk_offset(number))
        file.seek(0, os.SEEK_END)
        _write_all(file, sealer.seal(number, b"", last=True))
    except OSError:
        return header.seconds(number * header.chunk), "open"
    return header.seconds(number * header.chunk), "kept" if number else "erased"


def _write_all(file: BinaryIO, data: bytes) -> None:
    """Write everything: an unbuffered file may write less when the disk is nearly full."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]


def _disk_full_error() -> StorageFull:
    return StorageFull(
        "No space left to store a recording.", hint="Ask the server administrator to free up disk space."
    )
