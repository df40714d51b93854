"""Stores and lists call detail records."""

from collections.abc import Callable

from unificx.calls.events import CallEnded
from unificx.cdr import repository
from unificx.cdr.ports import KeyRing
from unificx.cdr.schemas import CallRecord, Filters, HistoryPage
from unificx.cdr.values import UNKNOWN_NUMBER, read_cursor, write_cursor
from unificx.core.errors import NotFound
from unificx.db import Database, Spool, UnitOfWork
from unificx.identity.events import TenantDeleted

MOST_PER_PAGE = 200
_KIND = "call"
_NUMBER = "number"
"""Kind of key store alias for the number of an external party."""


class History:
    """Call records of all tenants. Registers itself with the spool.

    `on_change` is called with each (tenant, extension) whose list has changed, once it can be read. It must not raise.
    """

    def __init__(self, database: Database, keys: KeyRing, spool: Spool) -> None:
        self.listed: Callable[[set[tuple[str, str | None]]], None] = lambda changed: None
        self._database = database
        self._keys = keys
        self._spool = spool
        spool.handler(_KIND, self._apply)

    def record(self, call: CallEnded) -> None:
        """Seal the call and append it to the spool. It is durable on return, and listed a moment later.

        Synchronous, for the hot path of the call engine. Recording a call twice yields one record. Raises SpoolFull.
        """
        subjects = [party.subject or self._outsider(call.tenant, party.number) for party in call.parties]
        self._spool.append(_KIND, repository.to_record(self._keys, call, subjects), last=True)

    def _outsider(self, tenant: str, number: str) -> str:
        return self._keys.find_or_create(tenant, _NUMBER, number or UNKNOWN_NUMBER)

    async def _apply(self, uow: UnitOfWork, records: list[bytes]) -> None:
        changed = await repository.insert_records(uow.session, records)
        uow.afterwards.append(lambda: self.listed(changed))

    async def list(
        self, tenant_id: str, filters: Filters | None = None, cursor: str | None = None, limit: int = 50
    ) -> HistoryPage:
        """Return a page of calls, newest first. Raises Invalid for an invalid cursor."""
        size = max(1, min(limit, MOST_PER_PAGE))
        before = read_cursor(cursor) if cursor is not None else None
        async with self._database.read() as session:
            found = await repository.calls(
                session, self._keys, tenant_id, filters=filters or Filters(), before=before, limit=size + 1
            )
        items = tuple(found[:size])
        more = len(found) > size
        return HistoryPage(items, write_cursor(items[-1].started, items[-1].id) if more else None)

    async def get(self, tenant_id: str, call_id: str) -> CallRecord:
        """Return a call. Raises NotFound."""
        async with self._database.read() as session:
            found = await repository.call(session, self._keys, tenant_id, call_id)
        if found is None:
            raise NotFound("Call not found.")
        return found

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the sealed parts of an erased subject, whose key is already destroyed. Idempotent."""
        async with self._database.begin() as uow:
            await repository.erase_party(uow.session, tenant_id, subject)

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete all calls of a deleted tenant. Outbox handler."""
        await repository.delete_calls(uow.session, fact.tenant)
