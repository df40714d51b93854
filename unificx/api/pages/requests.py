"""The form for inquiries, complaints and requests about personal data: plain HTML, no account, scripts and cookies.

The organisation is chosen by the host name, or by its random id in a link that it gives. An unknown one gets the
same pages, so that the form does not show which organisations use this server.
"""

from collections.abc import Mapping
from html import escape
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from unificx.api.access import purpose, reject_cross_site, source_of
from unificx.api.languages import Language
from unificx.api.pages.forms import Errors, answered, error_html, require_storage, sent_fields
from unificx.api.pages.layout import language_for, language_query, page
from unificx.api.pages.request_texts import GENERAL, KINDS
from unificx.api.services import services_of
from unificx.core.errors import DomainError, Invalid
from unificx.identity import OPERATOR_SLUG
from unificx.support.rights import PUBLIC_KINDS, NewRequest, OpenKind, RequestMessages

_TITLE = {"en": "Contact – UnifiCX", "de": "Kontakt – UnifiCX"}
_MAX_BODY, _MAX_TEXT = 64 << 10, 5000
_FIELDS = ("kind", "name", "email", "number", "text")
_GROUPS: Mapping[Language, tuple[str, str]] = {
    "en": ("Contact", "Your personal data"),
    "de": ("Kontakt", "Ihre personenbezogenen Daten"),
}
_BY_NAME: Mapping[str, OpenKind] = {each: each for each in PUBLIC_KINDS}
_ERRORS: Errors = {
    "kind": {"en": "Choose one of the requests.", "de": "Wählen Sie eines der Anliegen."},
    "name": {"en": "This name cannot be used.", "de": "Dieser Name kann nicht verwendet werden."},
    "email": {
        "en": "Enter an e-mail address such as name@example.com.",
        "de": "Geben Sie eine E-Mail-Adresse wie name@example.com ein.",
    },
    "number": {
        "en": "Enter a telephone number such as +49 30 1234567.",
        "de": "Geben Sie eine Telefonnummer wie +49 30 1234567 ein.",
    },
    "text": {"en": "The message is too long.", "de": "Die Nachricht ist zu lang."},
    "expired": {
        "en": "The code is wrong or no longer valid. After five attempts send a new request.",
        "de": "Der Code ist falsch oder nicht mehr gültig. Nach fünf Versuchen senden Sie eine neue Anfrage.",
    },
    "too-many": {"en": "Too many attempts. Try again in an hour.", "de": "Zu viele Versuche. In einer Stunde erneut."},
    "full": {"en": "This server cannot store requests now.", "de": "Der Server kann gerade nichts speichern."},
}

router = APIRouter(prefix="/privacy/request", dependencies=[purpose("requests")])
RequestId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f-]+$")]


TenantId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f-]+$")]


@router.get("/for/{tenant_id}")
async def request_form_of(request: Request, tenant_id: TenantId) -> Response:
    """Return the form of the organisation that gives this link."""
    return _form(request, _by_id(request, tenant_id), {})


@router.post("/for/{tenant_id}")
async def send_request_to(request: Request, tenant_id: TenantId) -> Response:
    """Enter a request to the organisation of a link and lead on to its code."""
    return await _send(request, _by_id(request, tenant_id))


@router.get("")
async def request_form(request: Request) -> Response:
    """Return the form, or how to find the one of an organisation."""
    recipient = _by_host(request)
    return page(request, "request-where", _TITLE) if recipient is None else _form(request, recipient, {})


@router.post("")
async def send_request(request: Request) -> Response:
    """Enter a request and lead on to its code."""
    recipient = _by_host(request)
    return page(request, "request-where", _TITLE) if recipient is None else await _send(request, recipient)


async def _send(request: Request, recipient: tuple[str, str]) -> Response:
    reject_cross_site(request)
    services, values = services_of(request), await _values(request)
    try:
        require_storage(services)
        if len(values["text"]) > _MAX_TEXT:
            raise Invalid("The text is too long.", field="text")
        kind = _BY_NAME.get(values["kind"])
        if kind is None:
            raise Invalid("Choose a kind.", field="kind")
        new = NewRequest(
            kind, values["text"].strip(), name=values["name"], email=values["email"], number=values["number"]
        )
        found = await services.rights.outside.submit(recipient[0], new, source_of(request).address)
    except DomainError as refusal:
        return _form(request, recipient, values, refusal)
    return RedirectResponse(f"/privacy/request/{found}{language_query(request)}", status_code=303)


