"""Single sign-on with the provider of a tenant (OpenID Connect)."""

from urllib.parse import quote

from fastapi import Request, Response, status
from fastapi.responses import JSONResponse, RedirectResponse

from unificx import identity
from unificx.api.access import CurrentUserDep, Id, ServicesDep, purpose, require_access, source_of
from unificx.api.acts import declare_sign_in
from unificx.api.origins import origin_of
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import single_sign_on as models
from unificx.api.services import Services
from unificx.api.sign_in_responses import set_cookies
from unificx.api.support_consent import names_people
from unificx.core.errors import DomainError, Invalid, NotFound
from unificx.identity import AccountSuspended, Action, SignedIn, SignInDevice

router = Router(prefix="/api/v1", tags=["signing in"], dependencies=[purpose("authentication")])

TENANT_PATH = "/tenants/{tenant}/single-sign-on"
CALLBACK = "/api/v1/sign-in/sso/callback"
SETUP_PATH, TEST_PATH = f"{TENANT_PATH}/setup", f"{TENANT_PATH}/test"
CLIENT_PATH = "/app/"
SETTINGS_PATH = "/portal/single-sign-on"
FLOW_COOKIE = "__Host-unificx-sso"
"""Sent when the provider redirects the browser back, so not `SameSite=Strict`."""
FLOW_SECONDS = 300
_MAX_PARAMETER_LENGTH = 4000


@router.put(TENANT_PATH, dependencies=[names_people], responses=problem_responses(401, 403, 404))
async def set_single_sign_on(
    services: ServicesDep, user: CurrentUserDep, request: Request, tenant: Id, new: models.NewSingleSignOn
) -> models.SingleSignOn:
    """Set the single sign-on provider of a tenant."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    wanted = identity.NewProvider(
        issuer=new.issuer,
        client_id=new.client_id,
        client_secret=new.client_secret.get_secret_value() if new.client_secret is not None else None,
        link_by_email=new.link_by_email,
        # Only operators may set a provider inside the server's network.
        inside=user.is_operator,
    )
    return _shown(services, request, await services.identity.sso_providers.set(scope.tenant_id, wanted))


@router.get(TENANT_PATH, dependencies=[names_people], responses=problem_responses(401, 403, 404))
async def show_single_sign_on(
    services: ServicesDep, user: CurrentUserDep, request: Request, tenant: Id
) -> models.SingleSignOn:
    """Show the single sign-on provider of a tenant."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    return _shown(services, request, await services.identity.sso_providers.get(scope.tenant_id))


@router.delete(
    TENANT_PATH,
    dependencies=[names_people],
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def remove_single_sign_on(services: ServicesDep, user: CurrentUserDep, tenant: Id) -> None:
    """Remove the single sign-on provider of a tenant."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    await services.identity.sso_providers.delete(scope.tenant_id)


@router.get(SETUP_PATH, dependencies=[names_people], responses=problem_responses(401, 403, 404))
async def show_single_sign_on_setup(
    services: ServicesDep, user: CurrentUserDep, request: Request, tenant: Id
) -> models.SingleSignOnSetup:
    """Show the addresses to register at a single sign-on provider, and the provider if one is set."""
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    slug = (await services.identity.tenants.get(scope.tenant_id)).slug
    try:
        provider = _shown(services, request, await services.identity.sso_providers.get(scope.tenant_id))
    except NotFound:
        provider = None
    return models.SingleSignOnSetup(
        redirect_uri=_redirect_uri(services, request),
        initiate_login_uri=f"{origin_of(services, request).text}/api/v1/sign-in/sso/{slug}/start",
        provider=provider,
    )


@router.post(
    TEST_PATH,
    dependencies=[names_people],
    response_model=models.SingleSignOnRedirect,
    responses=problem_responses(401, 403, 404),
)
async def test_single_sign_on(services: ServicesDep, user: CurrentUserDep, request: Request, tenant: Id) -> Response:
    """Start a test of the provider of a tenant: redirect the browser to `url`.

    The test signs no user in and links no account. The browser returns to `/portal/single-sign-on#single-sign-on-test=`
    with the account found (`own_account`, `other_account`, `not_linked`, `no_account`, `no_email`) or the step that
    failed (`discovery`, `authorization`, `token`, `keys`, `identity`).
    """
    scope = await require_access(services, user, tenant, Action.TENANT_CONTROL)
    redirect_uri = _redirect_uri(services, request)
    return _begun(await services.identity.sso.start_test(user.principal, scope.tenant_id, redirect_uri))


@router.post(
    "/me/single-sign-on", response_model=models.SingleSignOnRedirect, responses=problem_responses(401, 403, 404)
)
async def link_single_sign_on(services: ServicesDep, user: CurrentUserDep, request: Request) -> Response:
    """Start linking your account with the tenant's provider: redirect the browser to `url`."""
    if not user.principal.person_id:
        raise Invalid("The operator on the control socket has no account.", hint="Sign in as a user.")
    return _begun(await services.identity.sso.start_link(user.principal, _redirect_uri(services, request)))


@router.get("/me/single-sign-on", responses=problem_responses(401, 403))
async def show_own_single_sign_on(services: ServicesDep, user: CurrentUserDep) -> models.SingleSignOnStatus:
    """Show whether your account is linked with the tenant's provider."""
    return models.SingleSignOnStatus(linked=await services.identity.sso_links.is_linked(user.principal))


@router.delete("/me/single-sign-on", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 409))
async def unlink_single_sign_on(services: ServicesDep, user: CurrentUserDep) -> None:
    """Unlink your account from the provider. Other sign-in methods stay."""
    if not user.principal.person_id:
        raise Invalid("The operator on the control socket has no account.", hint="Sign in as a user.")
    await services.identity.sso_links.unlink(user.principal)


