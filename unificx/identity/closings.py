"""Closing a tenant: it is suspended at once, and erased after some days, in which it can be reopened.

A closed tenant is a suspended one whose suspension has a day of its erasure. So sessions, calls and phones end as with
any suspension, calls to emergency numbers go on, and the end of the suspension reopens the tenant.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from unificx.core.errors import Conflict, Forbidden, Invalid
from unificx.core.phrases import Phrase
from unificx.identity.repository import accounts
from unificx.identity.repository import suspensions as records
from unificx.identity.store import IdentityStore
from unificx.identity.suspension_schemas import NewSuspension, Suspension
from unificx.identity.suspensions import Suspensions
from unificx.identity.tenants import Tenants

GRACE_DAYS, MAX_GRACE_DAYS = 30, 90
"""Days until a closed tenant is erased."""


class Closings:
    """Closes and reopens tenants."""

    def __init__(self, store: IdentityStore, suspensions: Suspensions, tenants: Tenants) -> None:
        self._store, self._suspensions, self._tenants = store, suspensions, tenants

    async def close(self, tenant_id: str, by: str, days: int = GRACE_DAYS) -> datetime:
        """Suspend a tenant and let it be erased after some days; return the time. Raise Invalid; Conflict if it is
        suspended already, or that of the operators."""
        if not 1 <= days <= MAX_GRACE_DAYS:
            raise Invalid(Phrase("Choose 1 to {} days.", MAX_GRACE_DAYS), field="days")
        erases = self._store.clock.now() + timedelta(days=days)
        await self._suspensions.suspend_tenant(tenant_id, NewSuspension("closing", by=by, erases=erases))
        return erases

    async def current(self, tenant_id: str) -> datetime | None:
        """Return when a closed tenant is erased, None if it is not closed."""
        found = await self._suspensions.current(tenant_id, "")
        return None if found is None else found.erases

    async def people(self, tenant_id: str) -> int:
        """Return how many accounts a tenant has."""
        async with self._store.read() as session:
            return await accounts.count_people(session, tenant_id)

    async def reopen(self, tenant_id: str) -> None:
        """Let a closed tenant be active again. Raise Conflict if it is not closed."""
        await self._require(tenant_id)
        await self._suspensions.resume(tenant_id, "")

    async def reopen_own(self, reference: str) -> None:
        """Like `reopen`, by the reference of a refused sign-in of one of its administrators. Raise TicketExpired,
        Forbidden, Conflict."""
        account = await self._suspensions.references.resolve(reference)
        if account.whole_tenant and not account.is_administrator:
            raise Forbidden("Only administrators can reopen the organisation.", hint="Ask one of them.")
        await self.reopen(account.tenant_id)

    async def due(self) -> Sequence[tuple[str, datetime]]:
        """Return the closed tenants that are to be erased now, with the time from which on they are."""
        async with self._store.read() as session:
            return await records.closed(session, self._store.clock.now())

    async def erase(self, tenant_id: str) -> None:
        """Delete a closed tenant that is to be erased now, unless it was reopened meanwhile. Raise Conflict as
        `Tenants.delete`."""
        async with self._store.transaction() as tx:
            if tenant_id in dict(await records.closed(tx.session, self._store.clock.now())):
                await self._tenants.remove(tx, tenant_id)

    async def _require(self, tenant_id: str) -> Suspension:
        found = await self._suspensions.current(tenant_id, "")
        if found is None or found.reason != "closing":
            raise Conflict("This tenant is not closed.", hint="Look at it by `unificx tenant show`.")
        return found
