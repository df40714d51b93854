"""Sign-in by QR code, invitation or password reset, and acceptance of the terms."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

from fastapi import Request, Response, status

from unificx import identity
from unificx.api.access import (
    AuthenticatedUserDep,
    CurrentUser,
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
    resolve_tenant,
    source_of,
)
from unificx.api.acts import declare_person
from unificx.api.managing import require_manageable
from unificx.api.middleware import OPERATOR_SCOPE_KEY
from unificx.api.problems import problem_responses
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.schemas import sign_in as models
from unificx.api.services import Services
from unificx.api.sign_in_responses import sign_in_context, sign_in_declaration, sign_in_response
from unificx.core.errors import Conflict, Invalid
from unificx.core.lazy import lazy_import
from unificx.identity import OPERATOR_SLUG, TERMS_VERSION, Action, policy_version

if TYPE_CHECKING:
    import segno
else:
    segno = lazy_import("segno")

router = Router(prefix="/api/v1", tags=["signing in"], dependencies=[purpose("authentication")])

CLIENT_PATH = "/app/#"
MAX_HOST_LENGTH = 260


# QR sign-in codes


@router.post("/sign-in-codes", status_code=status.HTTP_201_CREATED, responses=problem_responses(401, 403, 404, 409))
async def create_sign_in_code(
    services: ServicesDep, user: CurrentUserDep, request: Request, new: models.NewSignInCode, tenant: TenantQuery = None
) -> models.SignInCode:
    """Create a QR sign-in code for your device or another person's. Valid once and for two minutes."""
    principal = user.principal
    if new.person_id is not None and new.person_id != principal.person_id:
        tenant_id, person_id = await _manageable_person(services, user, tenant, new.person_id)
    elif principal.person_id:
        scope = await require_access_or_own(services, user, tenant or principal.tenant_id, Action.SIGN_IN_HELP)
        tenant_id, person_id = scope.tenant_id, principal.person_id
    else:
        raise Invalid("The operator on the control socket has no account.", hint="Name the person.", field="person_id")
    base = base_url(services, request)
    made = await services.identity.qr_sign_in.create_code(tenant_id, person_id, principal.person_id, principal.by)
    url = f"{base}{CLIENT_PATH}sign-in={made.code}"
    return models.SignInCode(id=made.id, code=made.code, url=url, svg=qr_svg(url), expires=made.expires)


@router.get("/sign-in-codes/{code_id}", dependencies=[for_all_users], responses=problem_responses(401, 403, 404))
async def show_sign_in_code(services: ServicesDep, user: CurrentUserDep, code_id: Id) -> models.SignInCodeState:
    """Show the state of a QR sign-in code."""
    return models.SignInCodeState.model_validate(
        await services.identity.qr_sign_in.code_state(code_id, user.principal.person_id)
    )


@router.post("/sessions/by-code", **sign_in_declaration(401, 403, 410, 429))
async def sign_in_by_code(services: ServicesDep, request: Request, body: models.SignInByCode) -> Response:
    """Sign in with a QR code. May be repeated with the same device secret, in case the first response was lost."""
    context = sign_in_context(request, body)
    code, secret = body.code.get_secret_value(), body.device_secret
    return sign_in_response(services, await services.identity.qr_sign_in.sign_in(code, secret, context), body.keep)


# invitations


@router.post("/invitations", status_code=status.HTTP_201_CREATED, responses=problem_responses(401, 403, 404, 409))
async def invite(
    services: ServicesDep, user: CurrentUserDep, request: Request, new: models.NewInvitation, tenant: TenantQuery = None
) -> models.Invitation:
    """Invite a person to set a password and sign in. Valid for seven days and once."""
    tenant_id, person_id = await _manageable_person(services, user, tenant, new.person_id)
    base = _email_base_url(services) if services.identity.recovery.can_send_email else base_url(services, request)
    link = _link_builder(base, "invitation")
    return models.Invitation.model_validate(
        await services.identity.invitations.invite(tenant_id, person_id, link, new.language)
    )


@router.post("/invitations/look", responses=problem_responses(410, 429))
async def look_at_invitation(
    services: ServicesDep, request: Request, body: models.InvitationCode
) -> models.InvitedPerson:
    """Show the invited person, before the invitation is accepted."""
    code = body.code.get_secret_value()
    return models.InvitedPerson.model_validate(await services.identity.invitations.preview(code, source_of(request)))


