"""Sign-in by QR code, invitation or password reset, and acceptance of the terms."""

from collections.abc import Callable
from io import BytesIO

import segno
from fastapi import APIRouter, Request, Response, status

from unificx import identity
from unificx.api.access import (
    Asker,
    AskerDep,
    HalfInDep,
    Id,
    ServicesDep,
    TenantQuery,
    reach,
    reach_or_own,
    source_of,
    tenant_named,
)
from unificx.api.middleware import OPERATOR
from unificx.api.problems import refusals
from unificx.api.schemas import sign_in as models
from unificx.api.services import Services
from unificx.api.sign_in_responses import admissions, admitted, arrival_of
from unificx.core.errors import Conflict, Forbidden, Invalid
from unificx.identity import OPERATOR_SLUG, POLICY_VERSION, TERMS_VERSION, Action, Principal, may_grant

router = APIRouter(prefix="/api/v1", tags=["signing in"])

CLIENT = "/app/#"
LONGEST_HOST = 260


# QR sign-in codes


@router.post("/sign-in-codes", status_code=status.HTTP_201_CREATED, responses=refusals(401, 403, 404, 409))
async def create_sign_in_code(
    services: ServicesDep, asker: AskerDep, request: Request, new: models.NewSignInCode, tenant: TenantQuery = None
) -> models.SignInCode:
    """Create a QR sign-in code for your device or another person's. Valid once and for two minutes."""
    who = asker.principal
    if new.person_id is not None and new.person_id != who.person_id:
        tenant_id, person_id = await _person_to_let_in(services, asker, tenant, new.person_id)
    elif who.person_id:
        within = await reach_or_own(services, asker, tenant or who.tenant_id, Action.PEOPLE_CHANGE)
        tenant_id, person_id = within.tenant_id, who.person_id
    else:
        raise Invalid("The operator on the control socket has no account.", hint="Name the person.", field="person_id")
    base = _origin(services, request)
    made = await services.people.create_sign_in_code(tenant_id, person_id, who.person_id)
    url = f"{base}{CLIENT}sign-in={made.code}"
    return models.SignInCode(id=made.id, code=made.code, url=url, svg=svg_of(url), expires=made.expires)


@router.get("/sign-in-codes/{code_id}", responses=refusals(401, 403, 404))
async def show_sign_in_code(services: ServicesDep, asker: AskerDep, code_id: Id) -> models.SignInCodeState:
    """Show the state of a QR sign-in code."""
    return models.SignInCodeState.model_validate(services.people.sign_in_code(code_id, asker.principal.person_id))


@router.post("/sessions/by-code", **admissions(401, 403, 410, 429))
async def sign_in_by_code(services: ServicesDep, request: Request, who: models.SignInByCode) -> Response:
    """Sign in with a QR code. May be repeated with the same device secret, in case the first response was lost."""
    arrival = arrival_of(request, who)
    code, secret = who.code.get_secret_value(), who.device_secret
    return admitted(services, await services.people.sign_in_by_code(code, secret, arrival), who.keep)


# invitations


@router.post("/invitations", status_code=status.HTTP_201_CREATED, responses=refusals(401, 403, 404, 409))
async def invite(
    services: ServicesDep, asker: AskerDep, request: Request, new: models.NewInvitation, tenant: TenantQuery = None
) -> models.Invitation:
    """Invite a person to set a password and sign in. Valid for seven days and once."""
    tenant_id, person_id = await _person_to_let_in(services, asker, tenant, new.person_id)
    base = _letter_address(services) if services.people.can_send_email else _origin(services, request)
    link = _link(base, "invitation")
    return models.Invitation.model_validate(await services.people.invite(tenant_id, person_id, link, new.language))


@router.post("/invitations/look", responses=refusals(410, 429))
async def look_at_invitation(
    services: ServicesDep, request: Request, given: models.InvitationCode
) -> models.InvitedPerson:
    """Show the invited person, before the invitation is accepted."""
    code = given.code.get_secret_value()
    return models.InvitedPerson.model_validate(await services.people.preview_invitation(code, source_of(request)))


