"""State of the erasure journal that the key store knows, in a table of its file."""

import sqlite3

from unificx.privacy.journal import JournalHead
from unificx.privacy.key_file import KeyFile


class KnownJournal:
    """Latest known state of the erasure journal."""

    def __init__(self, file: KeyFile) -> None:
        self._file = file

    @property
    def head(self) -> JournalHead:
        with self._file.read_lock:
            row = self._file.reads.execute("SELECT length, mac FROM journal").fetchone()
        return JournalHead(*row) if row else JournalHead()

    def store(self, db: sqlite3.Connection, head: JournalHead | None) -> None:
        """Store a state within a transaction, unless a later one is known. None: it is not known."""
        if head is not None:
            query = (
                "INSERT INTO journal VALUES (1, ?1, ?2)"
                " ON CONFLICT DO UPDATE SET length = ?1, mac = ?2 WHERE ?1 >= length"
            )
            db.execute(query, (head.length, head.mac))
