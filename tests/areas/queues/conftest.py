"""Queues of a tenant with two extensions, on a real database with real keys."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from identity_factory import identity_on
from queue_setup import QueueSetup

from tests.outside_numbers import in_germany
from unificx.calls import CallControl
from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox, Spool
from unificx.identity import NewExtension, NewTenant
from unificx.privacy import KeyStore
from unificx.queues import QueueStore, build_queues
from unificx.routing import DestinationDirectory, ExtensionKind


@pytest.fixture
async def setup(
    database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus, tmp_path: Path
) -> AsyncIterator[QueueSetup]:
    outbox = Outbox(database, bus.publish, clock)
    people = identity_on(database, keys, clock)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    anna = await people.extensions.create(tenant.id, NewExtension("1001", "Anna"))
    berta = await people.extensions.create(tenant.id, NewExtension("1002", "Berta"))
    spool = Spool(tmp_path / "spool", database)
    await spool.recover()
    destinations, published = DestinationDirectory([ExtensionKind(people.directory)]), list[object]()
    store = QueueStore(database, keys, in_germany(keys), spool, published.append)
    queues = build_queues(store, people.directory, destinations, CallControl(), may_call=lambda tenant_id, number: True)
    await queues.start()
    extensions = anna.extension, berta.extension
    yield QueueSetup(
        people,
        queues.service,
        queues.history,
        spool,
        tenant,
        *extensions,
        database,
        outbox,
        keys,
        clock,
        destinations,
        published,
    )
    await queues.manager.close()
    await spool.close()
    await people.join_background_tasks()
