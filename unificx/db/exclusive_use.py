"""Use of a PostgreSQL database by one server at a time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from unificx.core.errors import StartupError
from unificx.core.faults import RepeatedFault, describe_fault
from unificx.db.database import Database

_LOCK = 0x756E6966696378
"""Arbitrary number of the lock, which every server takes in its database."""
# scope: all tenants, because the lock is that of the installation.
_HOLDER = text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND classid = :high AND objid = :low"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).bindparams(high=_LOCK >> 32, low=_LOCK & 0xFFFFFFFF)
"""Selects the session that has the lock."""
_WAIT_SECONDS = 3.0
"""Seconds for which a start waits: PostgreSQL ends the connection of a killed process a moment later."""
_RELOCK_SECONDS = 40.0
"""Seconds after which a lost session is another server's: PostgreSQL may take half a minute to notice its end, and
PgBouncer gives it to others."""
_UNLOCK_SECONDS = 2.0
_INTERVAL = 0.2
log = structlog.get_logger()


@asynccontextmanager
async def exclusive_use(
    database: Database,
    on_taken: Callable[[], object],
    *,
    wait_seconds: float = _WAIT_SECONDS,
    relock_seconds: float = _RELOCK_SECONDS,
) -> AsyncIterator[None]:
    """Hold a database for this server. Raise StartupError while another one does.

    The lock file of a home directory does not keep out a copy of the directory, or another machine: each server would
    have keys and calls of its own. A lock of PostgreSQL does, and ends with the connection. A lost connection is
    replaced; `on_taken` is called if another server has locked the database meanwhile, and StartupError raised at the
    end. SQLite: nothing to do, since the file is in the home directory.
    """
    if database.dialect != "postgresql":
        yield
        return
    async with AsyncExitStack() as stack:
        lock = _Lock(database, stack)
        lost = await lock.take_within(wait_seconds)
        if lost is None:
            raise _taken()
        task = asyncio.create_task(_hold(lock, lost, on_taken, relock_seconds))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))
            if not task.cancelled():  # also if `on_taken` has interrupted the caller
                raise _taken() from task.exception()


def _taken() -> StartupError:
    return StartupError(
        "Another server is using this database.",
        hint="Stop it first: one server at a time uses a database. Each installation needs its own.",
    )


class _Lock:
    """The lock of a database, held on a connection of its own in `stack`."""

    def __init__(self, database: Database, stack: AsyncExitStack) -> None:
        self._database, self._stack = database, stack
        # Owner: this node.
        self._own: set[int] = set()
        """Sessions of this server that may have the lock, also those that PostgreSQL has not noticed to be lost."""

    async def take_within(self, seconds: float, *, again: bool = False) -> asyncio.Event | None:
        """Take the lock within some seconds; return an event that is set when the connection is lost. Return None if
        another server still holds it then, and at once if one has taken it `again`."""
        await self._stack.aclose()
        end = asyncio.get_running_loop().time() + seconds
        while (lost := await self._stack.enter_async_context(_locked(self._database, self._own))) is None:
            await self._stack.aclose()
            if asyncio.get_running_loop().time() >= end or (again and await self._is_taken()):
                return None
            await asyncio.sleep(_INTERVAL)
        return lost

    async def _is_taken(self) -> bool:
        async with self._database.read_one() as connection:
            return await connection.scalar(_HOLDER) not in {None, *self._own}


async def _hold(lock: _Lock, lost: asyncio.Event | None, on_taken: Callable[[], object], relock_seconds: float) -> None:
    """Lock the database again on a new connection whenever the connection was lost."""
    while lost is not None:
        await lost.wait()
        log.warning("database_lock_lost")
        lost = await _lock_again(lock, relock_seconds)
    log.error("database_taken_by_another_server")
    on_taken()


async def _lock_again(lock: _Lock, relock_seconds: float) -> asyncio.Event | None:
    """Lock the database when PostgreSQL is back. It may hold the lost session, and its lock, for a while."""
    faults = RepeatedFault()
    while True:
        try:
            return await lock.take_within(relock_seconds, again=True)
        except Exception as fault:
            if faults.is_due(fault, asyncio.get_running_loop().time()):
                log.warning("database_not_locked", **describe_fault(fault))
        await asyncio.sleep(_INTERVAL)


@asynccontextmanager
async def _locked(database: Database, own: set[int]) -> AsyncIterator[asyncio.Event | None]:
    """Hold the lock on a connection: yield an event that is set when the connection is lost, or None if not free. Its
    session is in `own` from before, because the answer of PostgreSQL may be lost, until another one may have its id."""
    async with database.read_one() as connection:
        session = (await connection.scalars(select(func.pg_backend_pid()))).one()
        own.add(session)
        if not await connection.scalar(select(func.pg_try_advisory_lock(_LOCK))):
            own.discard(session)
            yield None
            return
        own.intersection_update((session,))  # the lock was free: no earlier session has it
        lost = asyncio.Event()
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        driver.add_termination_listener(lambda _: lost.set())
        try:
            yield lost
        finally:
            if not lost.is_set():
                with contextlib.suppress(OSError, SQLAlchemyError):  # then the lock ends with the connection
                    async with asyncio.timeout(_UNLOCK_SECONDS):
                        await connection.execute(select(func.pg_advisory_unlock(_LOCK)))
