"""Identity service on a real database, with real keys and a cheap Argon2id."""

from collections.abc import AsyncIterator, Callable

import pytest
from argon2 import PasswordHasher
from fake_notifier import Letters

from unificx.core.clock import ManualClock
from unificx.core.events import Bus
from unificx.db import Database
from unificx.db.outbox import Outbox
from unificx.identity import NewTenant, Passwords, People, Tenant
from unificx.privacy import KeyStore

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def outbox(database: Database, bus: Bus, clock: ManualClock) -> Outbox:
    return Outbox(database, bus, clock)


@pytest.fixture
def open_people(database: Database, keys: KeyStore, clock: ManualClock, letters: Letters) -> Callable[[], People]:
    """Factory for the service of a new process; the test has to call `start`."""
    return lambda: People(database, keys, clock, passwords=Passwords(CHEAP), courier=letters)


@pytest.fixture
async def people(open_people: Callable[[], People], outbox: Outbox) -> AsyncIterator[People]:
    service = open_people()
    await service.start()
    yield service
    await service.settle()


@pytest.fixture
async def acme(people: People) -> Tenant:
    return await people.create_tenant(NewTenant("acme", "Acme Ltd", "pbx.acme.example"))


@pytest.fixture
async def globex(people: People) -> Tenant:
    return await people.create_tenant(NewTenant("globex", "Globex", "globex.example"))
