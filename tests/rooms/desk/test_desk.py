"""Diagnostics reports: kept sealed, bounded in number and time, gone with their sender."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from unificx.desk import Desk
from unificx.kernel.clock import ManualClock
from unificx.kernel.errors import NotFound
from unificx.people.facts import PersonClosed, TenantDeleted
from unificx.privacy import KeyStore
from unificx.store import Database

REPORT = "Chromium 156 on Linux\nmicrophone: refused"


@pytest.fixture
def desk(database: Database, keys: KeyStore, clock: ManualClock) -> Desk:
    return Desk(database, keys, clock)


@pytest.mark.promise("C12")
async def test_a_report_is_kept_word_for_word_and_sealed(desk: Desk, database: Database) -> None:
    sent = await desk.take("acme", "ada", "subject-a", REPORT)
    assert [(one.id, one.person_id, one.text) for one in await desk.list("acme")] == [(sent.id, "ada", REPORT)]
    async with database.read() as session:
        stored = (await session.execute(text("SELECT * FROM diagnostics_report"))).one()
    assert b"Chromium" not in repr(tuple(stored)).encode()


async def test_reports_stay_in_their_organisation(desk: Desk) -> None:
    sent = await desk.take("acme", "ada", "subject-a", REPORT)
    assert await desk.list("globex") == ()
    with pytest.raises(NotFound):
        await desk.drop("globex", sent.id)
    await desk.drop("acme", sent.id)
    assert await desk.list("acme") == ()


async def test_only_the_latest_twenty_of_one_person_stay(desk: Desk, clock: ManualClock) -> None:
    await desk.take("acme", "ben", "subject-b", "Ben's")
    for number in range(23):
        clock.advance(1)
        await desk.take("acme", "ada", "subject-a", str(number))
    texts = [one.text for one in await desk.list("acme")]
    assert texts == [*map(str, range(22, 2, -1)), "Ben's"]


async def test_after_thirty_days_it_is_gone(desk: Desk, clock: ManualClock) -> None:
    await desk.take("acme", "ada", "subject-a", "old")
    clock.advance(timedelta(days=20).total_seconds())
    await desk.take("acme", "ada", "subject-a", "young")
    clock.advance(timedelta(days=10, seconds=1).total_seconds())
    await desk.tidy()
    assert [one.text for one in await desk.list("acme")] == ["young"]


async def test_it_goes_with_its_sender(desk: Desk, database: Database, keys: KeyStore) -> None:
    for person, subject in (("ada", "subject-a"), ("ben", "subject-b"), ("cleo", "subject-c")):
        await desk.take("acme", person, subject, person)
    keys.destroy("acme", "subject-a")
    assert [one.text for one in await desk.list("acme")] == ["cleo", "ben"]
    await desk.erase("acme", "subject-a")
    async with database.begin() as uow:
        await desk.forget_person(PersonClosed("fact-1", "acme", "ben", "subject-b"), uow)
    assert [one.text for one in await desk.list("acme")] == ["cleo"]
    async with database.begin() as uow:
        await desk.forget_tenant(TenantDeleted("fact-2", "acme"), uow)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM diagnostics_report")) == 0
