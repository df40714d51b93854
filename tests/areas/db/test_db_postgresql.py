"""Connections to PostgreSQL: why one cannot be opened, what is done about closed ones, and parameters of the URL."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from databases import Postgres
from sqlalchemy import select, text

from unificx.core.clock import ManualClock
from unificx.core.errors import StartupError
from unificx.db import Database, DatabaseUnreachable, is_unreachable
from unificx.db.migrations import migrate, stored_revision


@pytest.fixture
async def name(postgres: Postgres) -> AsyncIterator[str]:
    """Name of an empty database."""
    made = await postgres.create()
    yield made
    await postgres.drop(made)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, ManualClock())
    try:
        yield database
    finally:
        await database.close()


async def ask(database: Database) -> Any:
    async with database.read() as session:
        return await session.scalar(text("SELECT 1"))


async def refusal(url: str) -> DatabaseUnreachable:
    async with opened(url) as database:
        with pytest.raises(DatabaseUnreachable) as caught:
            await ask(database)
    assert is_unreachable(caught.value)
    assert caught.value.hint
    return caught.value


async def test_a_refused_connection_says_why(postgres: Postgres, name: str) -> None:
    await postgres.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    try:
        place = f"host={postgres.home}"
        reasons = {
            f"postgresql://crowded@/{name}?{place}": "all its connections are in use",
            f"postgresql://canary@/{name}?{place}": "it refuses the user or the password",
            f"postgresql://tester@/canary?{place}": "it has no such database",
            f"postgresql://tester@/{name}?{place}&canary=1": "a parameter of its URL is unknown or wrong",
            f"postgresql://tester@/{name}?host=/canary": "no server answers at its address",
            f"postgresql://tester@127.0.0.1:1/{name}": "no server answers at its address",
        }
        for url, reason in reasons.items():
            found = await refusal(url)
            assert found.reason == reason
            assert "canary" not in f"{found} {found.hint}"
    finally:
        await postgres.execute("DROP ROLE crowded")


async def test_a_connection_that_the_server_has_closed_is_replaced(postgres: Postgres, name: str) -> None:
    """So that no request fails after a restart of PostgreSQL that was over before the next request."""
    async with opened(postgres.url(name)) as database:
        assert await ask(database) == 1
        await postgres.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")
        assert await ask(database) == 1


async def test_a_user_who_may_not_create_or_use_tables_is_named(postgres: Postgres, name: str) -> None:
    await postgres.execute("CREATE ROLE guest LOGIN")
    try:
        async with opened(f"postgresql://guest@/{name}?host={postgres.home}") as database:
            with pytest.raises(StartupError, match="may not create or use its tables") as caught:
                await migrate(database)
            assert f"ALTER DATABASE {name} OWNER TO guest" in caught.value.hint
            async with opened(postgres.url(name)) as owned:
                await migrate(owned)
            with pytest.raises(StartupError, match="may not create or use its tables"):
                await stored_revision(database)
    finally:
        await postgres.execute("DROP ROLE guest")


@asynccontextmanager
async def over_tcp(postgres: Postgres) -> AsyncIterator[int]:
    """Pass connections to a port of this machine on to the socket of the cluster."""

    async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            sink.write(data)
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(postgres.home / ".s.PGSQL.5432")
        await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_the_loss_of_the_other_machine_is_noticed(postgres: Postgres, name: str) -> None:
    """Without these options a request would wait for a quarter of an hour, or for ever."""
    async with (
        over_tcp(postgres) as port,
        opened(f"postgresql://tester@127.0.0.1:{port}/{name}") as database,
        database.engine.connect() as connection,
    ):
        driver: Any = (await connection.get_raw_connection()).driver_connection
        found = driver._transport.get_extra_info("socket")
        assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 30
        assert 0 < found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 30_000
        assert await connection.scalar(select(text("1"))) == 1


async def test_postgresql_notices_the_loss_of_the_server(postgres: Postgres, name: str) -> None:
    """Otherwise the locks of its transactions would be held for two hours. By a socket the values are 0."""
    async with opened(postgres.url(name)) as database, database.read() as session:
        changed = {*await session.scalars(text("SELECT name FROM pg_settings WHERE source = 'client'"))}
    keepalives = {f"tcp_keepalives_{each}" for each in ("idle", "interval", "count")}
    assert keepalives | {"tcp_user_timeout"} <= changed


async def test_the_mode_of_encryption_has_the_name_that_the_tools_of_postgresql_know(
    postgres: Postgres, name: str
) -> None:
    async with over_tcp(postgres) as port:
        place = f"postgresql://tester@127.0.0.1:{port}/{name}"
        async with opened(f"{place}?sslmode=prefer") as database:
            assert await ask(database) == 1
        found = await refusal(f"{place}?sslmode=require")
    assert found.reason == "it does not encrypt connections"
