"""Units of work on both databases."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.engine.interfaces import CacheStats

from unificx.core.clock import ManualClock, SystemClock
from unificx.core.events import DomainEvent
from unificx.db import Database, DatabaseUnreachable, is_unreachable
from unificx.db.models import OutboxRow


@dataclass(frozen=True, slots=True)
class Happened(DomainEvent):
    number: int


async def _count(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(OutboxRow)) or 0


async def test_rows_and_events_are_committed_together(database: Database, clock: ManualClock) -> None:
    published: list[DomainEvent] = []
    after: list[int] = []
    database.subscribe(published.extend)
    happened = Happened(clock.new_id(), "tenant", 1)
    async with database.begin() as uow:
        uow.publish(happened)
        uow.after_commit.append(lambda: after.append(len(published)))
        assert (published, after) == ([], [])
    assert (published, after) == ([happened], [1])
    assert await _count(database) == 1


async def test_the_databases_of_all_tests_share_their_compiled_statements(
    database: Database, database_url: str, clock: ManualClock
) -> None:
    await _count(database)
    other = Database(database_url, clock)
    async with other.read_one() as connection:
        found = await connection.execute(select(func.count()).select_from(OutboxRow))
        assert found.context.cache_hit is CacheStats.CACHE_HIT
    await other.close()


async def test_an_exception_rolls_back(database: Database, clock: ManualClock) -> None:
    published: list[DomainEvent] = []
    database.subscribe(published.extend)

    async def fail() -> None:
        async with database.begin() as uow:
            uow.publish(Happened(clock.new_id(), "tenant", 1))
            uow.after_commit.append(lambda: published.append(Happened("never", "tenant", 1)))
            await uow.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert published == []
    assert await _count(database) == 0


@pytest.mark.parametrize("cancels", [1, 2])
async def test_a_cancelled_writer_lets_the_next_one_write(database: Database, clock: ManualClock, cancels: int) -> None:
    """SQLite would keep the write lock as long as the traceback of the cancellation refers to the statement."""
    cancellations: list[BaseException] = []

    async def write() -> None:
        try:
            async with database.begin() as uow:
                uow.publish(Happened(clock.new_id(), "tenant", 1))
                await uow.session.flush()
                event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *statement: writing.set())
                rows = (
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n"
                )
                await uow.session.execute(text(rows))
        except asyncio.CancelledError as cancelled:
            cancellations.append(cancelled)
            raise

    writing = asyncio.Event()
    task = asyncio.create_task(write())
    await writing.wait()
    for _ in range(cancels):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([task])
    assert task.cancelled()
    assert cancellations
    async with database.begin() as uow:
        uow.publish(Happened(clock.new_id(), "tenant", 2))
    assert await _count(database) == 1


async def test_writers_are_serialized_and_readers_do_not_wait(database: Database, clock: ManualClock) -> None:
    async def write(number: int) -> None:
        async with database.begin() as uow:
            seen = await uow.session.scalar(select(func.count()).select_from(OutboxRow))
            uow.publish(Happened(clock.new_id(), "tenant", seen or 0))

    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxRow)) == 0
        await asyncio.gather(*(write(number) for number in range(20)))
    assert await _count(database) == 20


async def test_a_read_session_commits_nothing(database: Database, clock: ManualClock) -> None:
    async with database.read() as session:
        session.add(OutboxRow(id="a", tenant_id="t", name="n", body="{}", due=clock.now()))
        await session.flush()
    assert await _count(database) == 0


async def test_the_statements_of_a_read_session_see_one_state(database: Database, clock: ManualClock) -> None:
    seen = select(func.count()).select_from(OutboxRow)
    async with database.read() as session:
        assert await session.scalar(seen) == 0
        async with database.begin() as uow:
            uow.publish(Happened(clock.new_id(), "tenant", 1))
        assert await session.scalar(seen) == 0
    assert await _count(database) == 1


async def test_a_nested_unit_of_work_raises(tmp_path, clock: ManualClock) -> None:
    database = Database(f"sqlite:///{tmp_path / 'own.db'}", clock)
    async with database.begin():
        with pytest.raises(RuntimeError, match="inside another"):
            async with database.begin():
                pass
    await database.close()


async def test_timestamps_are_aware_and_in_utc(database: Database, clock: ManualClock) -> None:
    async with database.begin() as uow:
        uow.publish(Happened(clock.new_id(), "tenant", 1))
    async with database.read() as session:
        assert await session.scalar(select(OutboxRow.due)) == clock.now()


async def test_postgresql_that_cannot_be_connected_to_has_an_error_of_its_own() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", SystemClock())
    with pytest.raises(DatabaseUnreachable) as fault:
        async with database.read() as session:
            await session.execute(text("SELECT 1"))
    assert is_unreachable(fault.value)
    assert not is_unreachable(OSError())
    await database.close()
