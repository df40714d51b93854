"""The database, SQLite or PostgreSQL, and the unit of work: one request, SIP transaction or job, one commit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from unificx.kernel.clock import Clock
from unificx.kernel.errors import CannotStart
from unificx.kernel.facts import Fact
from unificx.store.tables import OutboxRow

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

# secure_delete overwrites what is deleted; temp_store keeps spilled rows off the disk; WAL lets readers go on beside
# the one writer, and with FULL a commit that was answered survives the machine losing power.
_SQLITE_SETTINGS = (
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)
_SQLITE_PATIENCE = 10.0
"""Seconds to wait for another process's write."""

_READING = "reading"


def fact_name(kind: type[Fact]) -> str:
    """`unificx.people.facts.PersonAdded` is told as `people.PersonAdded`."""
    module = kind.__module__.removeprefix("unificx.").removesuffix(".facts")
    return f"{module}.{kind.__name__}"


@cache
def fact_words(kind: type[Fact]) -> TypeAdapter[Any]:
    """How facts of a kind are written and read as JSON."""
    return TypeAdapter(kind)


class UnitOfWork:
    """What happens together or not at all: `session` for rows, `publish` for the facts they make true.

    `afterwards` is called once it is committed, for what may be lost with this process; it must not fail.
    """

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.facts: list[Fact] = []
        self.afterwards: list[Callable[[], object]] = []
        self._now = now

    def publish(self, fact: Fact) -> None:
        """Write the fact into the outbox in this transaction; it is told once, and only if, this commits."""
        body = fact_words(type(fact)).dump_json(fact).decode()
        row = OutboxRow(id=fact.id, tenant_id=fact.tenant, name=fact_name(type(fact)), body=body, due=self._now)
        self.session.add(row)
        self.facts.append(fact)


class Database:
    """One database. `url`: `sqlite:////path/to/file.db` or `postgresql://user@host/name`; made by SQLAlchemy's rules.

    Raises CannotStart for any other kind. `committed` is called with the facts of each unit of work that went through;
    the outbox hangs itself in there.
    """

    def __init__(self, url: str | URL, clock: Clock) -> None:
        parsed = _understood(url)
        self.dialect = parsed.get_backend_name()
        self.clock = clock
        self.committed: Callable[[list[Fact]], None] = lambda facts: None
        self.engine = _engine(parsed.set(drivername=_DRIVERS[self.dialect]))
        self._reader = self.engine.execution_options(**{_READING: True})
        self._turn = _Turn() if self.dialect == "sqlite" else None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work that commits at the end of the block, or rolls back if the block raises.

        SQLite has one writer at a time: the others wait for their turn in order. A unit of work inside another of the
        same task raises RuntimeError, for it would wait for itself.
        """
        if self._turn is None:
            async with self._unit() as uow:
                yield uow
        else:
            async with self._turn, self._unit() as uow:
                yield uow
        if uow.facts:
            self.committed(uow.facts)
        for step in uow.afterwards:
            step()

    @asynccontextmanager
    async def _unit(self) -> AsyncIterator[UnitOfWork]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield UnitOfWork(session, self.clock.now())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads: one consistent view, never in a writer's way, nothing committed."""
        async with AsyncSession(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def close(self) -> None:
        """Let go of every connection; with its last one SQLite folds the write-ahead log into the file."""
        await self.engine.dispose()


class _Turn:
    """A lock that is fair and knows its holder, so that waiting for oneself is an error and not a hang."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        if self._holder is asyncio.current_task():
            raise RuntimeError("a unit of work was begun inside another one")
        await self._lock.acquire()
        self._holder = asyncio.current_task()

    async def __aexit__(self, *fault: object) -> None:
        self._holder = None
        self._lock.release()


def _understood(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() in _DRIVERS:
            return parsed
    except ArgumentError:
        pass  # it is not quoted, for a password may stand in it
    raise CannotStart(
        "The database's address is of no kind there is here: SQLite or PostgreSQL.",
        hint="Set UNIFICX_DATABASE to sqlite:////path/to/file.db or postgresql://user@host/name, or to nothing.",
    )


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        return create_async_engine(url, hide_parameters=True, pool_size=10, max_overflow=10)
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": _SQLITE_PATIENCE})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # Transactions are ours to begin: the driver's own way would let a reader turn writer half-way, and be refused.
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in _SQLITE_SETTINGS:
        cursor.execute(setting)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")
