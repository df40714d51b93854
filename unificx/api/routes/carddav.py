"""CardDAV (RFC 6352): address books for address book programs, below /dav/. API keys are the passwords."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from unificx.api import dav_xml
from unificx.api.access import CurrentUser, authenticate_key, is_local_request, purpose, require_access
from unificx.api.carddav import ROOT, CardDav, DavBook, DavRefusal, collection_path
from unificx.api.problems import status_of
from unificx.api.router import Router
from unificx.api.services import Services, services_of
from unificx.contacts import AddressBook, Contacts
from unificx.core.errors import DomainError, Forbidden, Unauthenticated
from unificx.identity import Action, may

router = Router(include_in_schema=False, dependencies=[purpose("directory")])
_CLASSES = "1, 3, access-control, addressbook"
_READING, _CHANGING = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"), ("PUT", "DELETE")
_REFUSED = ("PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "ACL", "POST")
_XML = "application/xml; charset=utf-8"
_CHALLENGE = 'Basic realm="UnifiCX", charset="UTF-8"'
_VCARD_TYPES = ("text/vcard", "text/x-vcard", "text/directory", "")


@router.api_route("/.well-known/carddav", methods=["GET", "PROPFIND", "OPTIONS"])
async def find_carddav() -> Response:
    """Redirect to the address books (RFC 6764 section 5)."""
    return RedirectResponse(ROOT, status_code=301)


@router.api_route("/dav", methods=list(_READING))
@router.api_route("/dav/{path:path}", methods=list(_READING))
async def read_address_books(request: Request) -> Response:
    """Answer a reading request."""

    async def answer() -> Response:
        found = CardDav(*await _opened(request, Action.CONTACTS))
        path, headers = collection_path(request.scope["path"]), request.headers
        match request.method:
            case "OPTIONS":
                return Response(status_code=204, headers={"Allow": ", ".join((*_READING, *_CHANGING))})
            case "PROPFIND":
                body = await found.propfind(path, headers.get("depth", "infinity"), await request.body())
                return Response(body, 207, media_type=_XML)
            case "REPORT":
                return Response(await found.report(path, await request.body()), 207, media_type=_XML)
            case _:
                version: Literal["3.0", "4.0"] = "4.0" if "version=4.0" in headers.get("accept", "") else "3.0"
                data, etag = await found.get(path, version)
                return Response(data, media_type="text/vcard; charset=utf-8", headers={"ETag": etag})

    return await _answered(answer)


@router.api_route("/dav/{path:path}", methods=list(_CHANGING))
async def change_address_book(request: Request) -> Response:
    """Store or delete a contact."""

    async def answer() -> Response:
        path = request.scope["path"]
        is_company = path.startswith("/dav/books/company/")
        found = CardDav(*await _opened(request, Action.COMPANY_CONTACTS if is_company else Action.CONTACTS))
        if request.method == "DELETE":
            await found.delete(path, request.headers)
            return Response(status_code=204)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _VCARD_TYPES:
            raise DavRefusal(dav_xml.card("supported-address-data"), "Send text/vcard.", 415)
        # Without an ETag: what is stored is not octet for octet what was sent (RFC 6352 section 6.3.2.3).
        return Response(status_code=201 if await found.put(path, await request.body(), request.headers) else 204)

    return await _answered(answer)


@router.api_route("/dav/{path:path}", methods=list(_REFUSED))
async def refuse_address_book_change(request: Request) -> Response:
    """Refuse what is not offered: other collections, locks and properties of the client."""

    async def answer() -> Response:
        await _opened(request, Action.CONTACTS)
        raise DavRefusal("", "Address books cannot be made, moved or locked here.")

    return await _answered(answer)


async def _answered(answer: Callable[[], Awaitable[Response]]) -> Response:
    """Return an answer, or that of a refusal, as WebDAV clients expect it."""
    try:
        response = await answer()
    except DomainError as refusal:
        headers, condition, status = {}, "", status_of(refusal)
        if isinstance(refusal, DavRefusal):
            condition, status = refusal.condition, refusal.status
        elif isinstance(refusal, Unauthenticated):
            headers["WWW-Authenticate"] = _CHALLENGE
        response = Response(dav_xml.error(condition, refusal.message), status, headers, _XML)
    response.headers["DAV"] = _CLASSES
    return response


async def _opened(request: Request, action: Action) -> tuple[Contacts, list[DavBook]]:
    """Return the address books of the user, who needs `action`. Raise Unauthenticated, Forbidden."""
    if request.url.scheme != "https" and not is_local_request(request):
        raise Forbidden("Address books are served over HTTPS only.", hint="Use https in the address.")
    services, user = services_of(request), await authenticate_key(request, _password(request))
    # The name of a contact in the path is chosen by the client, so it stays out of the audit log.
    request.scope["path_params"] = {}
    scope = await require_access(services, user, None, action)
    return services.contacts, _books(services, user, scope.tenant_id)


def _password(request: Request) -> str:
    """Return the password of Basic authentication (RFC 7617), "" for none. The user name is not used."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except (NotBase64, UnicodeDecodeError):
        return ""


def _books(services: Services, user: CurrentUser, tenant_id: str) -> list[DavBook]:
    principal = user.principal
    found = [
        DavBook("company", AddressBook(tenant_id), writable=may(principal, Action.COMPANY_CONTACTS, tenant_id)),
    ]
    # A key without the scope `own` names its user as its maker only.
    owner = principal.person_id or principal.maker_id
    subject = services.identity.directory.person_subject(owner)
    if subject is not None and not principal.is_substitute:
        found.insert(0, DavBook("personal", AddressBook(tenant_id, owner, subject), writable=True))
    return found
