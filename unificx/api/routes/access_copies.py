"""Access copies: everything that is held about a person, as a ZIP archive (GDPR Art. 15 and 20)."""

from typing import Any

from fastapi import Depends, status
from starlette.responses import Response, StreamingResponse

from unificx.api.access import (
    AccessScope,
    CurrentUser,
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
)
from unificx.api.acts import actor_of
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.managing import require_manageable
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.outside_erasures import outside_subject
from unificx.api.schemas import access_copies as models
from unificx.api.schemas import core
from unificx.api.schemas.erasures import OutsideNumber
from unificx.api.services import Services
from unificx.archive import AccessCopy, Requester
from unificx.core.errors import NotFound
from unificx.identity import Action
from unificx.privacy import DataSubject
from unificx.support.rights import DisclosedFile

router = Router(
    prefix="/api/v1", tags=["privacy"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The archive.",
    }
}


@router.post(
    "/persons/{person_id}/access-copies",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 507),
)
async def request_access_copy(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> models.AccessCopy:
    """Request a copy of everything that is held about a person. It is built in the background.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = await require_access(services, user, tenant, Action.PRIVACY_CHANGE)
    person, owner = await services.identity.users.get_to_erase(scope.tenant_id, person_id)
    require_manageable(user, person.role, person.granted)
    return await request_copy(services, scope, owner)


@router.post(
    "/access-copies",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 507),
)
async def request_outside_access_copy(
    services: ServicesDep, user: CurrentUserDep, outside: OutsideNumber, tenant: TenantQuery = None
) -> models.AccessCopy:
    """Request a copy of everything that is held about a caller without an account.

    Make sure first that the number is the caller's. Requires a recent sign-in or proof of identity."""
    owner = await outside_subject(services, user, outside.number, tenant)
    return await request_copy(services, AccessScope(owner.tenant_id, user, only_own=False), owner)


@router.post(
    "/me/access-copies",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 507),
)
async def request_own_access_copy(services: ServicesDep, user: CurrentUserDep) -> models.AccessCopy:
    """Request a copy of everything that is held about you. It is built in the background.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    scope = AccessScope(user.principal.tenant_id, user, only_own=True)
    if not user.principal.person_id:
        raise NotFound("The operator's console has no account.")
    _, owner = await services.identity.users.get_to_erase(scope.tenant_id, user.principal.person_id)
    return await request_copy(services, scope, owner)


@router.get("/access-copies", responses=problem_responses(401, 403, 404))
async def list_access_copies(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.AccessCopy]:
    """List the copies that you have requested, newest first."""
    scope = await require_access_or_own(services, user, tenant, Action.PRIVACY_CHANGE)
    found = await services.access_copies.list(scope.tenant_id, Requester(user.principal.person_id))
    return core.Page(items=[_schema(each) for each in found], next=None)


@router.get("/access-copies/{copy_id}", responses=problem_responses(401, 403, 404))
async def show_access_copy(
    services: ServicesDep, user: CurrentUserDep, copy_id: Id, tenant: TenantQuery = None
) -> models.AccessCopy:
    """Show a copy that you have requested."""
    return _schema(await _own_copy(services, user, copy_id, tenant))


@router.get(
    "/access-copies/{copy_id}/file",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 409, 410), **_ZIP},
)
async def download_access_copy(
    services: ServicesDep, user: CurrentUserDep, copy_id: Id, tenant: TenantQuery = None
) -> Response:
    """Download a copy that you have requested. Requires a recent sign-in or proof of identity.

    The download of a file for an authority is the hand-over: it is added to the log before the first byte is sent."""
    found = await _own_copy(services, user, copy_id, tenant)
    await services.identity.step_up.require(user.principal)
    data = await services.access_copies.open(found)
    if found.disclosure_id:
        file = DisclosedFile(found.disclosure_id, found.size, found.sha256)
        actor = actor_of(services.identity, user.principal)
        await services.rights.handovers.record(found.owner.tenant_id, file, user.principal.person_id, actor)
    headers = {
        "Content-Length": str(found.size),
        "Content-Disposition": f'attachment; filename="{"disclosure" if found.disclosure_id else "access-copy"}.zip"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(data, headers=headers, media_type="application/zip")


@router.delete(
    "/access-copies/{copy_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def delete_access_copy(
    services: ServicesDep, user: CurrentUserDep, copy_id: Id, tenant: TenantQuery = None
) -> None:
    """Delete a copy that you have requested, with its key."""
    await services.access_copies.delete(await _own_copy(services, user, copy_id, tenant))


async def request_copy(
    services: Services, scope: AccessScope, owner: DataSubject, disclosure_id: str = ""
) -> models.AccessCopy:
    """Request a copy for the user, limited to a disclosure if one is named."""
    principal = scope.user.principal
    await services.identity.step_up.require(principal)
    subject = ""
    if principal.person_id and principal.tenant_id == scope.tenant_id:
        _, requester = await services.identity.users.get_to_erase(scope.tenant_id, principal.person_id)
        subject = requester.subject
    requester = Requester(principal.person_id, subject)
    return _schema(await services.access_copies.request(owner, requester, disclosure_id))


async def _own_copy(services: Services, user: CurrentUser, copy_id: str, tenant: str | None) -> AccessCopy:
    scope = await require_access_or_own(services, user, tenant, Action.PRIVACY_CHANGE)
    return await services.access_copies.get(scope.tenant_id, copy_id, Requester(user.principal.person_id))


def _schema(copy: AccessCopy) -> models.AccessCopy:
    return models.AccessCopy(
        id=copy.id,
        disclosure_id=copy.disclosure_id or None,
        person_id=copy.owner.person_id or None,
        state=copy.state,
        problem=copy.problem or None,
        requested=copy.requested,
        expires=copy.expires,
        size=copy.size,
        sha256=copy.sha256,
    )
