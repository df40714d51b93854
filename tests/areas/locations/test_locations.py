"""Locations on both databases."""

from dataclasses import replace
from typing import Any

import pytest
from identity_factory import two_tenants
from sqlalchemy import select

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database, Outbox
from unificx.identity import Extension, Identity
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.locations import LocationChange, Locations
from unificx.locations.models import LocationRow
from unificx.privacy import KeyStore
from unificx.registrar import Caller
from unificx.sip.geolocation import CivicAddress

ADDRESS = CivicAddress("de", "Berlin", " Hauptstr. ", "1")
SITE = LocationChange("Berlin", ADDRESS)
Setup = tuple[Locations, Extension, Extension, Identity]


@pytest.fixture
async def setup(database: Database, keys: KeyStore, clock: ManualClock) -> Any:
    async with two_tenants(database, keys, clock) as (people, one, other):
        yield Locations(database, keys, clock, people.directory), one, other, people


def place(locations: Locations, extension: Extension, device_id: str = "") -> str:
    found = locations.of_caller(Caller.of(extension, device_id))
    return found.name if found is not None else ""


async def test_a_call_has_the_place_of_its_device_home_extension_or_tenant(
    setup: Setup, database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    locations, anna, other, people = setup
    tenant = anna.tenant_id
    [device] = people.directory.devices_of(anna.id)
    assert place(locations, anna) == ""
    berlin = await locations.create(tenant, SITE)
    assert (berlin.address.street, berlin.address.country) == ("Hauptstr.", "DE")
    assert berlin.is_default, "the first location is that of all extensions"
    assert (place(locations, anna), place(locations, other)) == ("Berlin", "")
    hamburg = await locations.create(tenant, LocationChange("Hamburg", ADDRESS, extensions=("1001",)))
    assert place(locations, anna) == "Hamburg"
    await locations.create(tenant, LocationChange("Home", ADDRESS), home_of="1001")
    assert place(locations, anna) == "Home"
    await locations.update(berlin, LocationChange(devices=(device.device_id,)))
    assert (place(locations, anna, device.device_id), place(locations, anna)) == ("Berlin", "Home")
    await locations.update(hamburg, LocationChange(is_default=True, devices=(device.device_id,)))
    again = Locations(database, keys, clock, people.directory)
    await again.start()
    for each in (locations, again):
        assert not each.find(tenant, "Berlin").is_default
        assert each.find(tenant, "Berlin").devices == ()
        assert (place(each, anna, device.device_id), place(each, anna)) == ("Hamburg", "Home")
        assert each.of_caller(replace(Caller.of(anna), trunk_id="carrier")) is None
        assert place(each, other, device.device_id) == "", "the place of another tenant"
    with pytest.raises(Conflict):
        await locations.delete(locations.find(tenant, "Hamburg"))
    await locations.delete(locations.find(tenant, "Berlin"))
    await locations.delete(locations.find(tenant, "Home"))
    assert place(locations, anna) == "Hamburg"
    await locations.delete(locations.find(tenant, "Hamburg"))
    assert place(locations, anna) == ""


async def test_extensions_of_a_deleted_place_are_at_the_default_one(setup: Setup) -> None:
    """Also those that it got after the deletion was requested."""
    locations, anna, _, _ = setup
    await locations.create(anna.tenant_id, SITE)
    hamburg = await locations.create(anna.tenant_id, LocationChange("Hamburg", ADDRESS))
    await locations.update(hamburg, LocationChange(extensions=("1001",)))
    await locations.delete(hamburg)
    assert place(locations, anna) == "Berlin"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"address": replace(ADDRESS, country="Germany")}, "country"),
        ({"address": replace(ADDRESS, city=" ")}, "city"),
        ({"address": replace(ADDRESS, street="")}, "street"),
        ({"address": replace(ADDRESS, note="x" * 101)}, "note"),
        ({"address": replace(ADDRESS, room="\x1b[")}, "room"),
        ({"extensions": ("9999",)}, "extensions"),
        ({"devices": ("unknown",)}, "devices"),
    ],
)
async def test_invalid_locations(setup: Setup, change: dict[str, Any], field: str) -> None:
    locations, anna, _, _ = setup
    with pytest.raises(Invalid) as refused:
        await locations.create(anna.tenant_id, replace(SITE, **change))
    assert refused.value.field == field
    assert locations.list(anna.tenant_id).items == ()


