"""SQLite engine: the settings of each connection, and one message to its thread for each statement.

A connection of aiosqlite has a thread. SQLAlchemy's adapter sends it a message for each of cursor, execution, rows and
close, for BEGIN as for any statement, and two for the end of a transaction: 40 for a page of a list with four
statements. Here a statement with its rows is one message, BEGIN goes along with the first one, statements whose results
are not needed go along with the next one, and a transaction ends once.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util.concurrency import await_

READING = "reading"
"""Execution option of an engine that only reads: "transaction", or "statement", each of which is read by itself."""

LOG_BYTES = 4 << 20
"""Size of the write-ahead log from which on it is merged into the file, beside the writers (`wal_checkpoint.py`)."""
_LAST_RESORT = 20_000
"""Pages of 4 KiB in the log with which a commit merges it itself, while others wait."""

# secure_delete overwrites deleted data; temp_store keeps spilled rows off the disk; of pages, which the system caches
# too, each connection holds 512 kB, not 2 MB; WAL lets readers continue beside the single writer; with FULL an
# acknowledged commit survives a power failure, with NORMAL the next such one saves it.
_SETTINGS = (
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-512",
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA journal_size_limit={LOG_BYTES}",
    f"PRAGMA wal_autocheckpoint={_LAST_RESORT}",
)
_BUSY_TIMEOUT = 10.0
"""Busy timeout in seconds, for a write of another process."""

_Description = tuple[tuple[Any, ...], ...] | None
_Result = tuple[_Description, int, int | None, list[Any]]
"""Description, row count, last row id and rows, as PEP 249 has them."""
_Statement = tuple[str, Sequence[Any]]
"""Text and parameters."""


def sqlite_engine(url: URL, *, durable: bool = True) -> AsyncEngine:
    """Return an engine of a database file. Transactions that only read are BEGIN DEFERRED: see `READING`. Commits that
    are not `durable` do not wait for the disk."""
    settings = (*_SETTINGS, f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_TIMEOUT})
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "connect", partial(_prepare, settings))
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


class _Cursor:
    """Cursor (PEP 249) whose statement is over once `execute` returns: its rows are in memory."""

    server_side = False
    __slots__ = ("_connection", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, connection: "_Connection") -> None:
        self._connection = connection
        # Owner: one statement.
        self._rows = deque[Any]()
        self.arraysize = 1
        self.description: _Description = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        self._run(sqlite3.Cursor.execute, operation, parameters)

    def executemany(self, operation: str, seq_of_parameters: Iterable[Sequence[Any]]) -> None:
        self._run(sqlite3.Cursor.executemany, operation, seq_of_parameters)

    def _run(self, method: Callable[..., object], operation: str, parameters: Iterable[Any]) -> None:
        self.description, self.rowcount, self.lastrowid, rows = self._connection.run(method, operation, parameters)
        self._rows = deque(rows)

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> Sequence[Any]:
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def __iter__(self) -> Iterator[Any]:
        while self._rows:
            yield self._rows.popleft()

    def setinputsizes(self, *sizes: object) -> None:
        """Do nothing: SQLite has no sizes."""

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Called by SQLAlchemy to close the statement and keep the rows."""


class _Connection(AsyncAdapt_aiosqlite_connection):
    """Connection whose transactions begin with their first statement and end once."""

    __slots__ = ("_begun", "_deferred", "_pending")

    def __init__(self, dbapi: AsyncAdapt_aiosqlite_dbapi, driver: Any) -> None:
        super().__init__(dbapi, driver)
        self._pending: str | None = None
        """The BEGIN that goes along with the next statement."""
        self._begun = False
        """Whether a transaction may have begun."""
        # Owner: one transaction.
        self._deferred: list[_Statement] = []

    def begin(self, statement: str) -> None:
        """Begin a transaction with the next statement: SQLite takes a snapshot, or the write lock, no earlier."""
        self._pending = statement

    def defer(self, operation: str, parameters: Sequence[Any]) -> None:
        """Execute a statement of this transaction right before its next one, which may be the commit, and raises its
        error."""
        self._deferred.append((operation, parameters))

    def run(self, method: Callable[..., object], operation: str, parameters: Iterable[Any]) -> _Result:
        """Execute a statement on the thread of the connection and return its result with all rows."""
        first: list[_Statement] = [] if self._pending is None else [(self._pending, ())]
        first += self._deferred
        self._begun = self._begun or self._pending is not None
        self._pending, self._deferred = None, []
        driver = self._connection
        try:
            return await_(driver._execute(_execute, driver._conn, first, method, operation, parameters))
        except Exception as error:
            self._handle_exception(error)

    def cursor(self, server_side: bool = False) -> Any:
        """Return a cursor; one with `server_side` reads its rows from the file while they are fetched."""
        if not server_side:
            return _Cursor(self)
        if self._pending is not None or self._deferred:
            self.run(sqlite3.Cursor.execute, "SELECT 1", ())
        return super().cursor(server_side=True)

    def commit(self) -> None:
        if self._deferred:
            self.run(sqlite3.Cursor.execute, "COMMIT", ())
        elif self._begun:
            super().commit()
        self._pending, self._begun = None, False

    def rollback(self) -> None:
        self._pending, self._deferred = None, []
        if self._begun:
            super().rollback()
            self._begun = False


def _execute(
    connection: sqlite3.Connection,
    first: Iterable[_Statement],
    method: Callable[..., object],
    operation: str,
    parameters: Iterable[Any],
) -> _Result:
    """Execute a statement, after those that go along with it.

    The cursor does not outlive the call: as long as a statement exists, SQLite keeps a closed connection, with the lock
    of its transaction. So a writer that was cancelled does not block the next one.
    """
    cursor = connection.cursor()
    for each in first:
        cursor.execute(*each)
    method(cursor, operation, parameters)
    rows = cursor.fetchall() if cursor.description is not None else []
    return cursor.description, cursor.rowcount, cursor.lastrowid, rows


def _connect(dialect: Any, record: Any, arguments: Any, parameters: Any) -> _Connection:
    del record
    adapted = dialect.connect(*arguments, async_creator_fn=_open, **parameters)
    return _Connection(dialect.dbapi, adapted.driver_connection)


async def _open(*arguments: Any, **parameters: Any) -> aiosqlite.Connection:
    """Open a connection; close it if the task is cancelled meanwhile, since the driver would drop it open."""
    connection = aiosqlite.connect(*arguments, **parameters)
    connection._thread.daemon = True  # as SQLAlchemy does
    opening = asyncio.ensure_future(connection)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(Exception):
            await (await opening).close()
        raise


def _prepare(settings: Iterable[str], connection: Any, record: Any) -> None:
    # Transactions are begun explicitly (see _begin): with the driver's implicit BEGIN a reader could become a writer
    # midway and fail with SQLITE_BUSY.
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in settings:
        cursor.execute(setting)
    cursor.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING)
    if reading != "statement":
        opened: Any = connection.connection.dbapi_connection
        opened.begin("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")
