"""Diagnostics reports: sealed, limited in number and age, deleted with their sender."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sweeping import sweep

from unificx.core.clock import ManualClock
from unificx.core.errors import Forbidden, Invalid, NotFound
from unificx.db import Database
from unificx.identity import Principal, Role
from unificx.identity.events import PersonClosed, TenantDeleted
from unificx.privacy import KeyStore
from unificx.support import MAX_HOURS, SupportAccess, SupportService

REPORT = "Chromium 156 on Linux\nmicrophone: refused"


@pytest.fixture
def support(database: Database, keys: KeyStore, clock: ManualClock) -> SupportService:
    return SupportService(database, keys, clock)


@pytest.mark.promise("C12")
async def test_a_report_is_stored_verbatim_and_sealed(support: SupportService, database: Database) -> None:
    sent = await support.submit("acme", "ada", "subject-a", REPORT)
    assert [(one.id, one.person_id, one.text) for one in await support.list("acme")] == [(sent.id, "ada", REPORT)]
    async with database.read() as session:
        stored = (await session.execute(text("SELECT * FROM diagnostics_report"))).one()
    assert b"Chromium" not in repr(tuple(stored)).encode()


async def test_reports_are_separated_by_tenant(support: SupportService) -> None:
    sent = await support.submit("acme", "ada", "subject-a", REPORT)
    assert await support.list("globex") == ()
    with pytest.raises(NotFound):
        await support.delete("globex", sent.id)
    await support.delete("acme", sent.id)
    assert await support.list("acme") == ()


async def test_only_the_latest_twenty_reports_of_a_person_are_kept(support: SupportService, clock: ManualClock) -> None:
    await support.submit("acme", "ben", "subject-b", "Ben's")
    for number in range(23):
        clock.advance(1)
        await support.submit("acme", "ada", "subject-a", str(number))
    texts = [one.text for one in await support.list("acme")]
    assert texts == [*map(str, range(22, 2, -1)), "Ben's"]


@pytest.mark.promise("R3", "R4")
@pytest.mark.promise("C13")
async def test_a_report_is_deleted_after_thirty_days(
    support: SupportService, database: Database, clock: ManualClock
) -> None:
    await support.submit("acme", "ada", "subject-a", "old")
    clock.advance(timedelta(days=20).total_seconds())
    await support.submit("acme", "ada", "subject-a", "young")
    clock.advance(timedelta(days=10, seconds=1).total_seconds())
    await sweep(database, clock, support.expiries)
    assert [one.text for one in await support.list("acme")] == ["young"]


async def test_a_report_is_deleted_with_its_sender(support: SupportService, database: Database, keys: KeyStore) -> None:
    for person, subject in (("ada", "subject-a"), ("ben", "subject-b"), ("cleo", "subject-c")):
        await support.submit("acme", person, subject, person)
    keys.destroy("acme", "subject-a")
    assert [one.text for one in await support.list("acme")] == ["cleo", "ben"]
    await support.erase("acme", "subject-a")
    async with database.begin() as uow:
        await support.on_person_closed(PersonClosed("fact-1", "acme", "ben", "subject-b"), uow)
    assert [one.text for one in await support.list("acme")] == ["cleo"]
    async with database.begin() as uow:
        await support.on_tenant_deleted(TenantDeleted("fact-2", "acme"), uow)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM diagnostics_report")) == 0


@pytest.mark.promise("T3")
async def test_support_access_is_allowed_by_an_administrator_in_person_only(
    support: SupportService, database: Database
) -> None:
    """The routes refuse others too; the service does not rely on it."""

    async def always(tenant_id: str) -> bool:
        return True

    access = SupportAccess(database, always)
    for refused in (
        Principal("user", "acme", Role.USER, "session"),
        Principal("staff", "acme", Role.OPERATOR, "session"),
        Principal("neighbour", "globex", Role.TENANT_ADMIN, "session"),
        Principal("boss", "acme", Role.TENANT_ADMIN, key_id="key"),
        Principal("boss", "acme", Role.TENANT_ADMIN, "session", by="staff"),
    ):
        with pytest.raises(Forbidden):
            await access.grant("acme", refused, 1)
    for hours in (0, MAX_HOURS + 1):
        with pytest.raises(Invalid):
            await access.grant("acme", Principal("boss", "acme", Role.TENANT_ADMIN, "session"), hours)
    assert await access.list("acme") == []
