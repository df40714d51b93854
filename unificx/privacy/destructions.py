"""Destructions of keys by other processes, noticed before a key is taken from memory.

A counter in the key store is raised by the transaction of each destruction. Before each use of keys in memory, SQLite
is asked whether any other connection has committed (`PRAGMA data_version`, a read of shared memory), and only then the
counter is read: a destruction that was committed before is always noticed.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unificx.privacy.key_file import KeyFile, connect

_COUNT = "SELECT number FROM destructions"


class Destructions:
    """Counts destructions in the key store `path`, which exists. It has a connection of its own: a read never waits for
    a write of this process."""

    def __init__(self, path: Path) -> None:
        self._db = connect(path)
        self._lock = threading.Lock()
        self._data_version = -1
        # Owner: the key store. A copy of this node: what its memory is known to agree with.
        self._known = self._db.execute(_COUNT).fetchone()[0]
        self._own: set[int] = set()
        """Numbers after the known one that destructions of this process have."""

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def destroying(self, file: KeyFile) -> Iterator[sqlite3.Connection]:
        """Run a transaction that destroys keys, and count it. The caller clears its own memory of them.

        The number is noted before the transaction can be seen: other threads use keys while it commits, and would clear
        the memory of all keys if they took it for one of another process.
        """
        number = 0
        try:
            with file.writing() as db:
                yield db
                number = db.execute("UPDATE destructions SET number = number + 1 RETURNING number").fetchone()[0]
                with self._lock:
                    self._own.add(number)
        except BaseException:
            if number:
                self._forget(number)
            raise
        with self._lock:
            if self._known == number - 1:
                self._known = number
                self._own.discard(number)

    def has_other(self) -> bool:
        """Return whether another process has destroyed a key since the last call."""
        with self._lock:
            version = self._db.execute("PRAGMA data_version").fetchone()[0]
            if version == self._data_version:
                return False
            number = self._db.execute(_COUNT).fetchone()[0]
            self._data_version = version
            seen = {each for each in self._own if self._known < each <= number}
            is_other = number - self._known > len(seen)
            self._known = number
            self._own = {each for each in self._own if each > number}
            return is_other

    def _forget(self, number: int) -> None:
        """The transaction with this number was not committed, so another process may have used it: look again."""
        with self._lock:
            self._own.discard(number)
            self._known = self._data_version = -1
