"""Tenants. Operators create and delete them; administrators of a tenant may see and rename it."""

from fastapi import APIRouter, Depends, status

from unificx import identity
from unificx.api.access import AskerDep, Cursor, Id, Limit, ServicesDep, reach
from unificx.api.idempotent_route import RepeatableRoute, declare_key
from unificx.api.problems import refusals
from unificx.api.schemas import core as models
from unificx.core.errors import Forbidden
from unificx.identity import Action, may

router = APIRouter(prefix="/api/v1/tenants", tags=["tenants"], route_class=RepeatableRoute)


@router.get("", responses=refusals(401))
async def list_tenants(
    services: ServicesDep, asker: AskerDep, cursor: Cursor = None, limit: Limit = 50
) -> models.Page[models.Tenant]:
    """List the accessible tenants: all for operators, your own for other users."""
    if not asker.is_operator:
        own = await services.people.tenant(asker.principal.tenant_id)
        return models.Page(items=[models.Tenant.model_validate(own)], next=None)
    page = await services.people.list_tenants(cursor, limit)
    return models.Page(items=[models.Tenant.model_validate(one) for one in page.items], next=page.next)


@router.post(
    "", status_code=status.HTTP_201_CREATED, dependencies=[Depends(declare_key)], responses=refusals(401, 403, 409)
)
async def create_tenant(services: ServicesDep, asker: AskerDep, new: models.NewTenant) -> models.Tenant:
    """Create a tenant."""
    if not may(asker.principal, Action.INSTALLATION, asker.principal.tenant_id):
        raise Forbidden("Only operators can create tenants.")
    made = await services.people.create_tenant(identity.NewTenant(**new.model_dump()))
    return models.Tenant.model_validate(made)


@router.get("/{tenant}", responses=refusals(401, 403, 404))
async def show_tenant(services: ServicesDep, asker: AskerDep, tenant: Id) -> models.Tenant:
    """Show a tenant, by id or slug."""
    within = await reach(services, asker, tenant, Action.TENANT_READ)
    return models.Tenant.model_validate(await services.people.tenant(within.tenant_id))


@router.patch("/{tenant}", responses=refusals(401, 403, 404, 409))
async def update_tenant(
    services: ServicesDep, asker: AskerDep, tenant: Id, change: models.TenantChange
) -> models.Tenant:
    """Change the name, language or time zone of a tenant. Operators may also suspend and resume it."""
    within = await reach(services, asker, tenant, Action.TENANT_CHANGE)
    if change.state is not None and not may(asker.principal, Action.INSTALLATION, within.tenant_id):
        raise Forbidden("Only operators can suspend and resume tenants.", field="state")
    wanted = identity.TenantChange(**change.model_dump())
    return models.Tenant.model_validate(await services.people.update_tenant(within.tenant_id, wanted))


@router.delete("/{tenant}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404, 409))
async def delete_tenant(services: ServicesDep, asker: AskerDep, tenant: Id) -> None:
    """Delete a tenant and all its data permanently."""
    within = await reach(services, asker, tenant, Action.INSTALLATION)
    await services.people.delete_tenant(within.tenant_id)
