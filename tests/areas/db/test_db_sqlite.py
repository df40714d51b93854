"""Messages of a connection of SQLite to its thread, and transactions that begin with their first statement."""

import asyncio
import gc
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, text
from sqlalchemy.exc import IntegrityError, OperationalError

from unificx.core.clock import ManualClock
from unificx.db import Database, DeferredInsert, UnitOfWork
from unificx.db.sqlite import LOG_BYTES
from unificx.db.wal_checkpoint import Checkpoints

_NEW = DeferredInsert(insert(Table("pair", MetaData(), Column("number", BigInteger))), ["number"])


@pytest.fixture
async def pair(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Database]:
    """A database with a table of two numbers."""
    database = Database(f"sqlite:///{tmp_path / 'own.db'}", clock)
    async with database.begin() as uow:
        await uow.session.execute(text("CREATE TABLE pair (number INTEGER PRIMARY KEY)"))
        await uow.session.execute(text("INSERT INTO pair VALUES (1), (2)"))
    yield database
    await database.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions sent to the threads of connections."""
    names: list[str] = []
    send = aiosqlite.Connection._execute

    async def record(self: aiosqlite.Connection, function: Any, *arguments: Any, **named: Any) -> Any:
        names.append(function.__name__)
        return await send(self, function, *arguments, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", record)
    return names


async def _numbers(database: Database) -> list[int]:
    async with database.read() as session:
        return list(await session.scalars(text("SELECT number FROM pair ORDER BY number")))


async def test_a_statement_is_one_message_and_a_transaction_ends_once(pair: Database, sent: list[str]) -> None:
    assert await _numbers(pair) == [1, 2]
    assert sent == ["_execute", "rollback"]
    sent.clear()
    async with pair.begin() as uow:
        await uow.session.execute(text("INSERT INTO pair VALUES (3)"))
        await uow.session.execute(text("DELETE FROM pair WHERE number = 1"))
    assert sent == ["_execute", "_execute", "commit"]
    assert await _numbers(pair) == [2, 3]


async def test_a_streamed_result_belongs_to_the_transaction(pair: Database) -> None:
    async with pair.read() as session:
        rows = await session.stream(text("SELECT number FROM pair ORDER BY number"))
        async with pair.begin() as uow:
            await uow.session.execute(text("DELETE FROM pair"))
        assert [row.number async for row in rows] == [1, 2]
        assert list(await session.scalars(text("SELECT number FROM pair"))) == [1, 2]
    assert await _numbers(pair) == []


async def _defer(uow: UnitOfWork, *numbers: int) -> None:
    rows = [{"number": each} for each in numbers]
    await uow.session.run_sync(lambda session: _NEW.execute(session, rows))


async def _write(database: Database, *numbers: int, deferred: tuple[int, ...], fails: bool = False) -> None:
    async with database.begin() as uow:
        for each in numbers:
            await uow.session.execute(text("INSERT INTO pair VALUES (:number)"), {"number": each})
        await _defer(uow, *deferred)
        if fails:
            raise ValueError("broken")


async def test_a_deferred_row_goes_along_with_the_next_statement_or_with_the_commit(
    pair: Database, sent: list[str]
) -> None:
    async with pair.begin() as uow:
        await _defer(uow, 3)
        assert sent == []
        assert await uow.session.scalar(text("SELECT max(number) FROM pair")) == 3
        await _defer(uow, 4, 5)
    assert sent == ["_execute", "_execute"]
    sent.clear()
    async with pair.begin() as uow:
        await _defer(uow, 6)
    assert sent == ["_execute"]
    assert await _numbers(pair) == [1, 2, 3, 4, 5, 6]


async def test_a_deferred_row_that_fails_undoes_its_unit_of_work_and_no_other(pair: Database) -> None:
    with pytest.raises(IntegrityError):
        await _write(pair, 3, deferred=(4, 1))
    assert await _numbers(pair) == [1, 2]
    async with pair.begin() as uow:
        await _defer(uow, 5)
    assert await _numbers(pair) == [1, 2, 5]


@pytest.mark.parametrize("numbers", [(), (3,)])
async def test_a_deferred_row_of_a_unit_of_work_that_fails_is_not_in_the_next(
    pair: Database, numbers: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="broken"):
        await _write(pair, *numbers, deferred=(4,), fails=True)
    async with pair.begin() as uow:
        await uow.session.execute(text("INSERT INTO pair VALUES (5)"))
    assert await _numbers(pair) == [1, 2, 5]


async def test_a_streamed_result_has_the_deferred_rows(pair: Database) -> None:
    async with pair.begin() as uow:
        await _defer(uow, 3)
        rows = await uow.session.stream(text("SELECT number FROM pair ORDER BY number"))
        assert [row.number async for row in rows] == [1, 2, 3]


async def test_a_statement_that_fails_leaves_the_others_of_its_transaction(pair: Database) -> None:
    async with pair.begin() as uow:
        await uow.session.execute(text("INSERT INTO pair VALUES (3)"))
        with pytest.raises(IntegrityError):
            await uow.session.execute(text("INSERT INTO pair VALUES (1)"))
    assert await _numbers(pair) == [1, 2, 3]


async def test_a_transaction_that_another_process_keeps_from_beginning(pair: Database) -> None:
    path = pair.engine.url.database
    assert path is not None
    async with pair.begin() as uow:  # so that the connection exists, and waits for no lock
        await uow.session.execute(text("PRAGMA busy_timeout=0"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        async with pair.begin() as uow:
            await uow.session.execute(text("DELETE FROM pair"))
    other.rollback()
    other.close()
    async with pair.begin() as uow:
        await uow.session.execute(text("DELETE FROM pair WHERE number = 2"))
    assert await _numbers(pair) == [1]


async def test_rows_of_a_result_in_parts(pair: Database) -> None:
    async with pair.read() as session:
        result = await session.execute(text("SELECT number FROM pair ORDER BY number"))
        assert result.fetchone() == (1,)
        assert result.fetchmany(5) == [(2,)]
        assert result.fetchone() is None


async def test_the_log_is_merged_beside_the_writers(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No commit merges it, as long as it is not very long; another connection does, while a writer goes on."""
    path = tmp_path / "own.db"
    database, began, go_on, done = Database(f"sqlite:///{path}", clock), Event(), Event(), asyncio.Event()
    loop, checkpoint = asyncio.get_running_loop(), Checkpoints._checkpoint

    def paused(self: Checkpoints) -> bool:
        began.set()
        assert go_on.wait(60)
        is_complete = checkpoint(self)
        loop.call_soon_threadsafe(done.set)
        return is_complete

    monkeypatch.setattr(Checkpoints, "_checkpoint", paused)

    async def write() -> None:
        async with database.begin() as uow:
            await uow.session.execute(text("INSERT INTO large VALUES (zeroblob(1000000))"))

    async with database.begin() as uow:
        await uow.session.execute(text("CREATE TABLE large (value BLOB)"))
    while not began.is_set():
        await write()
    small = path.stat().st_size
    for _ in range(3):
        await write()
    assert path.stat().st_size == small < LOG_BYTES < (tmp_path / "own.db-wal").stat().st_size
    go_on.set()
    await done.wait()
    assert path.stat().st_size > LOG_BYTES
    await write()
    assert (tmp_path / "own.db-wal").stat().st_size <= LOG_BYTES, "begun anew and shortened"
    await database.close()


async def test_a_connection_that_opens_while_its_task_is_cancelled_is_closed(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver drops it, and SQLite warns of it when it is collected."""
    left_open: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: left_open.append(raised.exc_value))
    for steps in range(40):
        database = Database(f"sqlite:///{tmp_path / 'own.db'}", clock)
        reading = asyncio.create_task(read_nothing(database))
        for _ in range(steps % 8):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait((reading,))
        await database.close()
    gc.collect()
    assert left_open == []


async def read_nothing(database: Database) -> None:
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
