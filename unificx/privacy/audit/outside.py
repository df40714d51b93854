"""Copies of the signed heads outside the database: a file that is only appended to."""

import os
from collections.abc import Sequence
from pathlib import Path

from unificx.core.errors import StartupError

HEADS_VARIABLE = "UNIFICX_AUDIT_HEADS"
"""File to which each signed head is appended: on another disk or machine than the database."""


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
        """Append heads and wait until they are on the disk. Raise OSError. A head may be written twice."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write("".join(f"{each}\n" for each in heads).encode())
            file.flush()
            os.fsync(file.fileno())
