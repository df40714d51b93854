"""Breaches: what is known of them, and the notices to the people affected."""

from fastapi import Depends

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import privacy_requests as models
from unificx.identity import Action
from unificx.support.rights import BreachChange

router = Router(
    prefix="/api/v1/privacy-requests/{request_id}/breach",
    tags=["requests"],
    route_class=IdempotentRoute,
    dependencies=[purpose("requests")],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def show_breach(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, tenant: TenantQuery = None
) -> models.Breach:
    """Show what is known of a breach."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    return models.Breach.model_validate(await services.rights.breaches.get(scope.tenant_id, request_id))


@router.patch("", responses=problem_responses(401, 403, 404))
async def change_breach(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, body: models.BreachChange, tenant: TenantQuery = None
) -> models.Breach:
    """Change what is known of a breach, such as the time when the authority was informed. A closed one can be
    corrected too: the history of the request keeps the former values."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    categories = None if body.categories is None else tuple(body.categories)
    informed, is_given = body.authority_informed, "authority_informed" in body.model_fields_set
    change = BreachChange(categories, body.band, body.high_risk, informed, is_given and informed is None)
    by = user.principal.person_id
    return models.Breach.model_validate(await services.rights.breaches.change(scope.tenant_id, request_id, change, by))


@router.post(
    "/notices",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def inform_of_breach(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, body: models.BreachNotice, tenant: TenantQuery = None
) -> models.Breach:
    """Send a notice to the people affected, by e-mail and push.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    await services.identity.step_up.require(user.principal)
    by = user.principal.person_id
    informed = await services.rights.breaches.inform(scope.tenant_id, request_id, body.people, body.text, by)
    return models.Breach.model_validate(informed)
