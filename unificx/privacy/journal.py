"""The erasure journal: who was erased, in a file outside every database, so that no restored backup brings them back.

One JSON object a line, of random ids and a time. It is on the disk before a key is destroyed; another line says when
nothing is left of who was erased in the database either.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

_FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure that was decided on; `subject` is "" for a whole tenant. `at` is ISO 8601 in UTC."""

    id: str
    at: str
    tenant: str
    subject: str


class Journal:
    """The journal in file `path`; it only ever grows."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entry: Entry) -> None:
        """Write an entry so that it survives the machine losing power. Raises OSError if that cannot be done."""
        self._write(asdict(entry))

    def note_followed(self, entry_id: str) -> None:
        """Everything that was known of who was erased is gone too. Raises OSError."""
        self._write({_FOLLOWED: entry_id})

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first; a line that was cut short is passed over, for it was never acted on."""
        for line in self._lines():
            try:
                yield Entry(**line)
            except TypeError:
                continue

    def followed(self) -> set[str]:
        """The ids of entries after which everything was done."""
        return {line[_FOLLOWED] for line in self._lines() if _FOLLOWED in line}

    def _write(self, values: dict[str, str]) -> None:
        line = json.dumps(values).encode() + b"\n"
        # The newline in front ends a line that a sudden death may have cut short; empty lines mean nothing.
        handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            if os.write(handle, b"\n" + line) != len(line) + 1:
                raise OSError("the erasure journal could not be written whole")
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
