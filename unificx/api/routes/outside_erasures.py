"""Erasures of a tenant: those that are scheduled, and that of a telephone number outside, of which there is no account,
with plan, and confirmation with a receipt."""

from fastapi import Depends

from unificx.api.access import (
    CurrentUser,
    CurrentUserDep,
    Cursor,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.erasures import plan_schema
from unificx.api.schemas import core
from unificx.api.schemas import erasures as models
from unificx.api.services import Services
from unificx.db.pagination import PageByTime
from unificx.identity import Action
from unificx.privacy import DataSubject, ErasureSchedules

router = Router(
    prefix="/api/v1/erasures", tags=["privacy"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)


@router.post(
    "/plan",
    response_model_exclude_unset=True,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def plan_outside_erasure(
    services: ServicesDep, user: CurrentUserDep, body: models.OutsideNumber, tenant: TenantQuery = None
) -> models.ErasurePlan:
    """Show what the erasure of a telephone number outside would remove and what would stay. Nothing is changed."""
    owner = await outside_subject(services, user, body.number, tenant)
    return plan_schema(await services.erasures.plan(owner))


@router.post(
    "",
    response_model_exclude_unset=True,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def erase_outside_number(
    services: ServicesDep, user: CurrentUserDep, body: models.OutsideErasure, tenant: TenantQuery = None
) -> models.ErasureReceipt:
    """Erase a telephone number outside permanently, also in backups, and return the receipt. It cannot be undone.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    owner = await outside_subject(services, user, body.number, tenant)
    await services.identity.step_up.require(user.principal)
    receipt = await services.erasures.erase(owner, body.digest, user.principal.person_id)
    return models.ErasureReceipt.model_validate(receipt)


@router.get("/scheduled", responses=problem_responses(401, 403, 404))
async def list_scheduled_erasures(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.ListedErasure]:
    """List the erasures of people that have not begun, the last one to begin first."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    page = await ErasureSchedules(services.erasures).list(scope.tenant_id, PageByTime.parse(cursor, limit))
    items = [
        models.ListedErasure(
            person_id=each.person_id,
            due=each.due,
            requested=each.requested,
            requested_by=each.requested_by,
            own=each.requested_by == each.person_id,
        )
        for each in page.items
    ]
    return core.Page(items=items, next=page.next)


async def outside_subject(services: Services, user: CurrentUser, number: str, tenant: str | None) -> DataSubject:
    """Return the subject of a telephone number outside. Raise Invalid, NotFound."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    _, subject = services.rights.requests.subjects.caller(scope.tenant_id, number)
    return DataSubject(scope.tenant_id, subject)
