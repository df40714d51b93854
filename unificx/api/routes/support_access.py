"""Support access: staff of the operator opens personal data of a tenant only with consent, for some hours."""

from fastapi import Depends, status

from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import support_access as models
from unificx.identity import Action

router = Router(
    prefix="/api/v1/support-access",
    tags=["tenants"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration")],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_support_access(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.SupportAccess]:
    """List when support access was allowed, newest first. The access log shows what was opened."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    found = await services.support_access.list(scope.tenant_id)
    return core.Page(items=[models.SupportAccess.model_validate(each) for each in found], next=None)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404),
)
async def allow_support_access(
    services: ServicesDep, user: CurrentUserDep, body: models.NewSupportAccess, tenant: TenantQuery = None
) -> models.SupportAccess:
    """Allow staff of the operator to open personal data of your organisation, for 1 to 72 hours.

    Only administrators of the organisation can, in person. Each opened record is in the access log of its person."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    granted = await services.support_access.grant(scope.tenant_id, user.principal, body.hours)
    return models.SupportAccess.model_validate(granted)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def end_support_access(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> None:
    """End support access at once."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    await services.support_access.end(scope.tenant_id)
