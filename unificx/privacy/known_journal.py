"""State of the erasure journal that the key store knows, in a table of its file."""

import sqlite3
import threading

from unificx.privacy.journal import JournalHead


class KnownJournal:
    """Latest known state of the erasure journal. `lock` guards the connection `db`."""

    def __init__(self, db: sqlite3.Connection, lock: threading.RLock) -> None:
        self._db, self._lock = db, lock

    @property
    def head(self) -> JournalHead:
        with self._lock:
            row = self._db.execute("SELECT length, mac FROM journal").fetchone()
        return JournalHead(*row) if row else JournalHead()

    def store(self, head: JournalHead | None) -> None:
        """Store a state within the present transaction, if any. None: it is not known."""
        if head is not None:
            query = "INSERT INTO journal VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET length = ?1, mac = ?2"
            with self._lock:
                self._db.execute(query, (head.length, head.mac))
