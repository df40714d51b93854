"""Conference rooms of a tenant with two extensions, on a real database with real keys and a fast Argon2id."""

from collections.abc import AsyncIterator

import pytest
from conference_setup import ConferenceSetup
from identity_factory import identity_on

from unificx.cluster import EventBus
from unificx.cluster.local import LocalCounters
from unificx.conferencing import RoomService
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity import NewExtension, NewTenant, PasswordHashing
from unificx.privacy import KeyStore


@pytest.fixture
async def conference(
    database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus
) -> AsyncIterator[ConferenceSetup]:
    outbox = Outbox(database, bus.publish, clock)
    people = identity_on(database, keys, clock)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    anna = await people.extensions.create(tenant.id, NewExtension("1001", "Anna"))
    berta = await people.extensions.create(tenant.id, NewExtension("1002", "Berta"))
    rooms = RoomService(database, keys, people.directory, PasswordHashing(), clock, counters=LocalCounters(clock))
    await rooms.start()
    yield ConferenceSetup(people, rooms, tenant, anna.extension, berta.extension, database, outbox, keys, clock)
    await people.join_background_tasks()
