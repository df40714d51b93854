"""One server at a time uses a database of PostgreSQL, also if another has a copy of its home directory."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from databases import Postgres
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from unificx.core.clock import ManualClock
from unificx.core.errors import StartupError
from unificx.db import Database, exclusive_use
from unificx.db.exclusive_use import _locked

END_LOCK = """SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = '{}')"""
LOCKS = """FROM pg_locks WHERE locktype = 'advisory'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
LOCK = f"SELECT classid::bigint << 32 | objid::bigint {LOCKS} LIMIT 1"
REFUSED = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND query LIKE '%objsubid%' AND state = 'idle'"""


@pytest.fixture
async def name(postgres: Postgres) -> AsyncIterator[str]:
    """Name of an empty database."""
    made = await postgres.create()
    yield made
    await postgres.drop(made)


@asynccontextmanager
async def held(url: str, on_taken: Callable[[], object]) -> AsyncIterator[None]:
    database = Database(url, ManualClock())
    try:
        async with exclusive_use(database, on_taken):
            yield
    finally:
        await database.close()


@asynccontextmanager
async def server(
    url: str,
    taken: asyncio.Event | None = None,
    *,
    wait_seconds: float = 0,
    relock_seconds: float = 30,
    kind: Any = Database,
) -> AsyncIterator[None]:
    database = kind(url, ManualClock())
    on_taken = (taken or asyncio.Event()).set
    try:
        async with exclusive_use(database, on_taken, wait_seconds=wait_seconds, relock_seconds=relock_seconds):
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
        await locked(postgres, name)
        with pytest.raises(StartupError):
            async with server(url):
                pass
    assert not taken.is_set()


async def take_from_server(postgres: Postgres, name: str, other: asyncpg.Connection) -> None:
    """End the session of the server. `other` waits for the lock within PostgreSQL, so that it gets it first."""
    waiting = asyncio.create_task(other.execute(f"SELECT pg_advisory_lock(({LOCK}))"))
    await locked(postgres, name, granted=False)
    await postgres.execute(END_LOCK.format(name))
    await waiting


async def test_a_server_that_finds_another_one_with_its_database_ends_with_an_error(
    postgres: Postgres, name: str
) -> None:
    taken = asyncio.Event()

    async def run() -> None:
        async with server(postgres.url(name), taken, relock_seconds=3600), postgres.connect(name) as other:
            await take_from_server(postgres, name, other)
            async with asyncio.timeout(30):
                await taken.wait()

    with pytest.raises(StartupError, match="Another server is using this database"):
        await run()


async def test_an_interrupted_command_says_that_another_server_has_the_database(postgres: Postgres, name: str) -> None:
    begun = asyncio.Event()

    async def command() -> None:
        task = asyncio.current_task()
        assert task is not None
        async with held(postgres.url(name), task.cancel):
            begun.set()
            await asyncio.Event().wait()

    async with postgres.connect(name) as other:
        task = asyncio.create_task(command())
        await begun.wait()
        await take_from_server(postgres, name, other)
        async with asyncio.timeout(30):
            await asyncio.wait((task,))
    with pytest.raises(StartupError, match="Another server is using this database"):
        task.result()


async def test_an_error_of_the_callback_is_the_cause_of_the_one_at_the_end(postgres: Postgres, name: str) -> None:
    called = asyncio.Event()

    def fail() -> None:
        called.set()
        raise RuntimeError

    async def run() -> None:
        async with held(postgres.url(name), fail), postgres.connect(name) as other:
            await take_from_server(postgres, name, other)
            async with asyncio.timeout(30):
                await called.wait()

    with pytest.raises(StartupError, match="Another server is using this database") as caught:
        await run()
    assert isinstance(caught.value.__cause__, RuntimeError)


class Connected(Database):
    """Knows the connections of the driver, oldest first."""

    drivers: list[Any]

    @asynccontextmanager
    async def read_one(self) -> AsyncIterator[AsyncConnection]:
        async with super().read_one() as connection:
            self.drivers.append((await connection.get_raw_connection()).driver_connection)
            yield connection


async def test_a_lost_session_that_postgresql_still_holds_is_not_another_server(
    postgres: Postgres, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a loss of the network, which PostgreSQL notices later."""
    taken, drivers = asyncio.Event(), list[Any]()
    monkeypatch.setattr(Connected, "drivers", drivers, raising=False)
    async with server(postgres.url(name), taken, kind=Connected), postgres.connect(name) as other:
        pid: Any = await other.fetchval(f"SELECT pid {LOCKS}")
        os.kill(pid, signal.SIGSTOP)
        try:
            drivers[0].terminate()
            async with asyncio.timeout(30):
                while not await other.fetchval(REFUSED):
                    await asyncio.sleep(0.02)
            assert await other.fetchval(f"SELECT pid {LOCKS}") == pid
        finally:
            os.kill(pid, signal.SIGCONT)
        async with asyncio.timeout(30):
            while await other.fetchval(f"SELECT pid {LOCKS}") in (None, pid):
                await asyncio.sleep(0.02)
    assert not taken.is_set()


async def test_a_session_is_no_longer_its_own_once_another_server_may_have_its_id(
    postgres: Postgres, name: str
) -> None:
    database, earlier = Database(postgres.url(name), ManualClock()), {1, 2}
    async with _locked(database, earlier) as lost:
        assert lost is not None
        assert await own_pids(postgres, name) == earlier
        of_other = set[int]()
        async with _locked(database, of_other) as refused:
            assert refused is None
            assert of_other == set()
    await database.close()


async def own_pids(postgres: Postgres, name: str) -> set[int]:
    async with postgres.connect(name) as connection:
        return {each["pid"] for each in await connection.fetch(f"SELECT pid {LOCKS}")}


class FaultyOnce(Database):
    """The second connection raises an error that the driver does not explain."""

    opened = 0

    @asynccontextmanager
    async def read_one(self) -> AsyncIterator[AsyncConnection]:
        self.opened += 1
        if self.opened == 2:
            raise RuntimeError
        async with super().read_one() as connection:
            yield connection


async def test_an_unexpected_error_does_not_end_the_guard_of_the_database(postgres: Postgres, name: str) -> None:
    with capture_logs() as logs:
        async with server(postgres.url(name), kind=FaultyOnce):
            await postgres.execute(END_LOCK.format(name))
            await locked(postgres, name)
    assert [(entry["event"], entry.get("fault")) for entry in logs] == [
        ("database_lock_lost", None),
        ("database_not_locked", "RuntimeError"),
    ]


async def test_a_server_ends_although_its_connection_does_not_answer(postgres: Postgres, name: str) -> None:
    """As while the network stalls: neither an answer comes nor an end of the connection."""
    async with AsyncExitStack() as stack, asyncio.timeout(30), server(postgres.url(name)):
        async with postgres.connect(name) as other:
            pid: Any = await other.fetchval(f"SELECT pid {LOCKS}")
        os.kill(pid, signal.SIGSTOP)
        stack.callback(os.kill, pid, signal.SIGCONT)


async def locked(postgres: Postgres, name: str, *, granted: bool = True) -> None:
    """Wait until the lock is held, or awaited if not `granted`."""
    async with asyncio.timeout(30):
        while not await locks(postgres, name, granted=granted):
            await asyncio.sleep(0.02)


async def locks(postgres: Postgres, name: str, *, granted: bool) -> Any:
    async with postgres.connect(name) as connection:
        return await connection.fetchval(f"SELECT count(*) {LOCKS} AND granted = $1", granted)


async def test_a_file_of_sqlite_is_held_by_the_lock_of_its_directory(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    async with server(url), server(url):
        pass