@router.post("/invitations/accept", **admissions(401, 403, 410, 429))
async def accept_invitation(services: ServicesDep, request: Request, who: models.AcceptInvitation) -> Response:
    """Accept an invitation: set a password and sign in."""
    arrival = arrival_of(request, who)
    said = identity.Acceptance(who.of_age, who.terms_version, who.policy_version)
    code, password = who.code.get_secret_value(), who.password.get_secret_value()
    return admitted(services, await services.people.accept_invitation(code, password, said, arrival), who.keep)


# password reset


@router.post("/recoveries", status_code=status.HTTP_202_ACCEPTED, response_class=Response, responses=refusals(429))
async def ask_recovery(services: ServicesDep, request: Request, who: models.AskRecovery) -> None:
    """Request a password reset link. The response does not disclose whether the account exists."""
    tenant_id = await tenant_named(services, who.tenant)
    link = _link(services.address.url, "recover")
    services.people.request_recovery(who.email, tenant_id, link, who.language, source_of(request))


@router.post("/recoveries/finish", **admissions(401, 403, 410, 429))
async def finish_recovery(services: ServicesDep, request: Request, who: models.FinishRecovery) -> Response:
    """Set a new password with the code of the link, and sign in. Ends all other sessions."""
    arrival = arrival_of(request, who)
    code, password = who.code.get_secret_value(), who.password.get_secret_value()
    return admitted(services, await services.people.complete_recovery(code, password, arrival), who.keep)


# terms and privacy policy


@router.post("/me/acceptances", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403))
async def accept_terms(services: ServicesDep, asker: HalfInDep, said: models.Acceptance) -> None:
    """Accept the current terms and privacy policy. Declaring not to have the required age ends all sessions."""
    if not asker.principal.person_id:
        raise Invalid("The operator on the control socket has no account.")
    acceptance = identity.Acceptance(said.of_age, said.terms_version, said.policy_version)
    await services.people.accept_terms(asker.principal, acceptance)


@router.get("/sign-in/options", responses=refusals())
async def sign_in_options(services: ServicesDep, tenant: TenantQuery = None) -> models.SignInOptions:
    """Show the available sign-in methods."""
    return models.SignInOptions(
        terms_version=TERMS_VERSION,
        policy_version=POLICY_VERSION,
        single_sign_on=await _providers(services, tenant),
        mail=services.people.can_send_email,
    )


async def _providers(services: Services, reference: str | None) -> list[models.SingleSignOnOption]:
    """Return the named tenant, or the only one, if it has single sign-on."""
    every = [one for one in services.people.directory.tenants() if one.slug != OPERATOR_SLUG]
    named = [one for one in services.people.directory.tenants() if reference in (one.id, one.slug)]
    found = named if reference is not None else every if len(every) == 1 else []
    return [
        models.SingleSignOnOption(slug=one.slug, name=one.name)
        for one in found
        if await services.people.has_provider(one.id)
    ]


def svg_of(text: str) -> str:
    """Return a QR code as an SVG element without style or id."""
    out = BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, border=4, light="#fff")
    return out.getvalue().decode().strip()


async def _person_to_let_in(services: Services, asker: Asker, tenant: str | None, person_id: str) -> tuple[str, str]:
    """Return the ids of a person the user may sign in or invite, whose role is not higher. Raise NotFound,
    Forbidden."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    person = await services.people.person(within.tenant_id, person_id)
    if not _may_let_in(asker.principal, person):
        raise Forbidden("This requires a higher role than yours.", hint="Ask an operator.", field="person_id")
    return within.tenant_id, person.id


def _may_let_in(principal: Principal, person: identity.Person) -> bool:
    return may_grant(principal, person.role)


def _origin(services: Services, request: Request) -> str:
    """Return the base URL of this server as seen by the user, for links shown only to them."""
    if services.address.given or request.scope.get(OPERATOR):
        return _letter_address(services)
    host = request.url.netloc
    if len(host) > LONGEST_HOST:
        raise Invalid("The Host header is too long.", field="Host")
    return f"{request.url.scheme}://{host}"


def _letter_address(services: Services) -> str:
    if not services.address.url:
        raise Conflict("The server is not running.", hint="Start it with `unificx up`.")
    return services.address.url


def _link(base: str, what: str) -> Callable[[str], str]:
    return lambda code: f"{base}{CLIENT}{what}={code}"
