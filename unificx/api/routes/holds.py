"""Holds: objects that must not be deleted, placed and released by administrators."""

from datetime import datetime

from fastapi import Depends, status

from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.managing import require_manageable
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.outside_erasures import outside_subject
from unificx.api.schemas import core
from unificx.api.schemas import holds as models
from unificx.api.services import Services
from unificx.api.support_consent import names_people
from unificx.cdr import PartyIdentity
from unificx.core.access import current_access, stating
from unificx.core.errors import Invalid
from unificx.identity import Action
from unificx.privacy import HoldKind, NewHold

router = Router(
    prefix="/api/v1/privacy/holds",
    tags=["privacy"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration"), names_people],
)


@router.get("", responses=problem_responses(401, 403, 404))
async def list_holds(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> core.Page[models.Hold]:
    """List the holds of a tenant, the latest first, released ones too."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    found = await services.holds.list(scope.tenant_id)
    return core.Page(items=[models.Hold.model_validate(each) for each in found], next=None)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def place_hold(
    services: ServicesDep, user: CurrentUserDep, new: models.NewHold, tenant: TenantQuery = None
) -> models.Hold:
    """Place a hold. Until its release, neither retention nor users, erasures or the deletion of the tenant remove the
    objects. Name an object with its kind, or a person, or a number outside: their objects that exist now."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    kind, subject = await _target(services, scope, new, tenant)
    if new.request is not None:
        with stating(current_access().to("requests")):
            await services.rights.disclosures.open_request(scope.tenant_id, new.request)
    wanted = NewHold(
        new.authority.strip(),
        new.reason.strip(),
        new.review,
        kind,
        new.object or "",
        subject,
        user.principal.person_id,
        new.request or "",
    )
    await services.erasures.installation.settle()  # calls that have just ended are held too
    hold_id = await services.holds.place(scope.tenant_id, wanted)
    return models.Hold.model_validate(await services.holds.get(scope.tenant_id, hold_id))


@router.put("/{hold_id}/release", responses=problem_responses(401, 403, 404))
async def release_hold(
    services: ServicesDep, user: CurrentUserDep, hold_id: Id, tenant: TenantQuery = None
) -> models.Hold:
    """Release a hold. All that should have been deleted meanwhile is deleted then, and erasures end.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    await services.identity.step_up.require(user.principal)
    await services.holds.release(scope.tenant_id, hold_id, user.principal.person_id)
    return models.Hold.model_validate(await services.holds.get(scope.tenant_id, hold_id))


@router.get("/{hold_id}/objects", dependencies=[purpose("requests")], responses=problem_responses(401, 403, 404))
async def list_held_objects(
    services: ServicesDep, user: CurrentUserDep, hold_id: Id, tenant: TenantQuery = None
) -> core.Page[models.HeldObject]:
    """List what a hold preserves, opened also if the person was erased meanwhile.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    await services.identity.step_up.require(user.principal)
    found = await services.holds.objects(scope.tenant_id, hold_id)
    return core.Page(items=[await _opened(services, scope, kind, each) for kind, each in found], next=None)


async def _target(
    services: Services, scope: AccessScope, new: models.NewHold, tenant: str | None
) -> tuple[HoldKind | None, str]:
    """Return kind of the object, or the subject. Raise Invalid unless the hold names exactly one of them."""
    named = [name for name in ("object", "person", "number") if getattr(new, name) is not None]
    if len(named) != 1 or (new.kind is None) != (new.object is None):
        raise Invalid(
            "Name one object with its kind, or one person, or one number.",
            hint="For example kind `call` and object with the id of the call.",
            field="object",
        )
    if new.number is not None:
        return None, (await outside_subject(services, scope.user, new.number, tenant)).subject
    if new.person is not None:
        person, owner = await services.identity.users.get_to_erase(scope.tenant_id, new.person)
        require_manageable(scope.user, person.role, person.granted)
        return None, owner.subject
    return new.kind, ""


async def _opened(services: Services, scope: AccessScope, kind: HoldKind, object_id: str) -> models.HeldObject:
    parties: list[models.HeldParty] = []
    started: datetime | None = None
    if kind == "call":
        call = await services.history.get(scope.tenant_id, object_id)
        started = call.started
        for party in call.parties:
            identity = party.identity
            shown = (identity.number, identity.name) if isinstance(identity, PartyIdentity) else ("", "")
            parties.append(models.HeldParty(role=party.role, number=shown[0] or "", name=shown[1] or ""))
    return models.HeldObject(kind=kind, id=object_id, started=started, parties=parties)
