"""Notes which administrators open data of which people, one entry per actor, purpose, table and hour. People are those
with an account, and parties outside that are known by a number and may ask for a copy of their data.

A request that is watched passes `AccessLog.note` as the witness of its access (`core.access`), which the codecs call.
New entries of the hour are stored before the request is answered.
"""

import asyncio
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from unificx.core.access import Access
from unificx.core.events import DomainEvent
from unificx.db import Database, Erased, Page, UnitOfWork
from unificx.privacy.accesses import repository
from unificx.privacy.accesses.models import AccessPart, PersonAccessRow
from unificx.privacy.audit.entries import PERIOD
from unificx.privacy.holdings import Holding, RowHolding
from unificx.privacy.keys import KeyStore
from unificx.privacy.outside import numbered_subjects
from unificx.privacy.retention import Expiry

ACCESSES = "accesses"
"""Area of the entries in plans and receipts. A look at a plan adds one."""
WATCHED = frozenset({"administration", "history", "operations", "requests", "security"})
"""Purposes for which data of others is looked at. For the others it is used: a call rings, a colleague is found, a
user signs in."""


class People(Protocol):
    """The accounts in memory."""

    @property
    def person_subjects(self) -> Set[str]:
        """The data subjects of all accounts."""
        ...

    def person_subject(self, person_id: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class PersonAccess:
    """Within the hour from `at` on, `actor` has opened data of a person from the table `kind`."""

    at: datetime
    purpose: str
    kind: str
    actor: str
    actor_tenant: str


@dataclass(frozen=True, slots=True)
class _NewAccesses:
    access: Access
    at: datetime
    kind: str
    tenant_id: str
    subjects: Set[str]


class AccessLog:
    """The accesses of this node. Use from one event loop."""

    def __init__(self, database: Database, keys: KeyStore, people: People) -> None:
        self._database = database
        self._keys = keys
        self._people = people
        self._clock = database.clock
        # Owner: this node: what was opened within this hour.
        self._seen: dict[tuple[Access, str, str], set[str]] = {}
        self._hour: datetime | None = None
        self._pending: list[_NewAccesses] = []
        self._batch: list[_NewAccesses] = []
        self._one_at_a_time = asyncio.Lock()

    def note(self, access: Access, kind: str, tenant_id: str, subjects: Set[str]) -> None:
        """Note that parts of these subjects were opened."""
        if access.purpose not in WATCHED:
            return
        hour = self._clock.now().replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._seen = hour, {}
        seen = self._seen.setdefault((access, kind, tenant_id), set())
        new = subjects - seen
        if new:
            seen |= new
            self._pending.append(_NewAccesses(access, hour, kind, tenant_id, new))

    async def store(self, actor: str) -> None:
        """Store the new entries, if `actor` has any. Call it before the answer to that actor: answers to others do not
        wait, as other work may exclude writers for seconds."""
        if any(each.access.actor == actor for each in (*self._batch, *self._pending)):
            await self.store_all()

    async def store_all(self) -> None:
        """Store all new entries."""
        async with self._one_at_a_time:
            self._batch, self._pending = self._pending, []
            try:
                rows = [row for each in self._batch for row in self._rows(each)]
                if rows:
                    async with self._database.begin() as uow:
                        await repository.add(uow.session, rows)
            except BaseException:
                self._pending = self._batch + self._pending
                raise
            finally:
                self._batch = []

    def _rows(self, new: _NewAccesses) -> list[dict[str, Any]]:
        """Return rows of the people who are not the actor and were not erased meanwhile."""
        own = self._people.person_subject(new.access.actor)
        part = AccessPart(new.access.actor, new.access.tenant)
        rows: list[dict[str, Any]] = []
        people = new.subjects & self._people.person_subjects
        people |= numbered_subjects(self._keys, new.tenant_id, new.subjects - people)
        for subject, key in self._keys.get(new.tenant_id, people - {own}).items():
            if key is None:
                continue
            row = self._clock.new_id()
            rows.append(
                {
                    "id": row,
                    "tenant_id": new.tenant_id,
                    "subject_id": subject,
                    "at": new.at,
                    "purpose": new.access.purpose,
                    "kind": new.kind,
                    "sealed": repository.PART.seal_with(key, new.tenant_id, subject, row, part),
                }
            )
        return rows

    async def page(self, tenant_id: str, subject: str, before: str | None, limit: int) -> Page[PersonAccess]:
        """Return accesses to data of a person, newest first."""
        async with self._database.read() as session:
            rows = await repository.page(session, tenant_id, subject, before, limit + 1)
        shown = rows[:limit]
        parts = repository.PART.open(self._keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in shown])
        found = [
            PersonAccess(row.at, row.purpose, row.kind, part.actor, part.actor_tenant)
            for row, part in zip(shown, parts, strict=True)
            if not isinstance(part, Erased)
        ]
        return Page(tuple(found), shown[-1].id if len(rows) > limit else None)

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """Delete the accesses to data of a person."""
        async with self._database.begin() as uow:
            await repository.erase_subject(uow.session, tenant_id, subject)

    async def on_tenant_deleted(self, event: DomainEvent, uow: UnitOfWork) -> None:
        """Delete the accesses to data of a tenant. Outbox handler."""
        await repository.erase_tenant(uow.session, event.tenant)


def access_holding(database: Database, log: AccessLog) -> Holding:
    return RowHolding(database, ACCESSES, {PersonAccessRow: "accesses by administrators"}, log.erase_subject)


def access_expiries(database: Database) -> tuple[Expiry, ...]:
    async def drop(tenant_id: str, ids: Sequence[str]) -> None:
        async with database.begin() as uow:
            await repository.drop(uow.session, tenant_id, ids)

    return (Expiry("audit", "accesses by administrators", repository.expiring, drop, lambda _: PERIOD),)
