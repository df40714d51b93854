"""Use of a PostgreSQL database by one server at a time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from unificx.core.errors import StartupError
from unificx.core.faults import RepeatedFault, describe_fault
from unificx.db.database import Database

_LOCK = 0x756E6966696378
"""Arbitrary number of the lock, which every server takes in its database."""
_WAIT_SECONDS = 3.0
"""Seconds for which a start waits: PostgreSQL ends the connection of a killed process a moment later."""
_RELOCK_SECONDS = 40.0
"""Seconds after which the lock is another server's: longer than PostgreSQL may take to notice the end of a session."""
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
        lost = await _lock_within(wait_seconds, database, stack)
        if lost is None:
            raise _taken()
        task = asyncio.create_task(_hold(database, stack, lost, on_taken, relock_seconds))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))
        if not task.cancelled():
            raise _taken()


def _taken() -> StartupError:
    return StartupError(
        "Another server is using this database.",
        hint="Stop it first: one server at a time uses a database. Each installation needs its own.",
    )


async def _lock_within(wait_seconds: float, database: Database, stack: AsyncExitStack) -> asyncio.Event | None:
    """Lock the database within some seconds. Return None if another server still holds it then."""
    end = asyncio.get_running_loop().time() + wait_seconds
    while (lost := await stack.enter_async_context(_locked(database))) is None:
        await stack.aclose()
        if asyncio.get_running_loop().time() >= end:
            return None
        await asyncio.sleep(_INTERVAL)
    return lost


async def _hold(
    database: Database,
    stack: AsyncExitStack,
    lost: asyncio.Event | None,
    on_taken: Callable[[], object],
    relock_seconds: float,
) -> None:
    """Lock the database again on a new connection whenever the connection was lost."""
    while lost is not None:
        await lost.wait()
        log.warning("database_lock_lost")
        lost = await _lock_again(database, stack, relock_seconds)
    log.error("database_taken_by_another_server")
    on_taken()


async def _lock_again(database: Database, stack: AsyncExitStack, relock_seconds: float) -> asyncio.Event | None:
    """Lock the database when PostgreSQL is back. It may hold the lost session, and its lock, for a while."""
    faults = RepeatedFault()
    while True:
        try:
            await stack.aclose()
            return await _lock_within(relock_seconds, database, stack)
        except Exception as fault:
            if faults.is_due(fault, asyncio.get_running_loop().time()):
                log.warning("database_not_locked", **describe_fault(fault))
        await asyncio.sleep(_INTERVAL)


@asynccontextmanager
async def _locked(database: Database) -> AsyncIterator[asyncio.Event | None]:
    """Hold the lock on a connection: yield an event that is set when the connection is lost, or None if not free."""
    async with database.read_one() as connection:
        if not await connection.scalar(select(func.pg_try_advisory_lock(_LOCK))):
            yield None
            return
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
