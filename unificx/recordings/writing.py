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


class Writer:
    """A sink for samples. `place` is (tenant, id)."""

    def __init__(self, blobs: Blobs, place: tuple[str, str], aead: AESGCM) -> None:
        self.place = place
        self._blobs = blobs
        self._aead = aead
        self._sealer: Sealer | None = None
        self._file: BinaryIO | None = None
        self._waiting = bytearray()
        self._number = 0
        self._length = 0
        self._full = False

    @property
    def id(self) -> str:
        return self.place[1]

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return self._sealer.header.seconds(self._length) if self._sealer is not None else 0.0

    async def write(self, pcm: bytes, rate: int) -> None:
        """Take 16-bit samples, all of one rate. Raises NoRoom if they cannot be kept; what is kept stays readable."""
        if self._full:
            raise _no_room()
        if self._sealer is None:
            self._sealer = Sealer(self._aead, Header(rate), self.place)
        self._waiting += pcm
        self._length += len(pcm)
        if len(self._waiting) >= self._sealer.header.chunk:
            await undisturbed(asyncio.to_thread(self._put, self._sealer))

    async def close(self) -> bool:
        """The end: False if there was no room for it. Nothing was written if nothing was said."""
        if self._sealer is None:
            return True
        return await undisturbed(asyncio.to_thread(self._end, self._sealer))

    def abandon(self) -> None:
        """Let go of the file as it is."""
        if self._file is not None:
            self._file.close()

    def _put(self, sealer: Sealer) -> None:
        chunk = sealer.header.chunk
        while len(self._waiting) >= chunk:
            self._append(sealer, sealer.seal(self._number, bytes(self._waiting[:chunk])))
            self._number += 1
            del self._waiting[:chunk]

    def _append(self, sealer: Sealer, sealed: bytes) -> None:
        """One whole chunk, or nothing of it."""
        try:
            if self._file is None:
                self._file = self._blobs.create(self.id)
                _write_all(self._file, bytes(sealer.header))
            _write_all(self._file, sealed)
        except OSError:
            self._full = True
            self._length = self._number * sealer.header.chunk
            self._waiting.clear()
            with contextlib.suppress(OSError):
                if self._file is not None:
                    self._file.truncate(sealer.header.place(self._number))
                    self._file.seek(0, os.SEEK_END)
            raise _no_room() from None

    def _end(self, sealer: Sealer) -> bool:
        try:
            self._append(sealer, sealer.seal(self._number, bytes(self._waiting), last=True))
            if self._file is not None:
                os.fdatasync(self._file.fileno())
        except (NoRoom, OSError):
            return False
        finally:
            if self._file is not None:
                self._file.close()
        return True


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
