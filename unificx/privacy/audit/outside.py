"""Copies of the signed heads outside the database: a file that is only appended to."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from unificx.core.errors import StartupError

HEADS_VARIABLE = "UNIFICX_AUDIT_HEADS"
"""File to which each signed head is appended: on another disk or machine than the database."""

_LONGEST_HEAD = 4096
"""Bytes; a head takes some 500."""


class HeadFile:
    """A file with one signed head a line. Raise StartupError if it cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self.append([])
        except OSError as fault:
            raise StartupError(
                f"{HEADS_VARIABLE}: {path} cannot be written: {fault.strerror}.",
                hint="Check its owner and permissions.",
            ) from None

    def append(self, heads: Sequence[str]) -> None:
        """Append heads and wait until they are on the disk. Raise OSError: then none is appended. A head may be written
        twice. The part of a line that a crash has left is removed: that head was not noted as written."""
        content = "".join(f"{each}\n" for each in heads).encode()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _cut(descriptor, _size_of_lines(descriptor))
            size = os.fstat(descriptor).st_size
            try:
                if os.write(descriptor, content) != len(content):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(descriptor)
            except OSError:
                _cut(descriptor, size)
                raise
        finally:
            os.close(descriptor)


def _cut(descriptor: int, size: int) -> None:
    """Remove the bytes behind `size`. In a file whose attributes allow appending only, end the line instead: a reader
    names the line that does not contain a head."""
    if os.fstat(descriptor).st_size == size:
        return
    try:
        os.ftruncate(descriptor, size)
    except PermissionError:
        os.write(descriptor, b"\n")


def _size_of_lines(descriptor: int) -> int:
    """Return the size of a file up to the end of its last complete line."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - _LONGEST_HEAD)
    return start + os.pread(descriptor, _LONGEST_HEAD, start).rfind(b"\n") + 1
