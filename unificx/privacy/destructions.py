"""Destructions of keys by other processes, noticed before a key is taken from memory.

A counter in the key store is raised by the transaction of each destruction. Before each use of keys in memory, SQLite
is asked whether any other connection has committed (`PRAGMA data_version`, a read of shared memory), and only then the
counter is read: a destruction that was committed before is always noticed.
"""

import sqlite3
import threading
from pathlib import Path

from unificx.privacy.key_file import connect

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

    def close(self) -> None:
        self._db.close()

    def count(self, db: sqlite3.Connection) -> int:
        """Count a destruction in the transaction of `db`, and return its number."""
        return db.execute("UPDATE destructions SET number = number + 1 RETURNING number").fetchone()[0]

    def committed(self, number: int) -> None:
        """Take note of a destruction of this process, whose memory was cleared of it by itself."""
        with self._lock:
            if self._known == number - 1:
                self._known = number

    def has_other(self) -> bool:
        """Return whether another process has destroyed a key since the last call."""
        with self._lock:
            version = self._db.execute("PRAGMA data_version").fetchone()[0]
            if version == self._data_version:
                return False
            number = self._db.execute(_COUNT).fetchone()[0]
            self._data_version = version
            if number == self._known:
                return False
            self._known = number
            return True
