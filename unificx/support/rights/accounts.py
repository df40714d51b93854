"""Accounts that requests are about. They are opened for administration, whatever the purpose of the work around it."""

from contextlib import AbstractAsyncContextManager, suppress

from unificx.core.access import current_access, stating
from unificx.core.errors import NotFound
from unificx.identity import Identity, NewSuspension, Person, PersonChange, ReviewState, Suspension, Transaction


class Accounts:
    """The accounts of all tenants."""

    def __init__(self, identity: Identity) -> None:
        self.directory = identity.directory
        self._store, self._users, self._tenants = identity.store, identity.users, identity.tenants
        self._suspensions = identity.suspensions

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction for a request together with its effect on an account: a process that dies stores both or
        neither."""
        return self._store.transaction()

    async def get(self, tenant_id: str, person_id: str) -> Person:
        """Return an account. Raise NotFound."""
        with stating(current_access().to("administration")):
            return await self._users.get(tenant_id, person_id)

    async def id_of_subject(self, tenant_id: str, subject: str) -> str:
        """Return the id of the open account of a subject, "" without one."""
        with stating(current_access().to("administration")):
            person = await self._users.of_subject(tenant_id, subject)
        return person.id if person is not None else ""

    async def all(self, tenant_id: str, at_most: int) -> list[Person]:
        """Return the open accounts of a tenant, oldest first."""
        found: list[Person] = []
        cursor: str | None = None
        with stating(current_access().to("administration")):
            while len(found) < at_most:
                page = await self._users.page(tenant_id, cursor, 200)
                found += page.items
                if (cursor := page.next) is None:
                    break
        return found[:at_most]

    async def change(self, tenant_id: str, person_id: str, change: PersonChange) -> None:
        """Change an account. Raise NotFound, Conflict."""
        with stating(current_access().to("administration")):
            await self._users.update(tenant_id, person_id, change)

    async def suspend_minor(self, tx: Transaction, tenant_id: str, person_id: str) -> None:
        """Suspend an account that was reported to be that of a minor. Raise NotFound, Conflict."""
        with stating(current_access().to("administration")):
            person = await self._store.person(tx.session, tenant_id, person_id)
            change = PersonChange(state="suspended", suspension=NewSuspension("minor"))
            await self._users.change(tx, person, change)

    async def resume_minor(self, tx: Transaction, tenant_id: str, person_id: str) -> None:
        """End the suspension of `suspend_minor`, if it is in force. Another suspension stays."""
        with stating(current_access().to("administration")), suppress(NotFound):  # it was erased or closed meanwhile
            found = await self._suspensions.current(tenant_id, person_id)
            if found is not None and found.reason == "minor":
                await self._suspensions.end(tx, tenant_id, person_id)

    async def suspension_of(self, review_id: str) -> Suspension | None:
        """Return the suspension in force whose review is this request."""
        with stating(current_access().to("administration")):
            return await self._suspensions.of_review(review_id)

    async def set_review(
        self, tx: Transaction, suspension: Suspension, state: ReviewState, review_id: str | None
    ) -> None:
        """Set the state of a review. Raise Conflict if it has changed meanwhile."""
        with stating(current_access().to("administration")):
            await self._suspensions.set_review(tx, suspension, state, review_id)

    async def delete_tenant(self, tx: Transaction, tenant_id: str) -> None:
        """Delete a tenant whose sign-up was not approved."""
        with stating(current_access().to("administration")):
            await self._tenants.remove(tx, tenant_id)

    async def delete_undecided(self, tx: Transaction, tenant_id: str) -> None:
        """Delete a tenant whose sign-up was not decided about, unless it was approved meanwhile."""
        with stating(current_access().to("administration")):
            found = await self._suspensions.of_tenant(tx, tenant_id)
            if found is not None and found.reason == "approval":
                await self._tenants.remove(tx, tenant_id)

    async def lift(self, tx: Transaction, suspension: Suspension) -> None:
        """End a suspension."""
        with stating(current_access().to("administration")):
            await self._suspensions.end(tx, suspension.tenant_id, suspension.person_id)