@router.post("/invitations/accept", **sign_in_declaration(401, 403, 410, 429))
async def accept_invitation(services: ServicesDep, request: Request, body: models.AcceptInvitation) -> Response:
    """Accept an invitation: set a password and sign in."""
    context = sign_in_context(request, body)
    acceptance = identity.Acceptance(body.of_age, body.terms_version, body.policy_version)
    code, password = body.code.get_secret_value(), body.password.get_secret_value()
    return sign_in_response(
        services, await services.identity.invitations.accept(code, password, acceptance, context), body.keep
    )


# password reset


@router.post(
    "/recoveries", status_code=status.HTTP_202_ACCEPTED, response_class=Response, responses=problem_responses(429)
)
async def ask_recovery(services: ServicesDep, request: Request, body: models.RecoveryRequest) -> None:
    """Request a password reset link. The response does not disclose whether the account exists."""
    tenant_id = await resolve_tenant(services, body.tenant)
    link = _link_builder(services.public_address.url, "recover")
    await services.identity.recovery.request(body.email, tenant_id, link, body.language, source_of(request))


@router.post("/recoveries/finish", **sign_in_declaration(401, 403, 410, 429))
async def finish_recovery(services: ServicesDep, request: Request, body: models.FinishRecovery) -> Response:
    """Set a new password with the code of the link, and sign in. Ends all other sessions."""
    context = sign_in_context(request, body)
    code, password = body.code.get_secret_value(), body.password.get_secret_value()
    return sign_in_response(services, await services.identity.recovery.complete(code, password, context), body.keep)


# terms and privacy policy


@router.post("/me/acceptances", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403))
async def accept_terms(services: ServicesDep, user: AuthenticatedUserDep, body: models.Acceptance) -> None:
    """Accept the current terms and privacy policy. Declaring not to have the required age ends all sessions."""
    if not user.principal.person_id:
        raise Invalid("The operator on the control socket has no account.")
    acceptance = identity.Acceptance(body.of_age, body.terms_version, body.policy_version)
    await services.identity.acceptances.accept(user.principal, acceptance)


@router.get("/sign-in/options", responses=problem_responses())
async def sign_in_options(services: ServicesDep, tenant: TenantQuery = None) -> models.SignInOptions:
    """Show the available sign-in methods."""
    return models.SignInOptions(
        terms_version=TERMS_VERSION,
        policy_version=policy_version(),
        single_sign_on=await _tenants_with_sso(services, tenant),
        mail=services.identity.recovery.can_send_email,
    )


async def _tenants_with_sso(services: Services, reference: str | None) -> list[models.SingleSignOnOption]:
    """Return the named tenant, or the only one, if it has single sign-on."""
    every = [one for one in services.identity.directory.tenants() if one.slug != OPERATOR_SLUG]
    named = [one for one in services.identity.directory.tenants() if reference in (one.id, one.slug)]
    found = named if reference is not None else every if len(every) == 1 else []
    return [
        models.SingleSignOnOption(slug=one.slug, name=one.name)
        for one in found
        if await services.identity.sso_providers.is_offered(one.id)
    ]


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG element without style or id."""
    out = BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, border=4, light="#fff")
    return out.getvalue().decode().strip()


async def _manageable_person(
    services: Services, user: CurrentUser, tenant: str | None, person_id: str
) -> tuple[str, str]:
    """Return the ids of a person the user may sign in or invite, whose role is not higher. Raise NotFound,
    Forbidden."""
    scope = await require_access(services, user, tenant, Action.SIGN_IN_HELP)
    person = await services.identity.users.get(scope.tenant_id, person_id)
    require_manageable(user, person.role, person.granted, field="person_id")
    declare_person(services.identity, scope.tenant_id, person_id)
    return scope.tenant_id, person.id


def base_url(services: Services, request: Request) -> str:
    """Return the base URL of this server as seen by the user, for links shown only to them."""
    if services.public_address.configured or request.scope.get(OPERATOR_SCOPE_KEY):
        return _email_base_url(services)
    host = request.url.netloc
    if len(host) > MAX_HOST_LENGTH:
        raise Invalid("The Host header is too long.", field="Host")
    return f"{request.url.scheme}://{host}"


def _email_base_url(services: Services) -> str:
    if not services.public_address.url:
        raise Conflict("The server is not running.", hint="Start it with `unificx up`.")
    return services.public_address.url


def invitation_link(services: Services) -> Callable[[str], str]:
    """Return the builder of links in e-mails that invite a person."""
    return _link_builder(_email_base_url(services), "invitation")


def _link_builder(base: str, fragment: str) -> Callable[[str], str]:
    return lambda code: f"{base}{CLIENT_PATH}{fragment}={code}"
