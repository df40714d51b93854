"""The indexes of the lists of people, as many as fit, kept equal to the database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.access import Access, stating
from unificx.core.recently_used import RecentlyUsed
from unificx.identity.people_index import ListedPerson, PeopleIndex
from unificx.identity.repository import accounts, people
from unificx.identity.store import IdentityStore

T = TypeVar("T")
MAX_TENANTS = 200
"""Tenants with an index, those whose list was used last."""
MAX_PEOPLE = 100_000
"""People and extensions of all of them, about 1 KB each."""
_BATCH = 100
_Destroyed = tuple[str | None, str | None]
"""Tenant and subject of a destroyed key; None for all."""


class PeopleIndexes:
    """Indexes of this node. One is made when it is first asked for, takes what this and other nodes have changed since
    from the statement that reads a page, and ends when a key of its people is destroyed."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store
        self._lock = Lock()
        """Of what follows: keys are destroyed on any thread."""
        # Owner: the database. A copy of this node.
        self._indexes = RecentlyUsed[str, PeopleIndex](MAX_TENANTS, MAX_PEOPLE)
        self._meanwhile: list[list[_Destroyed]] = []
        """The destroyed keys since names are being added to an index, for each of these."""
        store.keys.watch(self._forget)

    def _forget(self, tenant_id: str | None, subject: str | None) -> None:
        destroyed = tenant_id, subject
        with self._lock:
            for each in self._meanwhile:
                each.append(destroyed)
            for each in self._indexes.all_keys() if tenant_id is None else (tenant_id,):
                index = self._indexes.peek(each)
                if index is not None and _ends(each, index, destroyed):
                    self._indexes.drop(each)

    @contextmanager
    def _destroyed_meanwhile(self) -> Iterator[list[_Destroyed]]:
        """Yield a list to which the keys are added that are destroyed during the block."""
        destroyed: list[_Destroyed] = []
        with self._lock:
            self._meanwhile.append(destroyed)
        try:
            yield destroyed
        finally:
            with self._lock:
                self._meanwhile = [each for each in self._meanwhile if each is not destroyed]

    async def of(self, tenant_id: str) -> PeopleIndex:
        """Return the index of a tenant, which may lack the last changes of accounts: see `read`."""
        self._store.keys.notice_destructions()
        with self._lock:
            index = self._indexes.get(tenant_id)
        if index is None:
            index = await self._make(tenant_id)
        directory = self._store.directory
        if index.extension_changes != directory.extension_changes[tenant_id]:
            index.put_extensions(directory.extensions(tenant_id), directory.extension_changes[tenant_id])
        return index

    async def _make(self, tenant_id: str) -> PeopleIndex:
        """Return a new index, which is kept unless the key of one of its people was destroyed meanwhile."""
        index = PeopleIndex()
        with self._destroyed_meanwhile() as destroyed:
            async with self._store.read() as session:
                rows = await people.listed(session, tenant_id, (), index.revision)
            async for some in in_batches(rows):
                self._add(tenant_id, index, some)
            with self._lock:
                if not any(_ends(tenant_id, index, each) for each in destroyed):
                    self._indexes.put(tenant_id, index)
        return index

    async def read(
        self,
        session: AsyncSession,
        tenant_id: str,
        index: PeopleIndex,
        choose: Callable[[], Sequence[ListedPerson]],
    ) -> tuple[Sequence[ListedPerson], dict[str, Row[Any]]]:
        """Return the chosen people, and the rows of their accounts by id, after `index` has taken all changes.

        One statement in most cases: it reads the accounts that are chosen as far as is known, and those that were
        changed since. Only after a change it is repeated."""
        while True:
            # Of now: while the statement runs, another request may add the same changes to the index.
            since, chosen = index.revision, choose()
            ids = [one.person.id for one in chosen if one.person is not None]
            rows = await people.listed(session, tenant_id, ids, since)
            changed = [row for row in rows if row.revision > since]
            if not changed:
                return chosen, {row.id: row for row in rows}
            with self._destroyed_meanwhile() as destroyed:
                self._add(tenant_id, index, changed)
                with self._lock:
                    if any(_ends(tenant_id, index, each) for each in destroyed):
                        self._indexes.drop(tenant_id)

    def _add(self, tenant_id: str, index: PeopleIndex, rows: Sequence[Row[Any]]) -> None:
        # No one looks at these names yet: what a request shows is opened for it.
        with stating(Access("administration", "people index", tenant_id)):
            opened = accounts.open_persons(self._store.keys, tenant_id, rows)
        index.put_persons((row.revision, person) for row, person in zip(rows, opened, strict=True))


def _ends(tenant_id: str, index: PeopleIndex, destroyed: _Destroyed) -> bool:
    """Return whether the index of a tenant ends with a destroyed key."""
    of_tenant, subject = destroyed
    return of_tenant in (None, tenant_id) and (subject is None or index.holds(subject))


async def in_batches(rows: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    """Yield rows of accounts in batches, each of which takes a few milliseconds to decrypt, and give way to other tasks
    of the event loop in between."""
    for start in range(0, len(rows), _BATCH):
        if start:
            await asyncio.sleep(0)
        yield rows[start : start + _BATCH]
