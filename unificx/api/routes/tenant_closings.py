"""Closing a tenant: the consequences, the decision, and taking it back until the tenant is erased."""

from fastapi import status

from unificx import identity
from unificx.api.access import CurrentUserDep, Id, ServicesDep, purpose, require_access
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import suspensions as models
from unificx.api.services import Services
from unificx.core.errors import Forbidden
from unificx.identity import GRACE_DAYS, Action, may
from unificx.recording import count_recordings

router = Router(prefix="/api/v1/tenants/{tenant}/closing", tags=["tenants"], dependencies=[purpose("administration")])


@router.get("", responses=problem_responses(401, 403, 404))
async def plan_tenant_closing(services: ServicesDep, user: CurrentUserDep, tenant: Id) -> models.Closing:
    """Show what closing a tenant would erase, and what would stay. Nothing is changed."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    return await _closing(services, scope.tenant_id)


@router.put("", responses=problem_responses(401, 403, 404, 409))
async def close_tenant(
    services: ServicesDep, user: CurrentUserDep, tenant: Id, wanted: models.NewClosing
) -> models.Closing:
    """Close a tenant: it is suspended at once, and erased with all its data after 30 days, in which it can be
    reopened. Its administrators get an e-mail.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    if wanted.days < GRACE_DAYS and not may(user.principal, Action.INSTALLATION, scope.tenant_id):
        raise Forbidden("Only operators choose fewer days.", field="days")
    await services.identity.step_up.require(user.principal)
    await services.identity.closings.close(scope.tenant_id, identity.maker_of(user.principal, ""), wanted.days)
    return await _closing(services, scope.tenant_id)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def reopen_tenant(services: ServicesDep, user: CurrentUserDep, tenant: Id) -> None:
    """Take the closing of a tenant back. Its administrators do so when they sign in."""
    scope = await require_access(services, user, tenant, Action.INSTALLATION)
    await services.identity.closings.reopen(scope.tenant_id)


async def _closing(services: Services, tenant_id: str) -> models.Closing:
    invoices = await services.billing.invoices.received(tenant_id)
    return models.Closing(
        erases=await services.identity.closings.current(tenant_id),
        days=GRACE_DAYS,
        people=await services.identity.closings.people(tenant_id),
        extensions=len(services.identity.directory.extensions(tenant_id)),
        numbers=services.outbound.numbers.count(tenant_id),
        recordings=await count_recordings(services.billing.database, tenant_id),
        open_invoices=sum(each.state in ("open", "overdue", "collected") for each in invoices),
        invoices=len(invoices),
    )
