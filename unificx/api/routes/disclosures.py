"""Disclosures to authorities: proposed by one administrator, decided by another, visible to the person."""

from fastapi import Depends, status

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import privacy_requests as models
from unificx.core.errors import Forbidden
from unificx.identity import Action
from unificx.support.rights import NewDisclosure

router = Router(prefix="/api/v1", tags=["requests"], route_class=IdempotentRoute, dependencies=[purpose("requests")])
_OF_REQUEST = "/privacy-requests/{request_id}/disclosures"


@router.get("/me/disclosures", responses=problem_responses(401, 403))
async def list_own_disclosures(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.OwnDisclosure]:
    """List the disclosures of your data to authorities, except those you must not be told of yet."""
    principal = user.principal
    if not principal.person_id:
        raise Forbidden("Only users have data of their own.", hint="Sign in as a user.")
    found = await services.disclosures.own(principal.tenant_id, principal.person_id)
    return core.Page(items=[models.OwnDisclosure.model_validate(each) for each in found], next=None)


@router.get(_OF_REQUEST, responses=problem_responses(401, 403, 404))
async def list_disclosures(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, tenant: TenantQuery = None
) -> core.Page[models.Disclosure]:
    """List the disclosures for a request of an authority, oldest first."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    found = await services.disclosures.of_request(scope.tenant_id, request_id)
    return core.Page(items=[models.Disclosure.model_validate(each) for each in found], next=None)


@router.post(
    _OF_REQUEST,
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def propose_disclosure(
    services: ServicesDep,
    user: CurrentUserDep,
    request_id: Id,
    body: models.NewDisclosure,
    tenant: TenantQuery = None,
) -> models.Disclosure:
    """Propose a disclosure for a request of an authority. Another administrator decides."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    new = NewDisclosure(body.person_id, body.scope, body.silent_until)
    made = await services.disclosures.propose(scope.tenant_id, request_id, new, user.principal.person_id)
    return models.Disclosure.model_validate(made)


@router.put(_OF_REQUEST + "/{disclosure_id}/decision", responses=problem_responses(401, 403, 404, 409))
async def decide_disclosure(
    services: ServicesDep,
    user: CurrentUserDep,
    *,
    request_id: Id,
    disclosure_id: Id,
    body: models.DisclosureDecision,
    tenant: TenantQuery = None,
) -> models.Disclosure:
    """Approve or reject a disclosure that another administrator has proposed.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    await services.identity.step_up.require(user.principal)
    decided = await services.disclosures.decide(
        scope.tenant_id, request_id, disclosure_id, user.principal.person_id, approve=body.approve
    )
    return models.Disclosure.model_validate(decided)
