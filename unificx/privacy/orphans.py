"""The sweep of data subjects that no row refers to any more, and of tenants that no row is of, such as one whose
sign-up failed after its keys were made: keys and aliases go after some days."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import Table

from unificx.db import Base, Database, PendingWork, log_and_continue
from unificx.db.migrations.models import load_all_models
from unificx.privacy import repository
from unificx.privacy.keys import KeyStore

GRACE = timedelta(days=7)
"""Time from the first sweep that finds no row of a subject until its key is removed. No call lasts as long: the
parties of a call were found by number since, or have rows."""
INTERVAL = timedelta(days=1)
TENANTS = ""
"""In place of the tenant in the marks of tenants themselves."""


class WithId(Protocol):
    @property
    def id(self) -> str: ...


class OrphanSweep:
    """Use from the node in charge of maintenance. `tenants` are all tenants."""

    def __init__(self, database: Database, keys: KeyStore, tenants: Callable[[], Sequence[WithId]]) -> None:
        self._database, self._keys, self._tenants = database, keys, tenants
        self._clock = database.clock
        self._next = 0.0
        self._failed = PendingWork("orphans_not_swept")

    async def run(self) -> None:
        """Sweep once a day, and meanwhile repeat the sweep of tenants that failed. Called every few minutes."""
        now = self._clock.monotonic()
        if now >= self._next:
            await self.sweep()
            self._next = now + INTERVAL.total_seconds()
        else:
            await self._failed.repeat()

    async def sweep(self) -> int:
        """Mark the orphans of all tenants and remove those that were marked long ago; return their number. A tenant
        that fails is left to the next call of `run`. Raise KeysBusy."""
        removed = 0
        self._failed = PendingWork("orphans_not_swept")  # this sweep does what failed before
        for tenant in self._tenants():
            with log_and_continue("orphans_not_swept", tenant=tenant.id):
                removed += await self._failed.attempt(partial(self._sweep_tenant, tenant.id))
        await self._sweep_unknown_tenants(self._clock.now())
        return removed

    async def _sweep_tenant(self, tenant_id: str) -> int:
        now = self._clock.now()
        found = await orphaned_subjects(self._database, self._keys, tenant_id)
        await asyncio.to_thread(self._keys.orphans.mark, tenant_id, found, now)
        return await asyncio.to_thread(self._keys.orphans.remove, tenant_id, now - GRACE)

    async def _sweep_unknown_tenants(self, now: datetime) -> None:
        """Mark tenants that were never stored, and destroy the keys of those that were marked long ago."""
        unknown = await asyncio.to_thread(self._keys.orphans.tenants)  # before the rows, which new tenants get later
        async with self._database.read() as session:
            unknown.difference_update(await repository.tenant_ids(session))
        await asyncio.to_thread(self._keys.orphans.mark, TENANTS, unknown, now)
        for tenant_id in self._keys.orphans.marked(TENANTS, now - GRACE):
            await asyncio.to_thread(self._keys.destroy_tenant, tenant_id)


async def orphaned_subjects(database: Database, keys: KeyStore, tenant_id: str) -> set[str]:
    """Return the data subjects of a tenant with a key and without a row."""
    left = await asyncio.to_thread(keys.orphans.candidates, tenant_id)  # before the rows, which new subjects get later
    async with database.read() as session:
        for table, column in subject_columns():
            if not left:
                break
            async for found in repository.subjects_in(session, table, column, tenant_id):
                left.difference_update(found)
    return left


def subject_columns() -> Iterator[tuple[Table, str]]:
    """Yield all columns that refer to data subjects, by their names."""
    load_all_models()
    for table in Base.metadata.sorted_tables:
        if "tenant_id" in table.c:
            yield from ((table, column.name) for column in table.c if "subject" in column.name)
