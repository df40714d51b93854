"""Locks of scopes: what a transaction has checked stays true until its commit, also beside other processes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from unificx.core.clock import ManualClock
from unificx.core.events import DomainEvent
from unificx.db import Database, lock_scope
from unificx.db.commit_order import CommitOrder
from unificx.db.models import OutboxRow


@dataclass(frozen=True, slots=True)
class Counted(DomainEvent):
    number: int


@pytest.fixture
async def second(database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """The same database in another process."""
    other = Database(database_url, clock)
    yield other
    await other.close()


async def test_checks_of_two_processes_do_not_interleave(
    database: Database, second: Database, clock: ManualClock
) -> None:
    seen: list[int] = []

    async def count_and_write(one: Database) -> None:
        async with one.begin() as uow:
            await lock_scope(uow.session, "counted", "tenant")
            number = await uow.session.scalar(select(func.count()).select_from(OutboxRow)) or 0
            seen.append(number)
            uow.publish(Counted(clock.new_id(), "tenant", number))

    await asyncio.gather(*(count_and_write(one) for _ in range(10) for one in (database, second)))
    assert sorted(seen) == list(range(20))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_scopes_do_not_wait_for_each_other(database: Database, second: Database) -> None:
    async with database.begin() as first_uow, second.begin() as second_uow:
        await lock_scope(first_uow.session, "counted", "tenant")
        async with asyncio.timeout(10):
            await lock_scope(second_uow.session, "counted", "other tenant")
            await lock_scope(second_uow.session, "countedtenant")


async def test_the_lock_ends_with_the_transaction(database: Database, second: Database) -> None:
    async def fail() -> None:
        async with database.begin() as uow:
            await lock_scope(uow.session, "counted")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with asyncio.timeout(10), second.begin() as uow:
        await lock_scope(uow.session, "counted")


async def commit_slowly(database: Database, committed: asyncio.Event, answer: asyncio.Event, result: list[str]) -> None:
    """Hold the lock and commit; the answer to the commit arrives after `answer` is set."""
    async with database.begin() as uow:
        await lock_scope(uow.session, "counted")

        def delay(session: Session) -> None:
            del session
            committed.set()
            await_only(answer.wait())

        event.listen(uow.session.sync_session, "after_commit", delay)
        uow.after_commit.append(lambda: result.append("first"))


async def commit(database: Database, result: list[str], *, fail: bool = False) -> list[str]:
    """Hold the lock and commit. Return what the memory showed under the lock."""
    async with database.begin() as uow:
        await lock_scope(uow.session, "counted")
        seen = list(result)
        uow.after_commit.append(lambda: result.append("second"))
        if fail:
            raise ZeroDivisionError
    return seen


async def test_a_holder_reads_memory_that_follows_the_commit_of_the_one_before(database: Database) -> None:
    """Also behind a unit of work between the two that is rolled back."""
    committed, answer, result = asyncio.Event(), asyncio.Event(), list[str]()
    first = asyncio.create_task(commit_slowly(database, committed, answer, result))
    await committed.wait()
    between = asyncio.create_task(commit(database, result, fail=True))
    second = asyncio.create_task(commit(database, result))
    async with database.read() as session:  # time for the locks of both, which need as many round trips
        for _ in range(10):
            await session.execute(select(func.count()).select_from(OutboxRow))
    answer.set()
    with pytest.raises(ZeroDivisionError):
        await between
    assert await second == ["first"]
    await first
    assert result == ["first", "second"]


async def test_a_holder_that_is_cancelled_does_not_let_the_next_one_pass() -> None:
    order = CommitOrder()
    first, second, third = order.begin(), order.begin(), order.begin()
    await first.hold(1)
    with second:
        waiting = asyncio.create_task(second.hold(1))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    last = asyncio.create_task(third.hold(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not last.done()
    with first:
        pass
    await last
