"""The file of the key store: a SQLite database in which deleted bytes are overwritten."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unificx.core.errors import StartupError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS proof (
    id INTEGER PRIMARY KEY CHECK (id = 1), installation TEXT NOT NULL, wrapped BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS derivation (
    id INTEGER PRIMARY KEY CHECK (id = 1), wrapped BLOB NOT NULL, master TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS tenant_key (
    tenant TEXT PRIMARY KEY, wrapped BLOB, version INTEGER NOT NULL DEFAULT 1, master TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS former_tenant_key (
    tenant TEXT NOT NULL, version INTEGER NOT NULL, wrapped BLOB NOT NULL, master TEXT NOT NULL,
    PRIMARY KEY (tenant, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alias (
    tenant TEXT NOT NULL, kind TEXT NOT NULL, blind BLOB NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, blind)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alias_of ON alias (subject);
CREATE TABLE IF NOT EXISTS alias_key (
    tenant TEXT NOT NULL, kind TEXT NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY (tenant, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS withdrawn_key (
    tenant TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, wrapped BLOB NOT NULL,
    wrapped_by INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (tenant, subject, version)
);
CREATE TABLE IF NOT EXISTS orphaned_key (
    tenant TEXT NOT NULL, subject TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (tenant, subject)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS destructions (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL);
INSERT OR IGNORE INTO destructions VALUES (1, 0);
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY CHECK (id = 1), length INTEGER NOT NULL, mac TEXT NOT NULL
);
"""
# NULL in `wrapped` is the tombstone of a destroyed key. `wrapped_by` is the version of the tenant key, `master` the id
# of the master key that wraps a key.

_SUBJECT_KEY = """
CREATE TABLE IF NOT EXISTS subject_key (
    tenant TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, wrapped BLOB, wrapped_by INTEGER NOT NULL,
    PRIMARY KEY (tenant, subject)
);
"""
# With row ids: SQLite moves the entries of an index, which a table without them is, between pages, and leaves parts of
# them behind in spite of secure_delete.

_ADDED = (("version", "INTEGER NOT NULL DEFAULT 1"), ("master", "TEXT NOT NULL DEFAULT ''"))
"""Columns of tenant keys that files of former versions lack."""
_CHECKPOINT_ATTEMPTS = 5


class KeysBusy(RuntimeError):
    """The key was destroyed, but another process still reads the old log; repeat to finish."""


class KeyFile:
    """One connection to the file `path`, which is created if it is missing. `lock` guards `db`. Raise StartupError."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self.db = _open(path)

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction that excludes other writers, of other processes too."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def truncate_log(self) -> None:
        """Clear the write-ahead log, which contains what was overwritten. Raise KeysBusy."""
        with self.lock:
            for _ in range(_CHECKPOINT_ATTEMPTS):
                busy, _, _ = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
        raise KeysBusy("another process still reads the key store's log")


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection for all threads, without transactions of its own."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2.0)


def _open(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = connect(path)
    except OSError as error:
        raise StartupError(
            f"The key store cannot be opened: {error.strerror}.", hint="Check the directory and its permissions."
        ) from None
    try:
        db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;" + _SCHEMA + _SUBJECT_KEY
        )
        _upgrade(db)
        # Clear keys that a previous process destroyed but could not clear from the log.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.DatabaseError:
        db.close()
        raise StartupError(
            "The key store is damaged or is not a UnifiCX key store.", hint="Restore keys.db from its latest backup."
        ) from None
    return db


def _upgrade(db: sqlite3.Connection) -> None:
    """Change the tables of a former version, in one transaction."""
    if not _has(db, "withdrawn_key", "wrapped_by"):
        db.execute("ALTER TABLE withdrawn_key ADD COLUMN wrapped_by INTEGER NOT NULL DEFAULT 1")
    if _has(db, "subject_key", "wrapped_by"):
        return
    db.execute("BEGIN IMMEDIATE")
    if not _has(db, "subject_key", "wrapped_by"):
        for column, kind in _ADDED:
            db.execute(f"ALTER TABLE tenant_key ADD COLUMN {column} {kind}")
        db.execute("ALTER TABLE subject_key RENAME TO former_subject_key")
        db.execute(_SUBJECT_KEY)
        db.execute("INSERT INTO subject_key SELECT tenant, subject, version, wrapped, 1 FROM former_subject_key")
        db.execute("DROP TABLE former_subject_key")
    db.execute("COMMIT")


def _has(db: sqlite3.Connection, table: str, column: str) -> bool:
    return any(row[1] == column for row in db.execute(f"PRAGMA table_info({table})"))
