"""Trunks of a tenant, on a real database with real keys."""

from collections.abc import AsyncIterator

import pytest
from identity_factory import identity_on
from trunk_setup import TrunkSetup

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity import NewTenant
from unificx.privacy import KeyStore


@pytest.fixture
async def setup(database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus) -> AsyncIterator[TrunkSetup]:
    people = identity_on(database, keys, clock)
    await people.start()
    acme = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    globex = await people.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    made = TrunkSetup(people, acme.id, globex.id, database, Outbox(database, bus.publish, clock), keys, clock)
    await made.trunks.start()
    yield made
    await people.join_background_tasks()
