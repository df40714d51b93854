"""Speed dials on both databases."""

from typing import Any

import pytest
from identity_factory import two_tenants
from sqlalchemy import select

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid, NotFound
from unificx.db import Database, Outbox
from unificx.identity import Extension, Identity
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.privacy import KeyStore
from unificx.speed_dials import SpeedDial, SpeedDials
from unificx.speed_dials.models import SpeedDialRow

Setup = tuple[SpeedDials, Extension, Extension, Identity]


@pytest.fixture
async def setup(database: Database, keys: KeyStore, clock: ManualClock) -> Any:
    async with two_tenants(database, keys, clock) as (people, one, other):
        yield SpeedDials(database, keys), one, other, people


async def reopened(database: Database, keys: KeyStore) -> SpeedDials:
    dials = SpeedDials(database, keys)
    await dials.start()
    return dials


async def test_entries_are_set_replaced_and_removed(setup: Setup, database: Database, keys: KeyStore) -> None:
    dials, anna, other, _ = setup
    await dials.put(anna, "07", "+49 (30) 123-45", " Taxi ")
    await dials.put(anna, "01", "1002")
    await dials.put(anna, "07", "030 777", "Another taxi")
    for each in (dials, await reopened(database, keys)):
        assert each.of_extension(anna.id) == (SpeedDial("01", "1002"), SpeedDial("07", "030777", "Another taxi"))
        assert (each.number(anna.id, "07"), each.number(anna.id, "08")) == ("030777", "")
        assert each.number(other.id, "01") == each.number("", "01") == ""
    await dials.remove(anna, "01")
    with pytest.raises(NotFound):
        await dials.remove(anna, "01")
    await dials.remove(anna, "07")
    assert (await reopened(database, keys)).of_extension(anna.id) == ()


@pytest.mark.parametrize(
    ("code", "number", "name", "field"),
    [
        ("1", "1002", "", "code"),
        ("²1", "1002", "", "code"),
        ("01", "*7501", "", "number"),
        ("01", "Berta", "", "number"),
        ("01", "", "", "number"),
        ("01", "1002", "a\nb", "name"),
        ("01", "1002", "a" * 61, "name"),
    ],
)
async def test_bad_entries_are_refused(setup: Setup, code: str, number: str, name: str, field: str) -> None:
    dials, anna, *_ = setup
    with pytest.raises(Invalid) as refused:
        await dials.put(anna, code, number, name)
    assert refused.value.field == field
    assert dials.of_extension(anna.id) == ()


async def test_entries_are_sealed_and_end_with_their_owner(
    setup: Setup, database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus
) -> None:
    dials, anna, other, people = setup
    outbox = Outbox(database, bus.publish, clock)
    outbox.subscribe(ExtensionDeleted, dials.on_extension_deleted)
    outbox.subscribe(TenantDeleted, dials.on_tenant_deleted)
    for extension in (anna, other):
        await dials.put(extension, "01", "1002", "Berta")
    async with database.read() as session:
        assert all(b"Berta" not in row.sealed for row in (await session.scalars(select(SpeedDialRow))).all())
    await people.extensions.delete(anna.tenant_id, anna.id)
    await outbox.deliver()
    assert (dials.of_extension(anna.id), dials.number(other.id, "01")) == ((), "1002")
    dials.drop_subject(other.subject)
    assert dials.of_extension(other.id) == ()
    await people.tenants.delete(other.tenant_id)
    await outbox.deliver()
    assert (await reopened(database, keys)).of_extension(other.id) == ()
    async with database.read() as session:
        assert (await session.scalars(select(SpeedDialRow))).all() == []
