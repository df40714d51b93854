"""The indexes of the lists of people, as many as fit, kept equal to the database."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.access import Access, stating
from unificx.core.recently_used import RecentlyUsed
from unificx.identity.people_index import ListedPerson, PeopleIndex
from unificx.identity.repository import accounts, people
from unificx.identity.store import IdentityStore

MAX_TENANTS = 200
"""Tenants with an index, those whose list was used last."""
MAX_PEOPLE = 100_000
"""People and extensions of all of them, about 1 KB each."""
_BATCH = 100
"""Users whose names are decrypted without giving way to other tasks of the event loop: a few milliseconds."""


class PeopleIndexes:
    """Indexes of this node. One is made when it is first asked for, takes what this and other nodes have changed since
    from the statement that reads a page, and ends when a key of its people is destroyed."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store
        # Owner: the database. A copy of this node.
        self._indexes = RecentlyUsed[str, PeopleIndex](MAX_TENANTS, MAX_PEOPLE)
        self._generation = 0
        """Detects a destroyed key while an index is made."""
        store.keys.watch(self._forget)

    def _forget(self, tenant_id: str | None, subject: str | None) -> None:
        self._generation += 1
        for each in self._indexes.all_keys():
            if tenant_id in (None, each):
                index = self._indexes.get(each)
                if subject is None or (index is not None and index.holds(subject)):
                    self._indexes.drop(each)

    async def of(self, tenant_id: str) -> PeopleIndex:
        """Return the index of a tenant, which may lack the last changes of accounts: see `read`."""
        self._store.keys.notice_destructions()
        index = self._indexes.get(tenant_id)
        if index is None:
            generation, index = self._generation, PeopleIndex()
            async with self._store.read() as session:
                rows = await people.listed(session, tenant_id, (), index.revision)
            for start in range(0, len(rows), _BATCH):
                self._put(index, tenant_id, rows[start : start + _BATCH])
                await asyncio.sleep(0)
            if generation == self._generation:
                self._indexes.put(tenant_id, index)
        directory = self._store.directory
        if index.extension_changes != directory.extension_changes[tenant_id]:
            index.put_extensions(directory.extensions(tenant_id), directory.extension_changes[tenant_id])
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
            chosen = choose()
            ids = [one.person.id for one in chosen if one.person is not None]
            rows = await people.listed(session, tenant_id, ids, index.revision)
            changed = [row for row in rows if row.revision > index.revision]
            if not changed:
                return chosen, {row.id: row for row in rows}
            self._put(index, tenant_id, changed)

    def _put(self, index: PeopleIndex, tenant_id: str, rows: Sequence[Row[Any]]) -> None:
        # No one looks at these names yet: what a request shows is opened for it.
        with stating(Access("administration", "people index", tenant_id)):
            opened = accounts.open_persons(self._store.keys, tenant_id, rows)
        index.put_persons((row.revision, person) for row, person in zip(rows, opened, strict=True))
