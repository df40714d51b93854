"""Accesses of administrators: noted once an hour, stored for the person, erased with the person."""

import asyncio
from collections.abc import Set

import pytest
from sqlalchemy import text
from sweeping import SweptTenant, retention_of

from tests.outside_numbers import in_germany
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.identity.events import TenantDeleted
from unificx.privacy import (
    AccessLog,
    DataSubject,
    KeyStore,
    Records,
    access_expiries,
    access_holding,
)
from unificx.privacy.retention import Period

ADMIN = Access("administration", "person-ana", "one")
SUBJECTS = {"person-ana": "ana", "person-ben": "ben", "person-eve": "eve"}


class People:
    person_subjects: Set[str] = frozenset(SUBJECTS.values())

    def person_subject(self, person_id: str) -> str | None:
        return SUBJECTS.get(person_id)


@pytest.fixture
def log(database: Database, keys: KeyStore) -> AccessLog:
    keys.get("one", SUBJECTS.values(), create=True)
    return AccessLog(database, keys, People())


async def seen(log: AccessLog, subject: str) -> list[tuple[str, str, str]]:
    found = (await log.page("one", subject, None, 10)).items
    return [(each.actor, each.kind, each.purpose) for each in found]


async def look(log: AccessLog, access: Access = ADMIN, kind: str = "person") -> None:
    log.note(access, kind, "one", {"ana", "ben", "a caller"})
    await log.store(access.actor)


@pytest.mark.promise("T3")
async def test_one_entry_for_actor_purpose_table_and_hour(log: AccessLog, clock: ManualClock) -> None:
    for access in (ADMIN, ADMIN, ADMIN.to("history"), ADMIN.to("telephony"), ADMIN.to("directory")):
        await look(log, access)
    await look(log, kind="device")
    await look(log, Access("administration", "person-eve", "one"))
    mine = [("person-ana", "person", "administration"), ("person-ana", "person", "history")]
    mine += [("person-ana", "device", "administration"), ("person-eve", "person", "administration")]
    assert sorted(await seen(log, "ben")) == sorted(mine)
    assert await seen(log, "ana") == [("person-eve", "person", "administration")]
    clock.advance(3600)
    await look(log)
    assert len(await seen(log, "ben")) == 5
    assert await seen(log, "a caller") == []


@pytest.mark.promise("T3")
async def test_an_answer_waits_for_the_entries_of_its_own_actor_only(log: AccessLog, database: Database) -> None:
    log.note(ADMIN, "person", "one", {"ben"})
    async with database.begin() as uow:  # long work of another request, which excludes other writers
        await uow.session.execute(text("DELETE FROM person_access"))
        first = asyncio.create_task(log.store(ADMIN.actor))
        await asyncio.sleep(0)
        second = asyncio.create_task(log.store(ADMIN.actor))
        await asyncio.sleep(0)
        for other in ("", "anonymous", "person-eve"):
            await log.store(other)
        assert not second.done(), "its entry is not stored yet"
    await asyncio.gather(first, second)
    assert await seen(log, "ben") == [("person-ana", "person", "administration")]


@pytest.mark.promise("T3")
async def test_entries_that_were_not_stored_are_stored_with_all(
    log: AccessLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patched:
        patched.setattr("unificx.privacy.accesses.repository.add", fail)
        with pytest.raises(OSError, match="no space"):
            await look(log)
    await log.store("person-eve")
    assert await seen(log, "ben") == []
    await log.store_all()
    assert await seen(log, "ben") == [("person-ana", "person", "administration")]


@pytest.mark.promise("D1", "T3")
async def test_accesses_to_data_of_a_caller_outside_are_in_the_copy_of_it(
    log: AccessLog, database: Database, keys: KeyStore
) -> None:
    caller = in_germany(keys).subject("one", "+493012345678")
    for _ in range(2):
        log.note(ADMIN.to("history"), "call_party", "one", {caller, "withheld"})
        log.note(ADMIN.to("telephony"), "call_party", "one", {caller})
        await log.store(ADMIN.actor)
    with stating(Access("requests", "copy")):
        [copy] = access_holding(database, log).export(DataSubject("one", caller), keys)
        assert isinstance(copy, Records)
        rows = [row async for row in copy.read()]
    assert [(row["kind"], row["purpose"], row["actor"]) for row in rows] == [("call_party", "history", "person-ana")]
    assert await seen(log, "withheld") == []


@pytest.mark.promise("D3", "R4")
async def test_accesses_go_with_the_person_and_after_their_period(
    log: AccessLog, database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    await look(log)
    log.note(ADMIN, "person", "one", {"eve"})
    await log.store(ADMIN.actor)
    holding, owner = access_holding(database, log), DataSubject("one", "ben", "person-ben")
    assert dict(await holding.find(owner)) == {"accesses by administrators": 1}
    log.note(ADMIN, "device", "one", {"ben"})
    keys.destroy("one", "ben")
    await log.store(ADMIN.actor)
    await holding.erase(owner)
    assert dict(await holding.remains(owner)) == {"accesses by administrators": 0}
    retention = retention_of(database, access_expiries(database), SweptTenant("one"))
    clock.at = Period.parse("P3Y").after(clock.at)
    await retention.sweep(clock.now())
    assert len(await seen(log, "eve")) == 1
    clock.advance(1)
    await retention.sweep(clock.now())
    assert await seen(log, "eve") == []
    log.note(ADMIN, "person", "one", {"eve"})
    await log.store(ADMIN.actor)
    async with database.begin() as uow:
        await log.on_tenant_deleted(TenantDeleted("event-1", "one"), uow)
    assert await seen(log, "eve") == []
