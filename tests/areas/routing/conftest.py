"""Calls outside of two tenants, with trunks, on a real database with real keys."""

from collections.abc import AsyncIterator

import pytest
from identity_factory import identity_on
from outbound_setup import OutboundSetup

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.identity import NewExtension, NewTenant
from unificx.privacy import KeyStore
from unificx.trunks import NewTrunk


@pytest.fixture
async def outside(
    database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus
) -> AsyncIterator[OutboundSetup]:
    people = identity_on(database, keys, clock)
    await people.start()
    tenants = [
        await people.tenants.create(NewTenant(slug, slug, f"{slug}.example", time_zone="Europe/Berlin"))
        for slug in ("acme", "globex")
    ]
    setup = OutboundSetup(people, tenants[0].id, tenants[1].id, database, keys, clock, bus)
    for tenant in tenants:
        for name in ("carrier", "second"):
            await setup.trunks.create(tenant.id, NewTrunk(name, f"{name}.example"))
        for number in ("1001", "1002"):
            await people.extensions.create(tenant.id, NewExtension(number, number))
    yield setup
    await setup.outbound.fraud.join()
    await people.join_background_tasks()
