"""The file of the key store: a SQLite database in which deleted bytes are overwritten.

Other processes may use it: an export or a backup reads, an administrator's own tool may write. The event loop never
waits for them, because calls would wait too. Changes that must not fail are put off: a thread makes them, and clears
the log, as soon as the file is free.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from unificx.core.background import is_in_event_loop
from unificx.core.errors import ServiceUnavailable, StartupError
from unificx.core.faults import describe_fault

log = structlog.get_logger()

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
CREATE TABLE IF NOT EXISTS rotated (keys TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY CHECK (id = 1), length INTEGER NOT NULL, mac TEXT NOT NULL
);
"""
# `rotated` has the ends of the latest rotations, of "tenants" and of the "master" key, in milliseconds of Unix time.
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
_OPENING = 2.0
"""Seconds to wait for another process while the file is opened."""
ATTEMPTS = 100
_INTERVAL = 0.1
"""Seconds between two attempts of a thread."""
_CLOSING = 5.0
"""Seconds to wait for another process, before what was put off is lost."""
_MAX_PUT_OFF = 10_000

Change = Callable[[sqlite3.Connection], None]
"""Statements within a transaction."""


class KeysBusy(ServiceUnavailable):
    """Another process uses the key store: nothing was changed. Of `clear_log`: old bytes are still in the log."""

    retry_after = 1.0

    def __init__(self, message: str = "Another process uses the key store.") -> None:
        super().__init__(message, hint="Repeat it in a moment.")


class KeyFile:
    """The file `path`, which is created if it is missing. Raise StartupError.

    `lock` guards `db`, for transactions; `read_lock` guards `reads`: no read waits for a write. On the thread of an
    event loop nothing waits for another process; on other threads it does, for 10 s and without these locks.
    """

    def __init__(self, path: Path) -> None:
        self.lock, self.read_lock = threading.RLock(), threading.RLock()
        self.db = _open(path)
        self.reads = connect(path)
        self._path = path
        self._rest_lock = threading.Lock()
        # Owner: this node. It is written before the file is closed; a crash loses it.
        self._put_off: list[tuple[Change, Callable[[], None]]] = []
        self._is_log_clear = True
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self.clear_log_soon()  # of keys that a previous process destroyed

    def close(self) -> None:
        """Write what was put off, if the file becomes free, and close it."""
        if self._thread is not None and self._put_off:
            self._thread.join(_CLOSING)
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.reads.close()
        self.db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction that excludes other writers, of other processes too. It begins with what was put off.
        Raise KeysBusy."""
        if not self._has_succeeded(self._try_to_begin):
            raise KeysBusy
        try:
            put_off = self._put_off[:]
            try:
                for change, _ in put_off:
                    change(self.db)
                yield self.db
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")
            with self._rest_lock:
                del self._put_off[: len(put_off)]
        finally:
            self.lock.release()
        for _, done in put_off:
            done()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Run several short reads as of one moment."""
        with self.read_lock:
            self.reads.execute("BEGIN")
            try:
                yield self.reads
            finally:
                self.reads.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Run several long reads as of one moment; other reads and writes go on meanwhile."""
        with contextlib.closing(connect(self._path)) as db:
            db.execute("BEGIN")
            yield db

    def read_many(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[Any]:
        """Yield the rows of a long read; other reads and writes go on meanwhile."""
        with contextlib.closing(connect(self._path)) as db:
            yield from db.execute(query, values)

    def put_off(self, change: Change, done: Callable[[], None] = lambda: None) -> None:
        """Make a change as soon as no other process writes, and before any other change of this one; then call `done`,
        on any thread. Raise KeysBusy if too much was put off."""
        with self._rest_lock:
            if len(self._put_off) >= _MAX_PUT_OFF:
                raise KeysBusy
            self._put_off.append((change, done))
        self._start_thread()

    def clear_log(self) -> None:
        """Clear the write-ahead log, which contains what was overwritten. Raise KeysBusy."""
        self._is_log_clear = False
        if not self._has_succeeded(self._try_to_clear):
            self._start_thread()
            raise KeysBusy("Another process still reads the log of the key store.")

    def clear_log_soon(self) -> None:
        """Clear the log at once, or as soon as no other process reads it."""
        self._is_log_clear = False
        if not self._try_to_clear():
            self._start_thread()

    def _has_succeeded(self, attempt: Callable[[], bool]) -> bool:
        if attempt():
            return True
        if is_in_event_loop():
            return False
        return any(attempt() for _ in range(ATTEMPTS) if not self._closing.wait(_INTERVAL))

    def _try_to_begin(self) -> bool:
        """Take the lock and begin a transaction; if another process writes, return False without the lock."""
        self.lock.acquire()
        try:
            self.db.execute("BEGIN IMMEDIATE")
        except BaseException as fault:
            self.lock.release()
            if isinstance(fault, sqlite3.OperationalError) and fault.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return False
            raise
        return True

    def _try_to_clear(self) -> bool:
        with self.lock:
            busy, _, _ = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._is_log_clear = not busy
            return not busy

    def _start_thread(self) -> None:
        with self._rest_lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._do_rest, name="key store", daemon=True)
                self._thread.start()

    def _do_rest(self) -> None:
        """Write what was put off and clear the log. Runs on a thread of its own until both are done."""
        while not self._closing.wait(_INTERVAL):
            try:
                if self._put_off:
                    with self.writing():
                        pass
                if not self._is_log_clear:
                    self._try_to_clear()
            except KeysBusy:
                continue
            except sqlite3.Error as fault:  # such as a full disk
                log.error("key_store_not_written", **describe_fault(fault))
            with self._rest_lock:
                if not self._put_off and self._is_log_clear:
                    self._thread = None
                    return


def connect(path: Path, waits: float = 0) -> sqlite3.Connection:
    """Return a connection for all threads, without transactions of its own, that waits some seconds for others."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=waits)


def _open(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = connect(path, waits=_OPENING)
    except OSError as error:
        raise StartupError(
            f"The key store cannot be opened: {error.strerror}.", hint="Check the directory and its permissions."
        ) from None
    try:
        db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;" + _SCHEMA + _SUBJECT_KEY
        )
        _upgrade(db)
        if (
            db.execute("SELECT 1 FROM destructions").fetchone() is None
        ):  # only then: a command must not wait for writers
            db.execute("INSERT OR IGNORE INTO destructions VALUES (1, 0)")
        db.execute("PRAGMA busy_timeout=0")
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
