"""A process that dies during a step of a request: request, account and e-mail have one state, and the step is repeated."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from fake_notifier import NoRequestEmails
from identity_factory import identity_on

from tests.outside_numbers import in_germany
from unificx.cluster.local import LocalCounters, LocalOneTimeStore
from unificx.core.clock import ManualClock
from unificx.db import Database, UnitOfWork
from unificx.identity import NewPerson, NewSuspension, NewTenant, Person, SuspendedAccount
from unificx.privacy import KeyStore
from unificx.support.rights import RequestFilter, RightsDependencies, RightsRequest, RightsRequests


class Mail(NoRequestEmails):
    """The e-mails that were queued with a unit of work."""

    can_send = True

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, request: RightsRequest, kind: str, detail: str, uow: UnitOfWork | None = None) -> None:
        assert uow is not None
        uow.after_commit.append(lambda: self.sent.append(request.id))


class World:
    """The queue on a database, and a person of the tenant acme."""

    def __init__(self, database: Database, keys: KeyStore, clock: ManualClock) -> None:
        self.database, self.identity = database, identity_on(database, keys, clock)
        counters, one_time, self.mail = LocalCounters(clock), LocalOneTimeStore(clock), Mail()
        parts = RightsDependencies(database, keys, in_germany(keys), self.identity, counters, one_time, self.mail)
        self.requests = RightsRequests(parts)
        self.ada: Person

    async def start(self) -> None:
        await self.identity.start()
        tenant = await self.identity.tenants.create(NewTenant("acme", "Acme", "acme.example"))
        self.ada = (await self.identity.people.create(tenant.id, NewPerson("Ada", "ada@acme.example"))).person

    async def is_suspended(self) -> bool:
        return (await self.identity.users.get(self.ada.tenant_id, self.ada.id)).state == "suspended"

    async def open_requests(self) -> list[RightsRequest]:
        return list((await self.requests.page(self.ada.tenant_id)).items)

    async def ask_for_review(self) -> RightsRequest:
        found = await self.identity.suspensions.current(self.ada.tenant_id, self.ada.id)
        account = SuspendedAccount(self.ada.tenant_id, self.ada.id, False, found, True)
        return await self.requests.reviews.ask(account, "It was a mistake.")


@pytest.fixture
async def world(database: Database, keys: KeyStore, clock: ManualClock) -> AsyncIterator[World]:
    made = World(database, keys, clock)
    await made.start()
    yield made
    await made.identity.join_background_tasks()


def killed_at(world: World, patch: pytest.MonkeyPatch, at: int, *, before: bool) -> None:
    """Let the process die at the `at`-th unit of work from now on: `before` or after its commit."""
    begun, begin = itertools.count(), world.database.begin

    @asynccontextmanager
    async def dying() -> AsyncIterator[UnitOfWork]:
        dies = next(begun) == at
        async with begin() as uow:
            yield uow
            if dies and before:
                raise asyncio.CancelledError
        if dies:
            raise asyncio.CancelledError

    patch.setattr(world.database, "begin", dying)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.promise("K3", "U9")
async def test_request_and_account_have_one_state_whenever_the_process_dies(
    world: World, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    """The report of a minor and its refusal, a request for a review and its decision: each is done wholly or not."""
    requests, tenant, person = world.requests, world.ada.tenant_id, world.ada

    async def report() -> None:
        await requests.submit_own(tenant, person.id, "minor", "")

    async def refuse() -> None:
        [opened] = await world.open_requests()
        await requests.take(tenant, opened.id, "refuse", "is 20", "root")

    async def lift() -> None:
        [opened] = await world.open_requests()
        await requests.take(tenant, opened.id, "answer", "Agreed", "second")

    async def suspend() -> None:
        await world.identity.suspensions.suspend(person, NewSuspension("security", by="root"))

    async def reported() -> bool:
        opened, suspended = await world.open_requests(), await world.is_suspended()
        assert bool(opened) == suspended
        return suspended

    async def refused() -> bool:
        return not await reported()

    async def asked() -> bool:
        found = await world.identity.suspensions.require(tenant, person.id)
        assert [each.id for each in await world.open_requests()] == [found.review_id] * (found.review == "open")
        return found.review == "open"

    async def lifted() -> bool:
        return not await reported()

    for act, is_done in (
        (report, reported),
        (refuse, refused),
        (suspend, world.is_suspended),
        (world.ask_for_review, asked),
        (lift, lifted),
    ):
        for at in range(3):
            with monkeypatch.context() as patched, suppress(asyncio.CancelledError):
                killed_at(world, patched, at, before=before)
                await act()
            if await is_done():
                break
            assert before, act.__name__
        assert await is_done(), act.__name__
    closed = await requests.page(tenant, RequestFilter(closed=True))
    assert sorted(world.mail.sent) == sorted(each.id for each in closed.items)
