"""One server at a time uses a database of PostgreSQL, also if another has a copy of its home directory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres

from unificx.core.clock import ManualClock
from unificx.core.errors import StartupError
from unificx.db import Database, exclusive_use

END_LOCK = """SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = '{}')"""
LOCK = "SELECT classid::bigint << 32 | objid::bigint FROM pg_locks WHERE locktype = 'advisory' LIMIT 1"


@pytest.fixture
async def name(postgres: Postgres) -> AsyncIterator[str]:
    """Name of an empty database."""
    made = await postgres.create()
    yield made
    await postgres.drop(made)


@asynccontextmanager
async def server(url: str, taken: asyncio.Event | None = None, wait_seconds: float = 0) -> AsyncIterator[None]:
    database = Database(url, ManualClock())
    try:
        async with exclusive_use(database, (taken or asyncio.Event()).set, wait_seconds=wait_seconds):
            yield
    finally:
        await database.close()


async def test_a_second_server_is_refused_until_the_first_has_ended(postgres: Postgres, name: str) -> None:
    url = postgres.url(name)
    async with server(url):
        with pytest.raises(StartupError, match="Another server is using this database") as caught:
            async with server(url):
                pass
        assert caught.value.hint
    async with server(url):
        pass


async def test_a_start_waits_for_the_connection_of_a_killed_server_to_end(postgres: Postgres, name: str) -> None:
    url = postgres.url(name)
    async with server(url):
        waiting = asyncio.create_task(enter(url))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    await waiting


async def enter(url: str) -> None:
    async with server(url, wait_seconds=30):
        pass


async def test_a_lost_connection_is_replaced_and_the_database_still_held(postgres: Postgres, name: str) -> None:
    url, taken = postgres.url(name), asyncio.Event()
    async with server(url, taken):
        await postgres.execute(END_LOCK.format(name))
        async with asyncio.timeout(30):
            while not await locks(postgres, name, granted=True):
                await asyncio.sleep(0.02)
        with pytest.raises(StartupError):
            async with server(url):
                pass
    assert not taken.is_set()


async def test_a_server_learns_that_another_has_taken_the_database(postgres: Postgres, name: str) -> None:
    """The other one waits for the lock within PostgreSQL, so that it gets it first."""
    url, taken = postgres.url(name), asyncio.Event()
    async with server(url, taken), postgres.connect(name) as other:
        waiting = asyncio.create_task(other.execute(f"SELECT pg_advisory_lock(({LOCK}))"))
        async with asyncio.timeout(30):
            while not await locks(postgres, name, granted=False):
                await asyncio.sleep(0.02)
            await postgres.execute(END_LOCK.format(name))
            await waiting
            await taken.wait()


async def locks(postgres: Postgres, name: str, *, granted: bool) -> Any:
    async with postgres.connect(name) as connection:
        return await connection.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted = $1 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            granted,
        )


async def test_a_file_of_sqlite_is_held_by_the_lock_of_its_directory(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    async with server(url), server(url):
        pass
