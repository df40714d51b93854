"""Behavior on a full disk: new work is refused, running work ends in order.

`DiskGuard` detects low disk space early. `ReserveFile` holds space back for the case that another program takes the
last block first.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from unificx.core.clock import Clock

FLOOR = 32 << 20
"""Free bytes required for the databases and their logs."""
ENOUGH_AGAIN = FLOOR + (8 << 20)
LOOK_EVERY = 1.0
BLOCK = 4096

log = structlog.get_logger()


def free_bytes(place: Path) -> int:
    """Return the bytes available to unprivileged programs. Raises OSError if the path does not exist."""
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


class Headroom:
    """Checks free space in the state directory, at most once per CHECK_INTERVAL. Cheap to call."""

    def __init__(self, place: Path, clock: Clock, free: Callable[[Path], int] = free_bytes) -> None:
        self._place, self._clock, self._ask = place, clock, free
        self._looked = float("-inf")
        self._low = False
        self.free = 0
        """Free bytes at the last check."""

    def low(self) -> bool:
        """Return whether disk space is low. Running work continues; new calls, registrations, changes are refused."""
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
                log.info("disk_space_recovered", free_mib=self.free >> 20)


class Ballast:
    """A file of `size` bytes that reserves disk space and is truncated to release it."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._file: int | None = None
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes that can still be released."""
        return self._held

    def fill(self) -> None:
        """Grow to the full size, unless that would leave the disk nearly full."""
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
        """Release `size` bytes; return False if no reserve is left."""
        if self._file is None or not self._held:
            return False
        self._held = max(0, self._held - (size + BLOCK - 1) // BLOCK * BLOCK)
        with suppress(OSError):
            os.ftruncate(self._file, self._held)
            return True
        return False

    def drop(self) -> None:
        """Delete the file. To be called at shutdown."""
        if self._file is not None:
            os.close(self._file)
            self._file, self._held = None, 0
        self._path.unlink(missing_ok=True)
