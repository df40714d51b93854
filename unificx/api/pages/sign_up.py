"""Sign-up of an organisation: plain HTML, without an account, scripts and cookies. Off unless the operator opens it."""

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
from unificx.api.pages.layout import CHOICE, language_for, language_query, page
from unificx.api.services import Services, services_of
from unificx.billing import Plan
from unificx.core.errors import DomainError, Expired, Invalid
from unificx.core.phrases import counted
from unificx.identity import TERMS_VERSION, FollowUp, Person, SignUpForm, Tenant, Transaction, policy_version

_TITLE = {"en": "Set up an organisation – UnifiCX", "de": "Organisation einrichten – UnifiCX"}
_MAX_BODY = 16 << 10
_FIELDS = ("organisation", "name", "email", "age", "terms", "password", "again")
_ERRORS: Errors = {
    "organisation": {
        "en": "This name of an organisation cannot be used.",
        "de": "Dieser Name einer Organisation kann nicht verwendet werden.",
    },
    "name": {"en": "Enter your name.", "de": "Geben Sie Ihren Namen ein."},
    "email": {
        "en": "Enter an e-mail address such as name@example.com.",
        "de": "Geben Sie eine E-Mail-Adresse wie name@example.com ein.",
    },
    "age": {"en": "Answer whether you are 18 or older.", "de": "Geben Sie an, ob Sie mindestens 18 Jahre alt sind."},
    "terms": {
        "en": "Accept the terms of use and the privacy policy.",
        "de": "Stimmen Sie den Nutzungsbedingungen und der Datenschutzerklärung zu.",
    },
    "password": {
        "en": "A password has 10 to 256 characters.",
        "de": "Ein Passwort hat 10 bis 256 Zeichen.",
    },
    "again": {"en": "The passwords differ.", "de": "Die Passwörter stimmen nicht überein."},
    "expired": {
        "en": "This link was used or has expired. Start again.",
        "de": "Dieser Link wurde verwendet oder ist abgelaufen. Beginnen Sie von vorn.",
    },
    "too-many": {
        "en": "Too many attempts. Try again later.",
        "de": "Zu viele Versuche. Bitte später erneut.",
    },
    "full": {"en": "This server cannot store anything now.", "de": "Der Server kann gerade nichts speichern."},
}

_TRIAL: Mapping[Language, str] = {
    "en": (
        "The trial of {days} is free, calls outside included. The plan “{plan}” is charged afterwards only if you"
        " confirm it; until then calls outside stop. Emergency calls are always possible."
    ),
    "de": (
        "Der Probezeitraum von {days} ist kostenlos, auch Gespräche nach außen. Der Tarif „{plan}“ wird danach nur"
        " berechnet, wenn Sie das bestätigen; bis dahin sind keine Gespräche nach außen möglich. Notrufe sind"
        " immer möglich."
    ),
}

router = APIRouter(prefix="/sign-up", dependencies=[purpose("administration")])
Proof = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("")
async def sign_up_form(request: Request) -> Response:
    """Return the form."""
    return await _form(request, {}) if _is_open(services_of(request)) else _closed(request)


@router.post("")
async def sign_up(request: Request) -> Response:
    """Send the link that proves the address. A visitor who is not of age gets a page, and nothing is stored."""
    reject_cross_site(request)
    services = services_of(request)
    if not _is_open(services):
        return _closed(request)
    values = await _values(request)
    if values["age"] == "no":
        return page(request, "sign-up-age", _TITLE)
    try:
        require_storage(services)
        for name, wanted in (("age", "yes"), ("terms", "yes")):
            if values[name] != wanted:
                raise Invalid("Answer the question.", field=name)
        form = SignUpForm(
            values["organisation"],
            values["name"],
            values["email"],
            TERMS_VERSION,
            policy_version(),
            language_for(request),
        )
        link = f"{services.public_address.url}/sign-up/"
        await services.sign_up.submit(
            form, lambda code: f"{link}{code}?{CHOICE}={form.language}", source_of(request).address
        )
    except DomainError as refusal:
        return await _form(request, values, refusal)
    return page(request, "sign-up-sent", _TITLE)


