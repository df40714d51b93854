"""Shared store of the identity services: serialized transactions, keys, clock, directory cache, common look-ups."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from unificx.core.clock import Clock
from unificx.core.errors import Conflict, NotFound, Unauthenticated
from unificx.core.events import DomainEvent
from unificx.db import Database, UnitOfWork, lock_scope
from unificx.identity.cache import DirectoryCache
from unificx.identity.repository import accounts, credentials
from unificx.identity.schemas import Person, Tenant
from unificx.privacy import KeyStore

K = TypeVar("K")
V = TypeVar("V")


class Transaction:
    """Transaction in progress: session, events, and callbacks to run after the commit. `uow`: its unit of work;
    `created`: the tenant that it creates, which is not in the directory yet."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.session: AsyncSession = uow.session
        self.publish: Callable[[DomainEvent], None] = uow.publish
        self.on_commit: list[Callable[[], object]] = []
        self.created: Tenant | None = None

    def take(self, pending: dict[K, V]) -> dict[K, V]:
        """Return a copy of values that this transaction stores. Those of them that have not changed since stop pending
        after the commit."""
        taken = dict(pending)

        def drop() -> None:
            for key, value in taken.items():
                if pending.get(key) == value:
                    del pending[key]

        self.on_commit.append(drop)
        return taken


Check = Callable[[Transaction], Awaitable[None]]
"""A check of another area, called within a transaction before it changes anything; raises what refuses that."""


async def unchecked(_: Transaction) -> None:
    """The check that accepts everything."""


class IdentityStore:
    """Store shared by the services of one installation."""

    def __init__(self, database: Database, keys: KeyStore, clock: Clock, directory: DirectoryCache) -> None:
        self.keys = keys
        self.clock = clock
        self.directory = directory
        self._database = database
        # Orders the transactions of this process, so that only one connection of the pool waits for the lock of the
        # database, and `on_commit` callbacks run in the order of the commits.
        self._order = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a unit of work. Its `on_commit` callbacks run after the commit and before the next transaction.

        Transactions are serialized, also with those of other processes, so that checks still hold when the change is
        written.
        """
        async with self._order:
            try:
                async with self._database.begin() as uow:
                    await lock_scope(uow.session, "identity")
                    tx = Transaction(uow)
                    yield tx
            except IntegrityError:
                # From None: the driver's message quotes the values.
                raise Conflict("The same object was changed concurrently.", hint="Try again.") from None
            for callback in tx.on_commit:
                callback()

    def unordered(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work for one statement with its own condition: it needs no lock."""
        return self._database.begin()

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a session for reading, concurrent to transactions."""
        return self._database.read()

    def read_one(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a connection for one statement that reads: see `Database.read_one`."""
        return self._database.read_one()

    def tenant(self, tenant_id: str, tx: Transaction | None = None) -> Tenant:
        """Return a tenant by id, also one that `tx` creates. Raise NotFound."""
        tenant = self.directory.tenant(tenant_id)
        if tx is not None and tx.created is not None and tx.created.id == tenant_id:
            tenant = tx.created
        if tenant is None:
            raise NotFound("Tenant not found.")
        return tenant

    def is_tenant_active(self, tenant_id: str) -> bool:
        """Whether the tenant exists and is not suspended."""
        tenant = self.directory.tenant(tenant_id)
        return tenant is not None and tenant.active

    async def person(self, session: AsyncSession, tenant_id: str, person_id: str) -> Person:
        """Return a user. Raise NotFound, also for a closed account."""
        found = await accounts.person(session, self.keys, tenant_id, person_id)
        if found is None:
            raise NotFound("User not found.")
        return found

    async def account(self, session: AsyncSession, tenant_id: str, person_id: str) -> credentials.SignInAccount:
        """Return the sign-in data of a user. Raise Unauthenticated for an unknown or closed account."""
        subject = self.directory.person_subject(person_id)
        account = await credentials.account(session, self.keys, subject or "")
        if account is None or account.tenant_id != tenant_id:
            raise Unauthenticated("This account is not active.")
        return account
