"""Disclosures to authorities: proposed by one administrator, decided by another, visible to the person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields

from fastapi import Depends, status

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.managing import require_manageable
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.access_copies import request_copy
from unificx.api.schemas import access_copies as copies
from unificx.api.schemas import core
from unificx.api.schemas import privacy_requests as models
from unificx.core.access import current_access, stating
from unificx.core.errors import Forbidden, NotFound
from unificx.identity import Action
from unificx.privacy import DataSubject
from unificx.support.rights import DisclosedData, Disclosure, Handover, NewDisclosure

router = Router(prefix="/api/v1", tags=["requests"], route_class=IdempotentRoute, dependencies=[purpose("requests")])
_OF_REQUEST = "/privacy-requests/{request_id}/disclosures"


@router.get("/me/disclosures", responses=problem_responses(401, 403))
async def list_own_disclosures(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.OwnDisclosure]:
    """List the disclosures of your data to authorities, except those you must not be told of yet."""
    principal = user.principal
    if not principal.person_id:
        raise Forbidden("Only users have data of their own.", hint="Sign in as a user.")
    found = await services.rights.disclosures.own(principal.tenant_id, principal.person_id)
    files = _by_disclosure(await services.rights.handovers.own(principal.tenant_id, principal.person_id))
    items = [models.OwnDisclosure.model_validate(_shown(each) | {"handovers": files[each.id]}) for each in found]
    return core.Page(items=items, next=None)


@router.get("/privacy/handovers", responses=problem_responses(401, 403, 404))
async def list_handovers(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Handover]:
    """List the latest 500 files that were handed over to authorities, oldest first."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    found = await services.rights.handovers.of_tenant(scope.tenant_id)
    return core.Page(items=[models.Handover.model_validate(each) for each in found], next=None)


@router.get(_OF_REQUEST, responses=problem_responses(401, 403, 404))
async def list_disclosures(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, tenant: TenantQuery = None
) -> core.Page[models.Disclosure]:
    """List the disclosures for a request of an authority, oldest first."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    found = await services.rights.disclosures.of_request(scope.tenant_id, request_id)
    files = _by_disclosure(await services.rights.handovers.of_request(scope.tenant_id, request_id))
    return core.Page(items=[_schema(each, files[each.id]) for each in found], next=None)


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
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    data = DisclosedData(tuple(dict.fromkeys(body.categories)), body.since, body.until, body.other_parties)
    new = NewDisclosure(body.person_id or "", body.scope, data, body.silent_until, body.number)
    made = await services.rights.disclosures.propose(scope.tenant_id, request_id, new, user.principal.person_id)
    return _schema(made)


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
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    await services.identity.step_up.require(user.principal)
    decided = await services.rights.disclosures.decide(
        scope.tenant_id, request_id, disclosure_id, user.principal.person_id, approve=body.approve
    )
    return _schema(decided)


@router.post(
    _OF_REQUEST + "/{disclosure_id}/file",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 507),
)
async def make_disclosure_file(
    services: ServicesDep, user: CurrentUserDep, request_id: Id, disclosure_id: Id, tenant: TenantQuery = None
) -> copies.AccessCopy:
    """Make the file for the authority, with what the approved disclosure names and no more. It is built in the
    background, sealed, expires, and can be downloaded by you only, at `/api/v1/access-copies/{id}/file`.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    disclosure = await services.rights.disclosures.find(scope.tenant_id, disclosure_id)
    if disclosure.request_id != request_id:
        raise NotFound("There is no such disclosure.")
    with stating(current_access().to("administration")):
        if disclosure.about is not None:
            return await request_copy(services, scope, DataSubject(scope.tenant_id, disclosure.about), disclosure.id)
        person, owner = await services.identity.users.get_to_erase(scope.tenant_id, disclosure.person_id)
        require_manageable(user, person.role, person.granted)
        return await request_copy(services, scope, owner, disclosure.id)


def _by_disclosure(handovers: Sequence[Handover]) -> defaultdict[str, list[Handover]]:
    found = defaultdict[str, list[Handover]](list)
    for each in handovers:
        found[each.disclosure_id].append(each)
    return found


def _schema(disclosure: Disclosure, handovers: Sequence[Handover] = ()) -> models.Disclosure:
    return models.Disclosure.model_validate(_shown(disclosure) | {"handovers": handovers})


def _shown(disclosure: Disclosure) -> dict[str, object]:
    data = disclosure.data
    limits = {"categories": data.categories, "since": data.since, "until": data.until, "other_parties": data.others}
    return {each.name: getattr(disclosure, each.name) for each in fields(disclosure)} | limits
