"""Erasure journal: erased subjects, in a file outside every database, so that a restored backup cannot undo an erasure.

One JSON object per line, with random ids and a time. An entry is on disk before its key is destroyed; a second line
records that the rows are deleted too.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

_FINISHED_KEY = "followed"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One erasure; `subject` is "" for a whole tenant. `at` is ISO 8601 in UTC."""

    id: str
    at: str
    tenant: str
    subject: str


class ErasureJournal:
    """Append-only journal in file `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entry: JournalEntry) -> None:
        """Write an entry durably (fsync). Raise OSError on failure."""
        self._write(asdict(entry))

    def mark_finished(self, entry_id: str) -> None:
        """Record that the rows of the erased subject are deleted. Raise OSError."""
        self._write({_FINISHED_KEY: entry_id})

    def entries(self) -> Iterator[JournalEntry]:
        """Yield every entry, oldest first. A truncated line is skipped, as its erasure was never started."""
        for line in self._lines():
            try:
                yield JournalEntry(**line)
            except TypeError:
                continue

    def finished(self) -> set[str]:
        """Return the ids of completed entries."""
        return {line[_FINISHED_KEY] for line in self._lines() if _FINISHED_KEY in line}

    def _write(self, values: dict[str, str]) -> None:
        line = json.dumps(values).encode() + b"\n"
        # The leading newline terminates a line that a crash may have truncated; empty lines are ignored.
        handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            if os.write(handle, b"\n" + line) != len(line) + 1:
                raise OSError("the erasure journal was written incompletely")
            os.fsync(handle)
        finally:
            os.close(handle)

    def _lines(self) -> Iterator[dict[str, str]]:
        try:
            text = self._path.read_text("utf-8", "replace")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found
