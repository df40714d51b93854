"""Locks of scopes: what a transaction has checked stays true until its commit, also beside other processes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from unificx.core.clock import ManualClock
from unificx.core.events import DomainEvent
from unificx.db import Database, lock_scope
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


async def test_scopes_do_not_wait_for_each_other(database: Database, second: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite has one writer")
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
