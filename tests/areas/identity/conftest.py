"""Identity service on a real database, with real keys."""

from collections.abc import AsyncIterator, Callable

import pytest
from fake_notifier import FakeAccountNotifier
from identity_factory import identity_on

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.db.outbox import Outbox
from unificx.identity import Identity, NewTenant, Tenant
from unificx.privacy import KeyStore


@pytest.fixture
def emails() -> FakeAccountNotifier:
    return FakeAccountNotifier()


@pytest.fixture
def outbox(database: Database, bus: EventBus, clock: ManualClock) -> Outbox:
    return Outbox(database, bus.publish, clock)


@pytest.fixture
def open_people(
    database: Database, keys: KeyStore, clock: ManualClock, emails: FakeAccountNotifier
) -> Callable[[], Identity]:
    """Factory for the service of a new process; the test has to call `start`."""
    return lambda: identity_on(database, keys, clock, notifier=emails)


@pytest.fixture
async def people(open_people: Callable[[], Identity], outbox: Outbox) -> AsyncIterator[Identity]:
    service = open_people()
    await service.start()
    yield service
    await service.join_background_tasks()


@pytest.fixture
async def acme(people: Identity) -> Tenant:
    return await people.tenants.create(NewTenant("acme", "Acme Ltd", "pbx.acme.example"))


@pytest.fixture
async def globex(people: Identity) -> Tenant:
    return await people.tenants.create(NewTenant("globex", "Globex", "globex.example"))
