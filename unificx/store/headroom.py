"""What becomes of us when the disk fills up while we run: nothing new begins, and what is running ends in order.

`Headroom` notices in time; `Ballast` is room held back for the moment when it was not in time, because something else
on the machine took the last block.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from unificx.kernel.clock import Clock

FLOOR = 32 << 20
"""Bytes that have to be free: with less there is no room for the databases and their logs."""
ENOUGH_AGAIN = FLOOR + (8 << 20)
LOOK_EVERY = 1.0
BLOCK = 4096

log = structlog.get_logger()


def free_bytes(place: Path) -> int:
    """What an ordinary program may still write there. OSError if the place is gone."""
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


class Headroom:
    """Whether there is room for anything new where the state is kept. To be asked as often as one likes."""

    def __init__(self, place: Path, clock: Clock, free: Callable[[Path], int] = free_bytes) -> None:
        self._place, self._clock, self._ask = place, clock, free
        self._looked = float("-inf")
        self._low = False
        self.free = 0
        """Bytes, when it was looked last."""

    def low(self) -> bool:
        """Whether there is too little. What was begun goes on; no call, registration or change should begin."""
        now = self._clock.monotonic()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._look()
        return self._low

    def _look(self) -> None:
        with suppress(OSError):
            self.free = self._ask(self._place)
        low = self.free < (ENOUGH_AGAIN if self._low else FLOOR)
        if low is not self._low:
            self._low = low
            if low:
                log.warning("disk_nearly_full", free_mib=self.free >> 20, needed_mib=FLOOR >> 20)
            else:
                log.info("disk_has_room_again", free_mib=self.free >> 20)


class Ballast:
    """A file of `size` bytes that takes up room, to be thrown overboard piece by piece."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._file: int | None = None
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes that can still be thrown."""
        return self._held

    def fill(self) -> None:
        """Take what is missing, unless the disk would be nearly full afterwards."""
        if self._held >= self._size:
            return
        with suppress(OSError):
            if self._file is None:
                self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
                self._held = os.fstat(self._file).st_size
            if free_bytes(self._path.parent) - (self._size - self._held) >= ENOUGH_AGAIN:
                os.posix_fallocate(self._file, self._held, self._size - self._held)
                self._held = self._size

    def throw(self, size: int) -> bool:
        """Make room for `size` bytes; False if nothing is left."""
        if self._file is None or not self._held:
            return False
        self._held = max(0, self._held - (size + BLOCK - 1) // BLOCK * BLOCK)
        with suppress(OSError):
            os.ftruncate(self._file, self._held)
            return True
        return False

    def drop(self) -> None:
        """Give all of it back: nothing is running any more."""
        if self._file is not None:
            os.close(self._file)
            self._file, self._held = None, 0
        self._path.unlink(missing_ok=True)