@router.get("/{request_id}")
async def code_form(request: Request, request_id: RequestId) -> Response:
    """Return the form for the code, the same for every id."""
    return _code_form(request, request_id)


@router.post("/{request_id}")
async def prove_request(request: Request, request_id: RequestId) -> Response:
    """Confirm a request by its code."""
    reject_cross_site(request)
    code = (await _values(request)).get("code", "")
    try:
        await services_of(request).rights.outside.prove(request_id, code, source_of(request).address)
    except DomainError as refusal:
        return _code_form(request, request_id, refusal)
    history = f"/privacy/request/history/{RequestMessages(services_of(request).rights.requests).proof(request_id)}"
    return page(request, "request-sent", _TITLE, {"history": f"{history}{language_query(request)}"})


def _by_id(request: Request, tenant_id: str) -> tuple[str, str]:
    """Return tenant id and name to show; "" and a dash for an unknown tenant."""
    tenant = services_of(request).identity.directory.tenant(tenant_id)
    return (tenant_id, tenant.name) if tenant is not None and tenant.active else ("", "–")


def _by_host(request: Request) -> tuple[str, str] | None:
    """Return tenant id and name to show; "" and the host for an unknown tenant; None if the host names none."""
    services = services_of(request)
    directory, host = services.identity.directory, _host(request)
    if not _is_own_host(host, services.public_address.url):
        tenant = directory.tenant_by_domain(host)
        return (tenant.id if tenant is not None else "", host)
    tenants = [each for each in directory.tenants() if each.slug != OPERATOR_SLUG and each.active]
    return (tenants[0].id, tenants[0].name) if len(tenants) == 1 else None


def _host(request: Request) -> str:
    try:
        return (request.url.hostname or "").lower()
    except ValueError:
        return ""


def _is_own_host(host: str, address: str) -> bool:
    """Whether a host is the installation itself, which names no tenant: its public address, or an IP address."""
    if host in ("", "localhost", (urlsplit(address).hostname or "").lower()):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def _values(request: Request) -> dict[str, str]:
    """Return the fields of a sent form; others are ignored."""
    too_long = {**dict.fromkeys(_FIELDS, ""), "text": "x" * (_MAX_TEXT + 1)}
    return await sent_fields(request, _FIELDS, _MAX_BODY) or too_long


def _form(
    request: Request, recipient: tuple[str, str], values: Mapping[str, str], refusal: DomainError | None = None
) -> Response:
    language = language_for(request)
    shown = {name: escape(values.get(name, "")[:_MAX_TEXT]) for name in _FIELDS if name != "kind"}
    rest = {
        "recipient": escape(recipient[1]),
        "kinds": _options(language, values.get("kind", "")),
        "action": escape(f"{request.url.path}{language_query(request)}"),
        "error": _error(request, refusal),
    }
    return answered(page(request, "request", _TITLE, {**shown, **rest}, has_form=True), refusal)


def _options(language: Language, chosen: str) -> str:
    groups = zip(_GROUPS[language], (GENERAL, [each for each in KINDS if each not in GENERAL]), strict=True)
    return "".join(
        f'<optgroup label="{label}">'
        + "".join(
            f'<option value="{kind}"{" selected" if kind == chosen else ""}>{KINDS[kind][language]}</option>'
            for kind in kinds
        )
        + "</optgroup>"
        for label, kinds in groups
    )


def _code_form(request: Request, request_id: str, refusal: DomainError | None = None) -> Response:
    action = f"/privacy/request/{request_id}{language_query(request)}"
    values = {"action": escape(action), "error": _error(request, refusal)}
    return answered(page(request, "request-code", _TITLE, values, has_form=True), refusal)


def _error(request: Request, refusal: DomainError | None) -> str:
    return error_html(_ERRORS, language_for(request), refusal, otherwise="text")
