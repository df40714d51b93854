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

MIN_FREE_BYTES = 32 << 20
"""Free bytes required for the databases and their logs."""
RESUME_FREE_BYTES = MIN_FREE_BYTES + (8 << 20)
CHECK_INTERVAL = 1.0
BLOCK_BYTES = 4096

log = structlog.get_logger()


def _free_bytes(path: Path) -> int:
    """Return the bytes available to unprivileged programs. Raises OSError if the path does not exist."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


class DiskGuard:
    """Checks free space in the state directory, at most once per CHECK_INTERVAL. Cheap to call."""

    def __init__(self, path: Path, clock: Clock, get_free_bytes: Callable[[Path], int] = _free_bytes) -> None:
        self._path, self._clock, self._get_free_bytes = path, clock, get_free_bytes
        self._checked_at = float("-inf")
        self._low = False
        self.free = 0
        """Free bytes at the last check."""

    def is_low(self) -> bool:
        """Return whether disk space is low. Running work continues; new calls, registrations, changes are refused."""
        now = self._clock.monotonic()
        if now - self._checked_at >= CHECK_INTERVAL:
            self._checked_at = now
            self._check()
        return self._low

    def _check(self) -> None:
        with suppress(OSError):
            self.free = self._get_free_bytes(self._path)
        low = self.free < (RESUME_FREE_BYTES if self._low else MIN_FREE_BYTES)
        if low is not self._low:
            self._low = low
            if low:
                log.warning("disk_nearly_full", free_mib=self.free >> 20, needed_mib=MIN_FREE_BYTES >> 20)
            else:
                log.info("disk_space_recovered", free_mib=self.free >> 20)


class ReserveFile:
    """A file of `size` bytes that reserves disk space and is truncated to release it."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._file: int | None = None
        self._reserved = 0

    @property
    def reserved(self) -> int:
        """Bytes that can still be released."""
        return self._reserved

    def fill(self) -> None:
        """Grow to the full size, unless that would leave the disk nearly full."""
        if self._reserved >= self._size:
            return
        with suppress(OSError):
            if self._file is None:
                self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
                self._reserved = os.fstat(self._file).st_size
            if _free_bytes(self._path.parent) - (self._size - self._reserved) >= RESUME_FREE_BYTES:
                os.posix_fallocate(self._file, self._reserved, self._size - self._reserved)
                self._reserved = self._size

    def release(self, size: int) -> bool:
        """Release `size` bytes; return False if no reserve is left."""
        if self._file is None or not self._reserved:
            return False
        self._reserved = max(0, self._reserved - (size + BLOCK_BYTES - 1) // BLOCK_BYTES * BLOCK_BYTES)
        with suppress(OSError):
            os.ftruncate(self._file, self._reserved)
            return True
        return False

    def remove(self) -> None:
        """Delete the file. To be called at shutdown."""
        if self._file is not None:
            os.close(self._file)
            self._file, self._reserved = None, 0
        self._path.unlink(missing_ok=True)