async def test_names_are_unique_and_tenants_apart(setup: Setup) -> None:
    locations, anna, other, people = setup
    berlin = await locations.create(anna.tenant_id, SITE)
    with pytest.raises(Conflict):
        await locations.create(anna.tenant_id, SITE)
    with pytest.raises(NotFound):
        locations.find(other.tenant_id, berlin.id)
    [foreign] = people.directory.devices_of(other.id)
    for change in (LocationChange(devices=(foreign.device_id,)), LocationChange(extensions=(other.id,))):
        with pytest.raises(Invalid):
            await locations.update(berlin, change)
    with pytest.raises(Invalid):
        await locations.update(berlin, LocationChange(is_default=False))


async def test_a_home_is_of_one_extension_and_locations_are_limited(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    locations, anna, _, people = setup
    home = await locations.create(anna.tenant_id, LocationChange("Home", ADDRESS), home_of="1001")
    [device] = people.directory.devices_of(anna.id)
    of_others = LocationChange(is_default=True), LocationChange(extensions=("1001",))
    for change in (*of_others, LocationChange(devices=(device.device_id,))):
        with pytest.raises(Invalid) as refused:
            await locations.update(home, change)
        assert refused.value.field == "home_of"
    monkeypatch.setattr("unificx.locations.service.MAX_LOCATIONS", 1)
    with pytest.raises(Conflict, match="1 locations"):
        await locations.create(anna.tenant_id, SITE)
    assert locations.list(anna.tenant_id).items == (home,)


async def test_a_home_is_erased_with_its_person_and_deleted_with_its_extension(
    setup: Setup, database: Database, bus: EventBus, clock: ManualClock
) -> None:
    locations, anna, other, _ = setup
    outbox = Outbox(database, bus.publish, clock)
    for extension in (anna, other):
        await locations.create(extension.tenant_id, SITE)
        await locations.create(extension.tenant_id, LocationChange("Home", ADDRESS), home_of="1001")
    await locations.erase(anna.tenant_id, anna.subject)
    assert (place(locations, anna), place(locations, other)) == ("Berlin", "Home")
    outbox.subscribe(ExtensionDeleted, locations.on_extension_deleted)
    outbox.subscribe(TenantDeleted, locations.on_tenant_deleted)
    async with database.begin() as uow:
        uow.publish(ExtensionDeleted("e1", other.tenant_id, other.id))
    await outbox.deliver()
    assert place(locations, other) == "Berlin"
    async with database.begin() as uow:
        uow.publish(TenantDeleted("e2", other.tenant_id))
    await outbox.deliver()
    assert place(locations, other) == ""
    async with database.read() as session:
        left = (await session.scalars(select(LocationRow))).all()
    assert [row.tenant_id for row in left] == [anna.tenant_id]
    assert b"Berlin" not in left[0].sealed


async def test_two_nodes_neither_give_a_name_twice_nor_lose_a_change(
    setup: Setup, database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    """The memory of each node does not have the changes of the other."""
    first, anna, _, people = setup
    tenant = anna.tenant_id
    second = Locations(database, keys, clock, people.directory)
    berlin = await first.create(tenant, SITE)
    with pytest.raises(Conflict, match="this name"):
        await second.create(tenant, SITE)
    assert not (await second.create(tenant, LocationChange("Hamburg", ADDRESS))).is_default
    after = await second.update(berlin, LocationChange(number="+49301234567"))
    await first.update(berlin, LocationChange(name="Potsdam"))
    assert (await second.update(after, LocationChange(extensions=("1001",)))).name == "Potsdam"
    home = await first.create(tenant, LocationChange("Home", ADDRESS), home_of="1001")
    with pytest.raises(Conflict, match="of its own"):
        await second.create(tenant, LocationChange("At home", ADDRESS), home_of="1001")
    await first.delete(home)
    with pytest.raises(NotFound):
        await second.update(home, LocationChange(name="Gone"))
