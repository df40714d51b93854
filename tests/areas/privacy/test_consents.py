"""The ledger of consents on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.privacy import (
    OBJECTION_PURPOSES,
    OPTIONAL_PURPOSES,
    ConsentRecord,
    Consents,
    KeyStore,
    add_consent,
    released_versions,
)
from unificx.privacy.consents import service
from unificx.privacy.consents.models import ConsentRow
from unificx.privacy.events import ObjectionChanged

TENANT, ADA, BOB = "tenant", "ada-subject", "bob-subject"


async def reopened(database: Database, keys: KeyStore) -> Consents:
    consents = Consents(database, keys)
    await consents.start()
    return consents


@pytest.mark.promise("U7")
async def test_nothing_is_allowed_until_the_person_agrees(database: Database, keys: KeyStore) -> None:
    consents = await reopened(database, keys)
    assert not any(consents.allows(ADA, purpose) for purpose in OPTIONAL_PURPOSES)
    receipt = await consents.decide(TENANT, ADA, "marketing", given=True, locale="de")
    assert (receipt.state, receipt.notice, receipt.locale) == ("given", released_versions()[-1].version, "de")
    for each in (consents, await reopened(database, keys)):
        assert each.allows(ADA, "marketing")
        assert not each.allows(ADA, "analytics")
        assert not each.allows(BOB, "marketing")
    assert await consents.records(TENANT, ADA) == [receipt]


@pytest.mark.promise("U7", "D4")
async def test_a_withdrawal_is_in_force_at_once_and_the_ledger_only_grows(database: Database, keys: KeyStore) -> None:
    consents = await reopened(database, keys)
    for given in (True, False, False):
        await consents.decide(TENANT, ADA, "marketing", given=given, locale="en", method="objection")
        assert consents.allows(ADA, "marketing") is given
    assert not (await reopened(database, keys)).allows(ADA, "marketing")
    assert [each.state for each in await consents.records(TENANT, ADA)] == ["given", "withdrawn", "refused"]


@pytest.mark.promise("D4")
async def test_a_withdrawal_holds_even_if_it_cannot_be_stored(
    database: Database, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents = await reopened(database, keys)
    await consents.decide(TENANT, ADA, "marketing", given=True, locale="en")

    def fail() -> None:
        raise OSError

    monkeypatch.setattr(database, "begin", fail)
    with pytest.raises(OSError):
        await consents.decide(TENANT, ADA, "marketing", given=False, locale="en")
    assert not consents.allows(ADA, "marketing")
    with pytest.raises(OSError):
        await consents.decide(TENANT, ADA, "analytics", given=True, locale="en")
    assert not consents.allows(ADA, "analytics")


async def test_a_consent_ends_with_its_period(database: Database, keys: KeyStore, clock: ManualClock) -> None:
    until = clock.now() + timedelta(days=1)
    record = ConsentRecord(clock.new_id(), "analytics", "given", "1", "form", "en", clock.now(), until)
    async with database.begin() as uow:
        await add_consent(uow.session, keys, TENANT, ADA, record)
    consents = await reopened(database, keys)
    assert consents.allows(ADA, "analytics")
    clock.advance(86400)
    assert not consents.allows(ADA, "analytics")


@pytest.mark.promise("D4")
async def test_decisions_reach_other_nodes_without_a_restart(database: Database, keys: KeyStore) -> None:
    """A node that reads the database learns what another has stored, and its areas are informed of objections."""
    published: list[ObjectionChanged] = []
    here, there = await reopened(database, keys), Consents(database, keys, published.append)
    await there.start()
    for objects in (True, False, True):
        await here.object_to(TENANT, ADA, "directory", objects=objects, locale="en")
        await here.decide(TENANT, BOB, "marketing", given=objects, locale="en")
        assert (there.objects(ADA, "directory"), there.allows(BOB, "marketing")) != (objects, objects)
        for _ in range(2):
            await there.catch_up()
        assert (there.objects(ADA, "directory"), there.allows(BOB, "marketing")) == (objects, objects)
    assert published == [ObjectionChanged(TENANT, "directory")] * 3


async def test_a_database_that_is_away_is_logged_once(
    database: Database, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents, attempts, thrice = await reopened(database, keys), iter(range(1, 1000)), asyncio.Event()

    async def fail() -> None:
        if next(attempts) == 3:
            thrice.set()
        raise OSError

    monkeypatch.setattr(service, "FOLLOW_INTERVAL", 0)
    monkeypatch.setattr(consents, "catch_up", fail)
    with capture_logs() as logs:
        following = asyncio.create_task(consents.run())
        await asyncio.wait_for(thrice.wait(), 30)
        following.cancel()
        await asyncio.wait((following,))
    assert [each["event"] for each in logs] == ["consents_delayed"]


@pytest.mark.promise("D3")
async def test_an_erased_person_has_no_decisions_left(database: Database, keys: KeyStore) -> None:
    consents = await reopened(database, keys)
    for subject in (ADA, BOB):
        await consents.decide(TENANT, subject, "marketing", given=True, locale="en")
    await consents.erase(TENANT, ADA)
    assert (consents.allows(ADA, "marketing"), consents.allows(BOB, "marketing")) == (False, True)
    async with database.read() as session:
        rows = (await session.scalars(select(ConsentRow))).all()
    assert [row.subject_id for row in rows] == [BOB]
    assert b"marketing" not in rows[0].sealed


@pytest.mark.promise("D4")
async def test_an_objection_is_in_force_at_once_and_after_a_restart(
    database: Database, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents = await reopened(database, keys)
    assert not any(consents.objects(ADA, purpose) for purpose in OBJECTION_PURPOSES)
    for objects in (True, False, True):
        await consents.object_to(TENANT, ADA, "directory", objects=objects, locale="en")
        for each in (consents, await reopened(database, keys)):
            found = each.objects(ADA, "directory"), each.objects(ADA, "statistics"), each.objects(BOB, "directory")
            assert found == (objects, False, False)
    ledger = await consents.records(TENANT, ADA)
    assert [(each.state, each.method) for each in ledger] == [
        ("refused", "objection"),
        ("given", "objection"),
        ("refused", "objection"),
    ]

    def fail() -> None:
        raise OSError

    monkeypatch.setattr(database, "begin", fail)
    with pytest.raises(OSError):
        await consents.object_to(TENANT, BOB, "statistics", objects=True, locale="en")
    assert consents.objects(BOB, "statistics")
    consents.drop_subject(ADA)
    assert not consents.objects(ADA, "directory")
