"""Contacts: those of the company, for everyone in the tenant, and personal ones, for their owner alone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, status
from starlette.responses import Response, StreamingResponse

from unificx import contacts
from unificx.api.access import (
    CurrentUser,
    CurrentUserDep,
    Cursor,
    Limit,
    NotThePerson,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_own,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import contacts as models
from unificx.api.schemas import core
from unificx.api.services import Services
from unificx.contacts import AddressBook, BookKind, Contact
from unificx.core.errors import Forbidden
from unificx.identity import Action, may

router = Router(
    prefix="/api/v1/contacts", tags=["contacts"], route_class=IdempotentRoute, dependencies=[purpose("directory")]
)
ContactId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]
Search = Annotated[
    str, Query(max_length=100, description="Beginnings of words of name, organisation and e-mail, or part of a number.")
]
WhichBook = Annotated[Literal["all", "company", "personal"], Query(description="Which contacts.")]
OneBook = Annotated[
    BookKind | None, Query(description="By default `personal`; with `tenant`, contacts of the company.")
]
Revision = Annotated[
    int | None, Query(ge=0, le=2**53, description="Refuse if the contact has changed since this revision.")
]
CopiedDevice = Annotated[
    str, Query(pattern="^[A-Za-z0-9_-]{8,64}$", description="A random id that the app has chosen for this device.")
]
ConsentId = Annotated[
    str, Query(max_length=64, description="The id of your consent that this device rests on, see `/me/consents`.")
]

_CARDS_AT_A_TIME = 200
IMPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "vCard 4.0, 3.0 or 2.1, or CSV with titles in the first row; at most 10 MiB and 5,000 contacts.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("text/vcard", "text/csv")},
    }
}
CARDS_BODY: dict[str, Any] = {
    "requestBody": {
        "description": "vCards with the contacts of the device; at most 10 MiB and 5,000 contacts.",
        "content": {"text/vcard": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _file_response(media_type: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string"}}}
    return {200: {"description": "The contacts.", "content": content}} | problem_responses(401, 403, 404)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is imported."""

    encoding: Annotated[contacts.Encoding | None, Query(description="By default it is detected.")] = None
    dry_run: Annotated[bool, Query(description="Preview: report what would be done, store nothing.")] = False
    skip_faulty: Annotated[bool, Query(description="Import the entries without faults, and skip the others.")] = False


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which contacts are listed."""

    book: WhichBook = "all"
    search: Search = ""
    favourites: Annotated[bool, Query(description="Only favourites.")] = False


@router.get("", responses=problem_responses(401, 403, 404))
async def list_contacts(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    wanted: Annotated[ContactFilter, Depends(ContactFilter)],
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.Contact]:
    """List contacts by name: personal ones of the user, and those of the company."""
    books = await books_of(services, user, tenant, wanted.book)
    page = await services.contacts.page(books, wanted.search, cursor, limit, favourites=wanted.favourites)
    return core.Page(items=[contact_schema(user, each) for each in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_contact(
    services: ServicesDep, user: CurrentUserDep, new: models.NewContact, tenant: TenantQuery = None
) -> models.Contact:
    """Add a contact. Company contacts are added by administrators."""
    book, added = await _writable(services, user, tenant, new.book), contacts.NewContact(new.details(), new.uid)
    if book.person_id and new.uid.startswith(contacts.DEVICE_UID):
        # A deletion is undone: it is a copy again, which a withdrawal of the consent removes.
        return contact_schema(user, await _copies(services).restore(book, added))
    return contact_schema(user, await services.contacts.create(book, added))


@router.post("/names", dependencies=[Depends(declare_idempotency_key)], responses=problem_responses(401, 403, 404))
async def find_contact_names(
    services: ServicesDep, user: CurrentUserDep, wanted: models.NumberList, tenant: TenantQuery = None
) -> models.NumberNames:
    """Find the contacts of numbers, in any spelling: first your own, then those of the company. Nothing is changed."""
    found = await services.contacts.names(await books_of(services, user, tenant, "all"), wanted.numbers)
    return models.NumberNames(
        items=[
            models.NumberName(
                number=each.number,
                name=each.contact.details.title,
                organisation=each.contact.details.organisation,
                book=each.contact.kind,
                contact_id=each.contact.id,
                picture=each.contact.picture,
            )
            for each in found
        ]
    )


@router.put("/import", responses=problem_responses(401, 403, 404, 409, 413), openapi_extra=IMPORT_BODY)
async def import_contacts(  # noqa: PLR0917 - parameters of the request
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    wanted: Annotated[ImportOptions, Depends(ImportOptions)],
    book: OneBook = None,
    tenant: TenantQuery = None,
) -> models.ContactImport:
    """Import contacts from vCard or CSV in one transaction, or none. Contacts with a known uid are changed, and those
    that are there already stay, so importing a file twice changes nothing."""
    target = await _writable(services, user, tenant, book or _default_book(tenant))
    data, imports = await request.body(), contacts.ContactImports(services.contacts)
    if wanted.dry_run:
        return models.ContactImport.of(await imports.preview(target, data, wanted.encoding))
    report = await imports.run(target, data, wanted.encoding, skip_faulty=wanted.skip_faulty)
    return models.ContactImport.of(report)


@router.put(
    "/copies",
    responses=problem_responses(401, 403, 409, 413),
    openapi_extra=CARDS_BODY,
)
async def copy_device_contacts(
    request: Request, services: ServicesDep, user: CurrentUserDep, device: CopiedDevice, consent: ConsentId = ""
) -> models.DeviceCopy:
    """Make your personal contacts equal to those of your telephone, sent as vCards; an empty body removes them.

    Only while you agree to `contact_sync`; a withdrawal removes the copies of all devices. Names and numbers are those
    of the device; what else you entered stays. Entries without a telephone number are left out."""
    book = own_book(services, user)
    done = await _copies(services).replace(book, device, consent, await request.body())
    return models.DeviceCopy.model_validate(done)


@router.get(".vcf", responses=_file_response("text/vcard"), response_class=Response)
async def export_vcards(
    services: ServicesDep, user: CurrentUserDep, book: OneBook = None, tenant: TenantQuery = None
) -> Response:
    """Export an address book as vCard 4.0, which an import reads."""
    return await _file(services, user, tenant, book, "vcard")


@router.get(".csv", responses=_file_response("text/csv"), response_class=Response)
async def export_contacts_as_csv(
    services: ServicesDep, user: CurrentUserDep, book: OneBook = None, tenant: TenantQuery = None
) -> Response:
    """Export an address book as CSV, which an import reads."""
    return await _file(services, user, tenant, book, "csv")


@router.get("/{contact_id}", responses=problem_responses(401, 403, 404))
async def show_contact(
    services: ServicesDep, user: CurrentUserDep, contact_id: ContactId, tenant: TenantQuery = None
) -> models.Contact:
    """Show a contact."""
    return contact_schema(user, await services.contacts.get(await books_of(services, user, tenant, "all"), contact_id))


@router.put("/{contact_id}", responses=problem_responses(401, 403, 404, 409))
async def update_contact(
    services: ServicesDep,
    user: CurrentUserDep,
    contact_id: ContactId,
    change: models.ContactUpdate,
    tenant: TenantQuery = None,
) -> models.Contact:
    """Replace a contact. With `revision`, a change that was made meanwhile is not overwritten."""
    book = await book_of(services, user, tenant, contact_id)
    return contact_schema(user, await services.contacts.update(book, contact_id, change.details(), change.revision))


@router.delete("/{contact_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def delete_contact(
    services: ServicesDep,
    user: CurrentUserDep,
    contact_id: ContactId,
    revision: Revision = None,
    tenant: TenantQuery = None,
) -> None:
    """Delete a contact."""
    book = await book_of(services, user, tenant, contact_id)
    await services.contacts.remove(book, contact_id, revision)


async def _file(
    services: Services, user: CurrentUser, tenant: str | None, book: BookKind | None, file_format: contacts.FileFormat
) -> Response:
    [source] = await books_of(services, user, tenant, book or _default_book(tenant))
    found = await services.contacts.all(source)
    kind, extension = ("text/vcard", "vcf") if file_format == "vcard" else ("text/csv", "csv")
    kind, headers = f"{kind}; charset=utf-8", {"Content-Disposition": f'attachment; filename="contacts.{extension}"'}
    if file_format == "csv":
        return Response(contacts.write_csv(found), media_type=kind, headers=headers)
    return StreamingResponse(_vcards(services, found), media_type=kind, headers=headers)


async def _vcards(services: Services, found: Sequence[Contact]) -> AsyncIterator[bytes]:
    """Iterate over contacts as vCards, with the pictures of only so many in memory."""
    for start in range(0, len(found), _CARDS_AT_A_TIME):
        batch = found[start : start + _CARDS_AT_A_TIME]
        pictures = await services.contacts.contact_pictures.images(batch[0].tenant_id, batch)
        yield contacts.write_vcards(batch, pictures=pictures)


async def books_of(
    services: Services, user: CurrentUser, tenant: str | None, which: Literal["all", "company", "personal"]
) -> list[AddressBook]:
    """Return the address books that the user may read, their own first."""
    found: list[AddressBook] = []
    if which == "personal" or (which == "all" and tenant is None and _has_own(services, user)):
        found.append(own_book(services, user))
    if which != "personal":
        scope = await require_access(services, user, tenant, Action.DIRECTORY)
        found.append(AddressBook(scope.tenant_id))
    return found


async def _writable(services: Services, user: CurrentUser, tenant: str | None, kind: BookKind) -> AddressBook:
    """Return an address book that the user may change. Raise Forbidden."""
    if kind == "personal":
        return own_book(services, user)
    scope = await require_access(services, user, tenant, Action.COMPANY_CONTACTS)
    return AddressBook(scope.tenant_id)


async def book_of(services: Services, user: CurrentUser, tenant: str | None, contact_id: str) -> AddressBook:
    """Return the address book of a contact that the user may change. Raise NotFound, Forbidden."""
    found = await services.contacts.get(await books_of(services, user, tenant, "all"), contact_id)
    return await _writable(services, user, tenant, found.kind)


def _copies(services: Services) -> contacts.DeviceCopies:
    return contacts.DeviceCopies(services.contacts, services.consents)


def _default_book(tenant: str | None) -> BookKind:
    return "personal" if tenant is None else "company"


def _has_own(services: Services, user: CurrentUser) -> bool:
    principal = user.principal
    return (
        may(principal, Action.OWN, principal.tenant_id)
        and not principal.is_substitute
        and services.identity.directory.person_subject(principal.person_id) is not None
    )


def own_book(services: Services, user: CurrentUser) -> AddressBook:
    """Return the address book of the user. Raise Forbidden."""
    principal = user.principal
    require_own(principal)
    if principal.is_substitute:
        raise NotThePerson(
            "Another person made this access, so it opens no personal contacts.",
            hint="Confirm your identity with your own password or second factor, or choose a password of your own.",
        )
    subject = services.identity.directory.person_subject(principal.person_id)
    if subject is None:
        raise Forbidden("Only people have personal contacts.", hint="Sign in as a user.")
    return AddressBook(principal.tenant_id, principal.person_id, subject)


def contact_schema(user: CurrentUser, one: Contact) -> models.Contact:
    editable = bool(one.person_id) or may(user.principal, Action.COMPANY_CONTACTS, one.tenant_id)
    return models.Contact.of(one, editable=editable)
