"""Accounts that requests are about. They are opened for administration, whatever the purpose of the work around it."""

from unificx.core.access import current_access, stating
from unificx.identity import Identity, Person, PersonChange, ReviewState, Suspension


class Accounts:
    """The accounts of all tenants."""

    def __init__(self, identity: Identity) -> None:
        self.directory = identity.directory
        self._users, self._tenants, self._suspensions = identity.users, identity.tenants, identity.suspensions

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
        """Suspend or resume an account. Raise NotFound, Conflict."""
        with stating(current_access().to("administration")):
            await self._users.update(tenant_id, person_id, change)

    async def suspension_of(self, review_id: str) -> Suspension | None:
        """Return the suspension in force whose review is this request."""
        with stating(current_access().to("administration")):
            return await self._suspensions.of_review(review_id)

    async def set_review(self, suspension: Suspension, state: ReviewState, review_id: str | None) -> None:
        """Set the state of a review. Raise Conflict if it has changed meanwhile."""
        with stating(current_access().to("administration")):
            await self._suspensions.set_review(suspension, state, review_id)

    async def delete_tenant(self, tenant_id: str) -> None:
        """Delete a tenant whose sign-up was not approved."""
        with stating(current_access().to("administration")):
            await self._tenants.delete(tenant_id)

    async def lift(self, suspension: Suspension) -> None:
        """End a suspension."""
        with stating(current_access().to("administration")):
            await self._suspensions.resume(suspension.tenant_id, suspension.person_id)
