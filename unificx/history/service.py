"""The room's use cases: keep what a call was, and show it again."""

from collections.abc import Callable

from unificx.calls.facts import CallEnded
from unificx.history import queries
from unificx.history.contracts import CallRecord, Filters, HistoryPage
from unificx.history.ports import KeyRing
from unificx.history.rules import UNKNOWN_NUMBER, read_cursor, write_cursor
from unificx.kernel.errors import NotFound
from unificx.people.facts import TenantDeleted
from unificx.store import Database, Spool, UnitOfWork

MOST_PER_PAGE = 200
_KIND = "call"
_NUMBER = "number"
"""The kind of alias an outside party's number is."""


class History:
    """Call records of every tenant. Registers itself with the spool.

    `listed` hears of each (tenant, extension) whose list has changed, once it can be read; it must not fail.
    """

    def __init__(self, database: Database, keys: KeyRing, spool: Spool) -> None:
        self.listed: Callable[[set[tuple[str, str | None]]], None] = lambda changed: None
        self._database = database
        self._keys = keys
        self._spool = spool
        spool.handler(_KIND, self._apply)

    def record(self, call: CallEnded) -> None:
        """Seal the call and hand it to the spool: it is safe when this returns, and listed a moment later.

        Synchronous, for the call engine's hot path. The same call recorded twice is one record. Raises SpoolFull.
        """
        subjects = [party.subject or self._outsider(call.tenant, party.number) for party in call.parties]
        self._spool.append(_KIND, queries.to_record(self._keys, call, subjects), last=True)

    def _outsider(self, tenant: str, number: str) -> str:
        return self._keys.find_or_make(tenant, _NUMBER, number or UNKNOWN_NUMBER)

    async def _apply(self, uow: UnitOfWork, records: list[bytes]) -> None:
        changed = await queries.insert_records(uow.session, records)
        uow.afterwards.append(lambda: self.listed(changed))

    async def list(
        self, tenant_id: str, filters: Filters | None = None, cursor: str | None = None, limit: int = 50
    ) -> HistoryPage:
        """A page of calls, the newest first. Raises Invalid for a cursor that is none."""
        size = max(1, min(limit, MOST_PER_PAGE))
        before = read_cursor(cursor) if cursor is not None else None
        async with self._database.read() as session:
            found = await queries.calls(
                session, self._keys, tenant_id, filters=filters or Filters(), before=before, limit=size + 1
            )
        items = tuple(found[:size])
        more = len(found) > size
        return HistoryPage(items, write_cursor(items[-1].started, items[-1].id) if more else None)

    async def get(self, tenant_id: str, call_id: str) -> CallRecord:
        """One call. Raises NotFound."""
        async with self._database.read() as session:
            found = await queries.call(session, self._keys, tenant_id, call_id)
        if found is None:
            raise NotFound("There is no such call.")
        return found

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Drop what an erased subject was known as; its key was destroyed before. May be repeated."""
        async with self._database.begin() as uow:
            await queries.erase_party(uow.session, tenant_id, subject)

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete every call of a deleted tenant: for the outbox."""
        await queries.delete_calls(uow.session, fact.tenant)
