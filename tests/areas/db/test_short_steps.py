"""Long work in short steps: their size follows from their time, and a power failure may undo their commits only."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from unificx.core.clock import ManualClock
from unificx.db import Database, UnitOfWork, in_short_steps


@pytest.fixture
async def database(tmp_path: Path, clock: ManualClock):
    found = Database(f"sqlite:///{tmp_path / 'own.db'}", clock)
    async with found.begin() as uow:
        await uow.session.execute(text("CREATE TABLE done (number INTEGER)"))
    yield found
    await found.close()


async def test_the_size_of_a_step_follows_from_the_time_of_the_one_before(database: Database, clock) -> None:
    """100 microseconds a row: 50 of them in 5 ms. Slower rows make the steps smaller, at least one row."""
    limits: list[int] = []
    seconds_a_row = 0.0001

    async def step(uow: UnitOfWork, limit: int) -> int:
        nonlocal seconds_a_row
        limits.append(limit)
        await uow.session.execute(text("INSERT INTO done VALUES (:number)"), {"number": limit})
        clock.advance(limit * seconds_a_row)
        if len(limits) == 4:
            seconds_a_row = 1.0
        return limit if len(limits) < 8 else limit - 1

    await in_short_steps(database, step)
    assert limits == [25, 50, 50, 50, 50, 1, 1, 1]
    async with database.read() as session:
        assert list(await session.scalars(text("SELECT number FROM done"))) == limits


async def test_another_writer_has_its_turn_between_two_steps(database: Database) -> None:
    order: list[str] = []

    async def other() -> None:
        async with database.begin() as uow:
            await uow.session.execute(text("INSERT INTO done VALUES (0)"))
            order.append("other")

    async def step(uow: UnitOfWork, limit: int) -> int:
        order.append("step")
        if len(order) == 1:
            tasks.append(asyncio.create_task(other()))
            await asyncio.sleep(0)  # it waits for its turn now
        return limit if order.count("step") < 3 else 0

    tasks: list[asyncio.Task[None]] = []
    await in_short_steps(database, step)
    assert order == ["step", "other", "step", "step"]


async def test_only_repeatable_work_does_not_wait_for_the_disk(database: Database) -> None:
    """FULL (2) syncs the log at each commit, NORMAL (1) only before it is merged. SQLite, pragma.html#pragma_synchronous"""
    found: list[int] = []
    for repeatable in (False, True, False):
        async with database.begin(repeatable=repeatable) as uow:
            found.append(await uow.session.scalar(text("PRAGMA synchronous")))
    async with database.read() as session:
        found.append(await session.scalar(text("PRAGMA synchronous")))
    assert found == [2, 1, 2, 2]


async def test_a_repeatable_unit_of_work_takes_turns_with_the_others(database: Database, tmp_path: Path) -> None:
    async with database.begin(repeatable=True) as uow:
        await uow.session.execute(text("INSERT INTO done VALUES (1)"))
        with pytest.raises(RuntimeError, match="inside another"):
            async with database.begin():
                pass
    with closing(sqlite3.connect(tmp_path / "own.db")) as other:
        assert other.execute("SELECT number FROM done").fetchall() == [(1,)]