@router.get("/{proof}")
async def proof_form(request: Request, proof: Proof) -> Response:
    """Return the form for the password. Opening the link changes nothing: mail servers open links too."""
    services = services_of(request)
    if not _is_open(services):
        return _closed(request)
    if not await services.sign_up.is_pending(proof):
        return await _form(request, {}, Expired("The link was used or has expired."))
    return _proof_form(request)


@router.post("/{proof}")
async def create_organisation(request: Request, proof: Proof) -> Response:
    """Create the organisation and lead to the sign-in of the portal."""
    reject_cross_site(request)
    services = services_of(request)
    if not _is_open(services):
        return _closed(request)
    values = await _values(request)
    try:
        require_storage(services)
        if values["password"] != values["again"]:
            raise Invalid("The passwords differ.", field="again")
        needs_approval = services.public_address.sign_up == "approval"
        host = _sip_host(services.public_address.url)
        # With an approval the plan, with its trial, begins once it is given.
        follow_up = services.rights.requests.reviews.request_approval if needs_approval else _assign_plan(services)
        password = values["password"]
        await services.sign_up.complete(proof, password, host, follow_up, needs_approval=needs_approval)
    except Expired as refusal:
        return await _form(request, {}, refusal)
    except DomainError as refusal:
        return _proof_form(request, refusal)
    return page(request, "sign-up-waits", _TITLE) if needs_approval else RedirectResponse("/portal/", status_code=303)


def _assign_plan(services: Services) -> FollowUp:
    async def assign(tx: Transaction, tenant: Tenant, administrator: Person) -> None:
        del administrator
        await services.billing.plans.assign_at_sign_up(tx.uow, tenant.id)

    return assign


def _is_open(services: Services) -> bool:
    return services.public_address.sign_up != "closed" and services.sign_up.can_send


def _sip_host(url: str) -> str:
    """Return the host below which the SIP domains are; `localhost` (RFC 6761) for an installation without a name."""
    host = urlsplit(url).hostname or "localhost"
    try:
        ip_address(host)
    except ValueError:
        return host
    return "localhost"


def _closed(request: Request) -> Response:
    response = page(request, "sign-up-closed", _TITLE)
    response.status_code = 404
    return response


async def _values(request: Request) -> dict[str, str]:
    return await sent_fields(request, _FIELDS, _MAX_BODY) or dict.fromkeys(_FIELDS, "")


async def _form(request: Request, values: Mapping[str, str], refusal: DomainError | None = None) -> Response:
    shown = {name: escape(values.get(name, "")[:400]) for name in ("organisation", "name", "email")}
    offered = await services_of(request).billing.plans.at_sign_up()
    rest = {
        "action": escape(f"/sign-up{language_query(request)}"),
        "error": _error(request, refusal),
        "trial": _trial(offered, language_for(request)),
    }
    return answered(page(request, "sign-up", _TITLE, {**shown, **rest}, has_form=True), refusal)


def _trial(plan: Plan | None, language: Language) -> str:
    """Return the paragraph on the trial of new organisations; "" without one."""
    if plan is None or not plan.trial_days:
        return ""
    one, many = {"en": ("day", "days"), "de": ("Tag", "Tagen")}[language]
    return f"<p>{_TRIAL[language].format(days=counted(plan.trial_days, one, many), plan=escape(plan.name))}</p>"


def _proof_form(request: Request, refusal: DomainError | None = None) -> Response:
    action = f"{request.url.path}{language_query(request)}"
    values = {"action": escape(action), "error": _error(request, refusal)}
    response = answered(page(request, "sign-up-password", _TITLE, values, has_form=True), refusal)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _error(request: Request, refusal: DomainError | None) -> str:
    return error_html(_ERRORS, language_for(request), refusal, otherwise="organisation")