@router.get("/sign-in/sso/callback", include_in_schema=False)
async def single_sign_on_callback(services: ServicesDep, request: Request) -> Response:
    """Handle the redirect from the provider and redirect to the client, or to the portal after a test."""
    response = await _handle_callback(services, request)
    response.delete_cookie(FLOW_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


@router.get("/sign-in/sso/{tenant}/start", include_in_schema=False)
async def start_single_sign_on(services: ServicesDep, request: Request, tenant: Id) -> Response:
    """Redirect a browser to the provider of a tenant."""
    try:
        found = await services.identity.tenants.get(tenant)
        sso_request = await services.identity.sso.start(found.id, _redirect_uri(services, request))
    except DomainError as refusal:
        return _redirect_to_client(f"sign-in-failed={refusal.code}")
    response = RedirectResponse(sso_request.url, status.HTTP_303_SEE_OTHER)
    _set_flow_cookie(response, sso_request)
    return response


async def _handle_callback(services: Services, request: Request) -> Response:
    """Redirect to the client (303). The result is in the fragment, which is never sent to a server."""
    parameters = {name: value[:_MAX_PARAMETER_LENGTH] for name, value in request.query_params.items()}
    callback = identity.SsoCallback(
        flow=request.cookies.get(FLOW_COOKIE, ""),
        state=parameters.get("state", ""),
        code=parameters.get("code", ""),
        error=parameters.get("error", ""),
        issuer=parameters.get("iss"),
    )
    context = identity.SignInContext(source_of(request), SignInDevice(kind="browser"), "cookie")
    try:
        outcome = await services.identity.sso.finish(callback, context)
    except AccountSuspended as refusal:
        return _redirect_to_client(f"suspended={refusal.reference}")
    except DomainError as refusal:
        return _redirect_to_client(f"sign-in-failed={refusal.code}")
    if outcome is None:
        return _redirect_to_client("single-sign-on=linked")
    if isinstance(outcome, identity.SsoTest):
        return RedirectResponse(f"{SETTINGS_PATH}#single-sign-on-test={outcome.result}", status.HTTP_303_SEE_OTHER)
    if not isinstance(outcome, SignedIn):
        return _redirect_to_client(f"second-factor={quote(outcome.ticket, safe='')}&kinds={','.join(outcome.kinds)}")
    response = _redirect_to_client("")
    declare_sign_in(services.identity, outcome.principal)
    set_cookies(services, response, outcome)
    return response


def _redirect_to_client(fragment: str) -> RedirectResponse:
    return RedirectResponse(f"{CLIENT_PATH}#{fragment}" if fragment else CLIENT_PATH, status.HTTP_303_SEE_OTHER)


def _begun(sso_request: identity.SsoRequest) -> Response:
    """Answer a script that redirects the browser itself."""
    response = JSONResponse(models.SingleSignOnRedirect(url=sso_request.url).model_dump())
    _set_flow_cookie(response, sso_request)
    return response


def _set_flow_cookie(response: Response, sso_request: identity.SsoRequest) -> None:
    response.set_cookie(
        FLOW_COOKIE, sso_request.flow, max_age=FLOW_SECONDS, path="/", secure=True, httponly=True, samesite="lax"
    )


def _redirect_uri(services: Services, request: Request) -> str:
    return origin_of(services, request).text + CALLBACK


def _shown(services: Services, request: Request, provider: identity.Provider) -> models.SingleSignOn:
    return models.SingleSignOn(
        issuer=provider.issuer,
        client_id=provider.client_id,
        link_by_email=provider.link_by_email,
        has_secret=provider.has_secret,
        changed=provider.changed,
        redirect_uri=_redirect_uri(services, request),
    )
