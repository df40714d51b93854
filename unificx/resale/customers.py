"""Acts of the people of a reseller on its tenants. None of them opens personal data of the people of a tenant."""

from collections.abc import Sequence

from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.identity import Identity, NewPerson, NewSuspension, NewTenant, Person, Role, Suspension, Tenant
from unificx.resale.schemas import FirstAdministrator, Reseller
from unificx.resale.service import Resellers


class Customers:
    """The tenants of resellers."""

    def __init__(self, identity: Identity, resellers: Resellers) -> None:
        self._identity = identity
        self._resellers = resellers

    def all(self, reseller: Reseller) -> Sequence[Tenant]:
        """Return the tenants of a reseller, oldest first."""
        return [each for each in self._identity.directory.tenants() if each.id in reseller.customers]

    def get(self, reseller: Reseller, reference: str) -> Tenant:
        """Return a tenant of the reseller by id or short name. Raise NotFound, also for one of others."""
        directory = self._identity.directory
        found = directory.tenant_by_slug(reference) or directory.tenant(reference)
        if found is None or found.id not in reseller.customers:
            raise NotFound("There is no such tenant.", field="tenant")
        return found

    async def create(
        self, reseller: Reseller, new: NewTenant, administrator: FirstAdministrator
    ) -> tuple[Tenant, Person]:
        """Create a tenant of the reseller with its administrator, still to be invited. Raise Invalid, Conflict."""
        tenant = await self._identity.tenants.create(new)
        person = NewPerson(administrator.name, administrator.email, Role.TENANT_ADMIN, language=new.language)
        try:
            await self._resellers.assign(reseller.id, tenant.id)
            try:
                return tenant, await self._identity.users.create(tenant.id, person)
            except (Invalid, Conflict) as refused:
                if refused.field not in ("name", "email"):
                    raise
                kind = Invalid if isinstance(refused, Invalid) else Conflict
                raise kind(refused.message, hint=refused.hint, field=f"administrator_{refused.field}") from None
        except BaseException:
            await self._identity.tenants.delete(tenant.id)
            raise

    async def suspend(self, tenant: Tenant, new: NewSuspension) -> Suspension:
        """Suspend a tenant with all its users. Raise Conflict, Invalid."""
        return await self._identity.suspensions.suspend_tenant(tenant.id, new)

    async def suspension(self, reseller: Reseller, tenant: Tenant) -> Suspension:
        """Return the suspension of a tenant by the reseller's own people. Raise Conflict if there is none; Forbidden
        for one by others, such as the operator: its text is not for the reseller."""
        found = await self._identity.suspensions.require(tenant.id, "")
        if not await self._is_staff(reseller, found.by):
            raise Forbidden("Others have suspended this tenant.", hint="Ask the operator.", field="state")
        return found

    async def resume(self, reseller: Reseller, tenant: Tenant) -> None:
        """End a suspension by the reseller's own people. Raise as `suspension`."""
        await self.suspension(reseller, tenant)
        await self._identity.suspensions.resume(tenant.id, "")

    async def _is_staff(self, reseller: Reseller, person_id: str) -> bool:
        try:
            await self._identity.users.get_to_erase(reseller.tenant_id, person_id)
        except NotFound:
            return False
        return True
