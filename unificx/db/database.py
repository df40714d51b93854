"""Database access (SQLite or PostgreSQL) and units of work: one request, SIP transaction or job, one commit."""

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.core.events import DomainEvent
from unificx.db.commit_order import CommitOrder, CommitTurn
from unificx.db.locks import TURN
from unificx.db.models import OutboxRow
from unificx.db.postgresql import DatabaseUnreachable, postgresql_engine
from unificx.db.sqlite import READING, sqlite_engine
from unificx.db.wal_checkpoint import Checkpoints

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

Reader = AsyncSession | AsyncConnection
"""The ways of a statement that only reads: `Database.read`, `Database.read_one`, or a unit of work."""
Watcher = Callable[["UnitOfWork"], Callable[[], Awaitable[None]] | None]
"""Called with each unit of work as it begins; may return what is to be done at its end, before the commit."""


def event_name(event_type: type[DomainEvent]) -> str:
    """Return the stored name of an event class, such as `identity.PersonCreated`."""
    module = event_type.__module__.removeprefix("unificx.").removesuffix(".events")
    return f"{module}.{event_type.__name__}"


@cache
def event_adapter(event_type: type[DomainEvent]) -> TypeAdapter[Any]:
    """Return the adapter that writes and reads events of a class as JSON."""
    return TypeAdapter(event_type)


class UnitOfWork:
    """One transaction: `session` for rows, `publish` for domain events.

    Callbacks in `after_commit` run after the commit, for work that may be lost with the process. They must not raise.
    """

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.events: list[DomainEvent] = []
        self.after_commit: list[Callable[[], object]] = []
        self._now = now

    def publish(self, domain_event: DomainEvent) -> None:
        """Add the event to the outbox within this transaction; it is delivered only after the commit."""
        body = event_adapter(type(domain_event)).dump_json(domain_event).decode()
        row = OutboxRow(
            id=domain_event.id,
            tenant_id=domain_event.tenant,
            name=event_name(type(domain_event)),
            body=body,
            due=self._now,
        )
        self.session.add(row)
        self.events.append(domain_event)


def is_unreachable(fault: BaseException) -> bool:
    """Whether this error means that the database cannot be connected to, or has closed the connection."""
    return isinstance(fault, DatabaseUnreachable) or (isinstance(fault, DBAPIError) and fault.connection_invalidated)


def is_overloaded(fault: BaseException) -> bool:
    """Whether this error means that no connection of the pool became free in time."""
    return isinstance(fault, PoolTimeout)


def is_full(fault: BaseException) -> bool:
    """Whether this error means that the disk, of the database or of a file beside it, is full."""
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(cause, OSError):
        return cause.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", "") == "53100"


class Database:
    """A database. `url`: `sqlite:////path/to/file.db` or `postgresql://user@host/name`, in SQLAlchemy's syntax.

    Raises StartupError for any other URL.
    """

    def __init__(self, url: str | URL, clock: Clock) -> None:
        parsed = _parse_url(url)
        self.dialect = parsed.get_backend_name()
        self.clock = clock
        self._subscribers: list[Callable[[list[DomainEvent]], None]] = []
        self._watcher: Watcher | None = None
        self.engine = _engine(parsed.set(drivername=_DRIVERS[self.dialect]))
        self._read_engine = self.engine.execution_options(**{READING: "transaction"})
        self._statement_engine = self.engine.execution_options(**{READING: "statement"})
        if self.dialect == "postgresql":
            self._read_engine = self.engine.execution_options(isolation_level="REPEATABLE READ")
            self._statement_engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._order = CommitOrder()
        self._writer_lock: _WriterLock | None = None
        self._checkpoints: Checkpoints | None = None
        self._repeatable_engine = self.engine
        if self.dialect == "sqlite":
            self._writer_lock = _WriterLock()
            self._checkpoints = Checkpoints(parsed.database or "", self._writer_lock)
            self._repeatable_engine = sqlite_engine(self.engine.url, durable=False)

    def subscribe(self, subscriber: Callable[[list[DomainEvent]], None]) -> None:
        """Call `subscriber` with the events of each unit of work once it is committed."""
        self._subscribers.append(subscriber)

    def watch(self, watcher: Watcher) -> None:
        """Let `watcher` take part in each unit of work: what it adds is committed or rolled back with it."""
        self._watcher = watcher

    @asynccontextmanager
    async def begin(self, *, repeatable: bool = False) -> AsyncIterator[UnitOfWork]:
        """Begin a unit of work that commits at the end of the block, or rolls back if the block raises.

        A `repeatable` one may be undone by a power failure, because its work is repeated then: on SQLite its commit
        does not wait for the disk, and is on it with the next other one.

        The next unit of work that gets the same lock (`lock_scope`) goes on after the callbacks of this one. SQLite
        allows one writer at a time; others wait in order. A nested unit of work in the same task raises
        RuntimeError because it would deadlock.
        """
        if repeatable and self._checkpoints is not None:
            await self._checkpoints.wait()
        with self._order.begin() as turn:
            async with self._writer_lock or nullcontext(), self._transaction(turn, repeatable=repeatable) as uow:
                yield uow
            if self._checkpoints is not None:
                self._checkpoints.committed()
            if uow.events:
                for subscriber in self._subscribers:
                    subscriber(uow.events)
            for callback in uow.after_commit:
                callback()

    @asynccontextmanager
    async def _transaction(self, turn: CommitTurn, *, repeatable: bool) -> AsyncIterator[UnitOfWork]:
        engine = self._repeatable_engine if repeatable else self.engine
        async with AsyncSession(engine, expire_on_commit=False, info={TURN: turn}) as session, session.begin():
            uow = UnitOfWork(session, self.clock.now())
            finish = self._watcher(uow) if self._watcher is not None else None
            yield uow
            if finish is not None:
                await finish()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a read-only session: a consistent snapshot that does not block writers. Nothing is committed."""
        async with AsyncSession(self._read_engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def read_one(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for one statement that reads, without a transaction to begin and to end: half the messages
        to the thread of a SQLite connection, and no session. Of several statements each sees a state of its own."""
        async with self._statement_engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close all connections. With the last one SQLite merges the write-ahead log into the file."""
        if self._checkpoints is not None:
            await self._checkpoints.wait()
        await self._repeatable_engine.dispose()
        await self.engine.dispose()


class _WriterLock:
    """A fair lock that knows its holder, so that nested acquisition raises instead of deadlocking.

    It only orders the writers of this process: SQLite would let one of several that wait for the file go first at
    random, and fail the others after the busy timeout. Other processes are kept out by BEGIN IMMEDIATE.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        if self._holder is asyncio.current_task():
            raise RuntimeError("a unit of work was begun inside another unit of work")
        await self._lock.acquire()
        self._holder = asyncio.current_task()

    async def __aexit__(self, *fault: object) -> None:
        self._holder = None
        self._lock.release()


def _parse_url(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() in _DRIVERS:
            return parsed
    except ArgumentError:
        pass  # not quoted in the error: the URL may contain a password
    raise StartupError(
        "The database URL is not supported. Use SQLite or PostgreSQL.",
        hint="Set UNIFICX_DATABASE to sqlite:////path/to/file.db or postgresql://user@host/name, or leave it unset.",
    )


def _engine(url: URL) -> AsyncEngine:
    return postgresql_engine(url) if url.get_backend_name() == "postgresql" else sqlite_engine(url)
