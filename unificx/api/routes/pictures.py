"""Pictures of users: their own one, and those of colleagues in the directory."""

from typing import Annotated

from fastapi import Path, Request, status
from starlette.responses import Response

from unificx.api.access import AccessScope, CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.objections import is_listed
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.contacts import own_book
from unificx.api.schemas import core
from unificx.api.schemas import directory as models
from unificx.api.services import Services
from unificx.contacts import PicturesOff
from unificx.core.errors import NotFound
from unificx.identity import Action, Extension

router = Router(prefix="/api/v1", tags=["directory"], dependencies=[purpose("directory")])
PersonId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]
_BYTES = {"type": "string", "format": "binary"}
PHOTO_BODY = {
    "requestBody": {
        "required": True,
        "description": "A photo as JPEG, PNG, GIF, WebP, AVIF or BMP; at most 12 MiB.",
        "content": {"image/*": {"schema": _BYTES}},
    }
}
PICTURE = {200: {"description": "A square of 256 pixels.", "content": {"image/jpeg": {"schema": _BYTES}}}}


@router.put("/me/picture", responses=problem_responses(401, 403, 409, 413), openapi_extra=PHOTO_BODY)
async def set_own_picture(request: Request, services: ServicesDep, user: CurrentUserDep) -> models.PictureVersion:
    """Set your picture, which your colleagues see. Only a small square of the photo is stored, without its metadata."""
    book = own_book(services, user)
    _require_pictures(services, book.tenant_id)
    return models.PictureVersion(version=await services.contacts.pictures.put(book, await request.body()))


@router.delete("/me/picture", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_own_picture(services: ServicesDep, user: CurrentUserDep) -> None:
    """Delete your picture."""
    book = own_book(services, user)
    await services.contacts.pictures.remove(book.tenant_id, book.person_id)


@router.get("/pictures", responses=problem_responses(401, 403, 404))
async def list_pictures(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Picture]:
    """List who in the directory has a picture. Empty while the tenant does not use pictures."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    if not _are_on(services, scope.tenant_id):
        return core.Page(items=[], next=None)
    found = [
        models.Picture(
            person_id=person_id,
            extensions=[each.id for each in extensions],
            numbers=[each.number for each in extensions],
            version=version,
        )
        for person_id, version in (await services.contacts.pictures.versions(scope.tenant_id)).items()
        if (extensions := _shown_extensions(services, scope, person_id)) is not None
    ]
    return core.Page(items=found, next=None)


@router.get("/pictures/{person_id}", response_class=Response, responses={**problem_responses(401, 403, 404), **PICTURE})
async def show_picture(
    services: ServicesDep, user: CurrentUserDep, person_id: PersonId, tenant: TenantQuery = None
) -> Response:
    """Return the picture of a user."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    _require_pictures(services, scope.tenant_id)
    if _shown_extensions(services, scope, person_id) is None:
        raise NotFound("There is no picture of this person.")
    return Response(await services.contacts.pictures.get(scope.tenant_id, person_id), media_type="image/jpeg")


@router.delete(
    "/pictures/{person_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404)
)
async def delete_picture(
    services: ServicesDep, user: CurrentUserDep, person_id: PersonId, tenant: TenantQuery = None
) -> None:
    """Delete the picture of a user, as an administrator."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    await services.contacts.pictures.remove(scope.tenant_id, person_id)


def _require_pictures(services: Services, tenant_id: str) -> None:
    """Raise PicturesOff if the tenant does not use pictures."""
    if not _are_on(services, tenant_id):
        raise PicturesOff("Your organisation has switched pictures off.", hint="Ask your administrator.")


def _are_on(services: Services, tenant_id: str) -> bool:
    tenant = services.identity.directory.tenant(tenant_id)
    return tenant is not None and tenant.pictures


def _shown_extensions(services: Services, scope: AccessScope, person_id: str) -> list[Extension] | None:
    """Return the extensions of a person in the directory; None for one whose picture this user does not see."""
    known = services.identity.directory.extensions_of(person_id)
    listed = [each for each in known if each.tenant_id == scope.tenant_id and is_listed(services, scope, each)]
    return listed if listed or scope.user.is_person(person_id) else None
