"""Writing one recording: half a second of sound at a time goes sealed to the disk; no more is ever lost to a crash."""

import asyncio
import contextlib
import os
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unificx.kernel.errors import NoRoom
from unificx.recordings.blobs import Blobs
from unificx.recordings.sealing import Damaged, Header, Sealer
from unificx.store import undisturbed


class SealedFile:
    """A file that is written from its beginning to its end, a chunk when there is one. Blocks: for threads."""

    def __init__(self, blobs: Blobs, name: str, sealer: Sealer) -> None:
        self._blobs = blobs
        self._name = name
        self._sealer = sealer
        self._file: BinaryIO | None = None
        self._waiting = bytearray()
        self._number = 0

    @property
    def header(self) -> Header:
        return self._sealer.header

    @property
    def written(self) -> int:
        """Bytes of what is sealed that are in the file."""
        return self._number * self.header.chunk

    def put(self, data: bytes) -> None:
        """Raises NoRoom; what is in the file by then stays readable."""
        chunk = self.header.chunk
        self._waiting += data
        while len(self._waiting) >= chunk:
            self._append(self._sealer.seal(self._number, bytes(self._waiting[:chunk])))
            self._number += 1
            del self._waiting[:chunk]

    def end(self) -> bool:
        """What is left, and the end; False if there is no room for it."""
        try:
            self._append(self._sealer.seal(self._number, bytes(self._waiting), last=True))
            if self._file is not None:
                os.fdatasync(self._file.fileno())
        except (NoRoom, OSError):
            return False
        finally:
            self.let_go()
        return True

    def let_go(self) -> None:
        """Leave the file as it is."""
        if self._file is not None:
            self._file.close()

    def _append(self, sealed: bytes) -> None:
        """One whole chunk, or nothing of it."""
        try:
            if self._file is None:
                self._file = self._blobs.create(self._name)
                _write_all(self._file, bytes(self.header))
            _write_all(self._file, sealed)
        except OSError:
            self._waiting.clear()
            with contextlib.suppress(OSError):
                if self._file is not None:
                    self._file.truncate(self.header.place(self._number))
                    self._file.seek(0, os.SEEK_END)
            raise _no_room() from None


class Writer:
    """A sink for samples. `place` is (tenant, id). With two channels their samples alternate, one party's first."""

    def __init__(self, blobs: Blobs, place: tuple[str, str], aead: AESGCM, channels: int = 1) -> None:
        self.place = place
        self.channels = channels
        self._blobs = blobs
        self._aead = aead
        self._file: SealedFile | None = None
        self._waiting = bytearray()
        self._length = 0
        self._full = False

    @property
    def id(self) -> str:
        return self.place[1]

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return self._file.header.seconds(self._length) if self._file is not None else 0.0

    async def write(self, pcm: bytes, rate: int) -> None:
        """Take 16-bit samples, all of one rate. Raises NoRoom if they cannot be kept; what is kept stays readable."""
        if self._full:
            raise _no_room()
        if self._file is None:
            sealer = Sealer(self._aead, Header(rate, self.channels), self.place)
            self._file = SealedFile(self._blobs, self.id, sealer)
        self._waiting += pcm
        self._length += len(pcm)
        if self._length >= self._file.written + self._file.header.chunk:
            await undisturbed(asyncio.to_thread(self._put, self._file))

    async def close(self) -> bool:
        """The end: False if there was no room for it. Nothing was written if nothing was said."""
        if self._file is None:
            return True
        return await undisturbed(asyncio.to_thread(self._end, self._file))

    def abandon(self) -> None:
        """Let go of the file as it is."""
        if self._file is not None:
            self._file.let_go()

    def _put(self, file: SealedFile) -> None:
        samples = bytes(self._waiting)
        del self._waiting[: len(samples)]
        try:
            file.put(samples)
        except NoRoom:
            self._full = True
            self._length = file.written
            self._waiting.clear()
            raise

    def _end(self, file: SealedFile) -> bool:
        with contextlib.suppress(NoRoom):
            self._put(file)
        return file.end()


def mend(file: BinaryIO, sealer: Sealer) -> tuple[float, str]:
    """Put an end to a file that was torn off: the seconds in it, and "kept", or "open" while there is no room for that;
    "erased" if nothing is in it."""
    header = sealer.header
    number = header.whole(file.seek(0, os.SEEK_END))
    file.seek(header.place(number))
    rest = file.read()
    try:
        return header.seconds(number * header.chunk + len(sealer.open(number, rest, last=True))), "kept"
    except Damaged:
        pass
    try:
        file.truncate(header.place(number))
        file.seek(0, os.SEEK_END)
        _write_all(file, sealer.seal(number, b"", last=True))
    except OSError:
        return header.seconds(number * header.chunk), "open"
    return header.seconds(number * header.chunk), "kept" if number else "erased"


def _write_all(file: BinaryIO, data: bytes) -> None:
    """A file without a buffer may take less than it is given, when the disk is nearly full."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]


def _no_room() -> NoRoom:
    return NoRoom("There is no room to keep a recording.", hint="Tell whoever runs the installation to make room.")
