"""Tenants. Operators create and delete them; administrators of a tenant may see and rename it."""

from fastapi import Depends, status

from unificx import identity
from unificx.api.access import CurrentUserDep, Cursor, Id, Limit, ServicesDep, purpose, require_access, require_operator
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.schemas import core as models
from unificx.core.errors import Forbidden
from unificx.identity import Action, may

router = Router(
    prefix="/api/v1/tenants", tags=["tenants"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.get("", dependencies=[for_all_users], responses=problem_responses(401))
async def list_tenants(
    services: ServicesDep, user: CurrentUserDep, cursor: Cursor = None, limit: Limit = 50
) -> models.Page[models.Tenant]:
    """List the accessible tenants: all for operators, your own for other users."""
    if not user.is_operator:
        own = await services.identity.tenants.get(user.principal.tenant_id)
        return models.Page(items=[models.Tenant.model_validate(own)], next=None)
    page = await services.identity.tenants.page(cursor, limit)
    return models.Page(items=[models.Tenant.model_validate(one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 409),
)
async def create_tenant(services: ServicesDep, user: CurrentUserDep, new: models.NewTenant) -> models.Tenant:
    """Create a tenant."""
    await require_operator(services, user, Action.INSTALLATION)
    made = await services.identity.tenants.create(
        identity.NewTenant(**new.model_dump(exclude={"country"}), country=new.country or "")
    )
    return models.Tenant.model_validate(made)


@router.get("/{tenant}", responses=problem_responses(401, 403, 404))
async def show_tenant(services: ServicesDep, user: CurrentUserDep, tenant: Id) -> models.Tenant:
    """Show a tenant, by id or slug."""
    scope = await require_access(services, user, tenant, Action.TENANT_READ)
    return models.Tenant.model_validate(await services.identity.tenants.get(scope.tenant_id))


@router.patch("/{tenant}", responses=problem_responses(401, 403, 404, 409))
async def update_tenant(
    services: ServicesDep, user: CurrentUserDep, tenant: Id, change: models.TenantChange
) -> models.Tenant:
    """Change the name, language or time zone of a tenant. Operators may also suspend and resume it."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    if change.state is not None and not may(user.principal, Action.INSTALLATION, scope.tenant_id):
        raise Forbidden("Only operators can suspend and resume tenants.", field="state")
    suspension = identity.NewSuspension(by=identity.maker_of(user.principal, ""))
    wanted = identity.TenantChange(**change.model_dump(), suspension=suspension)
    return models.Tenant.model_validate(await services.identity.tenants.update(scope.tenant_id, wanted))


@router.delete("/{tenant}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def delete_tenant(services: ServicesDep, user: CurrentUserDep, tenant: Id) -> None:
    """Delete a tenant and all its data permanently."""
    scope = await require_access(services, user, tenant, Action.INSTALLATION)
    await services.identity.tenants.delete(scope.tenant_id)
