"""Pictures of contacts, for those who see the contact."""

from fastapi import Request
from starlette.responses import Response

from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.contacts import ContactId, book_of, books_of, contact_schema
from unificx.api.routes.pictures import PHOTO_BODY, PICTURE
from unificx.api.schemas import contacts as models
from unificx.contacts import NO_PICTURE

router = Router(prefix="/api/v1/contacts", tags=["contacts"], dependencies=[purpose("directory")])


@router.get("/{contact_id}/picture", response_class=Response, responses={**problem_responses(401, 403, 404), **PICTURE})
async def show_contact_picture(
    services: ServicesDep, user: CurrentUserDep, contact_id: ContactId, tenant: TenantQuery = None
) -> Response:
    """Return the picture of a contact."""
    contact = await services.contacts.get(await books_of(services, user, tenant, "all"), contact_id)
    return Response(await services.contacts.contact_pictures.get(contact), media_type="image/jpeg")


@router.put("/{contact_id}/picture", responses=problem_responses(401, 403, 404, 413), openapi_extra=PHOTO_BODY)
async def set_contact_picture(
    request: Request, services: ServicesDep, user: CurrentUserDep, contact_id: ContactId, tenant: TenantQuery = None
) -> models.Contact:
    """Set the picture of a contact. Only a small square of the photo is stored, without its metadata."""
    book = await book_of(services, user, tenant, contact_id)
    picture = await services.contacts.contact_pictures.made_of_one(await request.body())
    return contact_schema(user, await services.contacts.set_picture(book, contact_id, picture))


@router.delete("/{contact_id}/picture", responses=problem_responses(401, 403, 404))
async def delete_contact_picture(
    services: ServicesDep, user: CurrentUserDep, contact_id: ContactId, tenant: TenantQuery = None
) -> models.Contact:
    """Delete the picture of a contact."""
    book = await book_of(services, user, tenant, contact_id)
    return contact_schema(user, await services.contacts.set_picture(book, contact_id, NO_PICTURE))
