"""Import of an access copy into one's own account (GDPR Art. 20)."""

from typing import Any

from fastapi import Request

from unificx.api.access import CurrentUserDep, ServicesDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.contacts import own_book
from unificx.api.schemas import access_copies as models
from unificx.api.schemas.contacts import ContactImport
from unificx.archive import CopyImports
from unificx.contacts import ContactImports

router = Router(prefix="/api/v1/me", tags=["privacy"], dependencies=[purpose("directory")])
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "An access copy of this or another UnifiCX, at most 128 MiB.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.put("/import", responses=problem_responses(401, 403, 408, 409, 413), openapi_extra=_BODY)
async def import_access_copy(request: Request, services: ServicesDep, user: CurrentUserDep) -> models.CopyImport:
    """Take along contacts and speed dials from an access copy of another UnifiCX. It is verified as a whole first.
    Contacts that are there stay, speed dials take free codes only, so importing a copy twice changes nothing."""
    book, directory = own_book(services, user), services.identity.directory
    extensions = directory.extension_ids_of(book.person_id)
    extension = directory.extension_by_id(extensions[0]) if extensions else None
    imports = CopyImports(ContactImports(services.contacts), services.speed_dials)
    done = await imports.run(await request.body(), book, extension, services.clock.now())
    return models.CopyImport(contacts=ContactImport.of(done.contacts), speed_dials=done.speed_dials)
