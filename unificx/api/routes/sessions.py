"""Sign-in, sign-out and sessions: tokens for API clients, cookies for browsers."""

from fastapi import Request, Response, status

from unificx.api.access import (
    REFRESH_COOKIE,
    AuthenticatedUserDep,
    Id,
    ServicesDep,
    purpose,
    reject_cross_site,
    resolve_tenant,
    source_of,
)
from unificx.api.problems import problem_responses, refusal_response
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import sign_in as models
from unificx.api.sign_in_responses import (
    delete_cookies,
    session_response,
    sign_in_context,
    sign_in_declaration,
    sign_in_response,
)
from unificx.core.errors import Invalid, NotFound, Unauthenticated
from unificx.identity import Action, TokenDelivery, may, permissions_of

router = Router(prefix="/api/v1", tags=["sessions"], dependencies=[purpose("authentication")])


@router.post("/sessions", **sign_in_declaration(401, 403, 429))
async def sign_in(services: ServicesDep, request: Request, body: models.SignIn) -> Response:
    """Sign in with e-mail and password."""
    context = sign_in_context(request, body)
    tenant_id = await resolve_tenant(services, body.tenant)
    password = body.password.get_secret_value()
    return sign_in_response(
        services,
        await services.identity.sign_in.by_password(body.email, password, context, tenant_id),
        body.keep,
    )


@router.post("/sessions/refresh", response_model=models.SignedIn, responses=problem_responses(401, 403))
async def refresh_session(services: ServicesDep, request: Request, body: models.Refresh) -> Response:
    """Exchange a refresh token, valid once, for new tokens."""
    keep: TokenDelivery = "token"
    token = body.refresh.get_secret_value() if body.refresh is not None else ""
    if body.refresh is None:
        keep = "cookie"
        token = request.cookies.get(REFRESH_COOKIE, "")
        reject_cross_site(request)
    try:
        signed = await services.identity.sessions.refresh(token, keep)
    except Unauthenticated as refusal:
        response = refusal_response(request.scope, refusal)
        if keep == "cookie":
            delete_cookies(response)
        return response
    return session_response(services, signed, keep)


@router.get("/sessions", dependencies=[for_all_users], responses=problem_responses(401, 403))
async def list_sessions(services: ServicesDep, user: AuthenticatedUserDep) -> core.Page[models.Session]:
    """List your sessions."""
    principal = user.principal
    if not principal.person_id:
        return core.Page(items=[], next=None)
    sessions = await services.identity.sessions.of_person(principal.tenant_id, principal.person_id)
    items = [
        models.Session.model_validate(one).model_copy(update={"current": one.id == principal.session_id})
        for one in sessions
    ]
    return core.Page(items=items, next=None)


@router.delete(
    "/sessions/current",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[for_all_users],
    responses=problem_responses(401, 403),
)
async def sign_out(services: ServicesDep, user: AuthenticatedUserDep, response: Response) -> None:
    """Sign out."""
    if user.token:
        await services.identity.sessions.sign_out(user.token)
    delete_cookies(response)


@router.delete(
    "/sessions",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[for_all_users],
    responses=problem_responses(401, 403),
)
async def revoke_other_sessions(services: ServicesDep, user: AuthenticatedUserDep) -> None:
    """Sign out everywhere else. Ends all your sessions except this one."""
    if user.principal.person_id:
        await services.identity.sessions.revoke_others(user.principal)


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[for_all_users],
    responses=problem_responses(401, 403, 404),
)
async def revoke_session(services: ServicesDep, user: AuthenticatedUserDep, session_id: Id) -> None:
    """Sign out another session of yours."""
    principal = user.principal
    if not principal.person_id:
        raise NotFound("There is no such session.")
    await services.identity.sessions.revoke(principal.tenant_id, principal.person_id, session_id)


@router.get("/me", dependencies=[for_all_users], responses=problem_responses(401, 403))
async def who_am_i(services: ServicesDep, user: AuthenticatedUserDep) -> core.Me:
    """Show the authenticated user, with their extensions."""
    principal = user.principal
    tenant = await services.identity.tenants.get(principal.tenant_id)
    own = await services.identity.users.current(principal) if principal.person_id else None
    return core.Me(
        role=principal.role,
        permissions=sorted(permissions_of(principal)),
        tenant=core.Tenant.model_validate(tenant),
        person=core.Person.model_validate(own.person) if own else None,
        extensions=[core.Extension.model_validate(one) for one in own.extensions] if own else [],
        resells=may(principal, Action.RESELL, tenant.id)
        and services.resellers.directory.of_staff(tenant.id) is not None,
        must_change=own is not None and own.must_change,
        acceptance_needed=own is not None and own.acceptance_needed,
        policy=own.policy if own else "current",
    )


@router.put("/me/password", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 429))
async def change_own_password(
    services: ServicesDep, user: AuthenticatedUserDep, request: Request, new: core.OwnPassword
) -> None:
    """Change your password. Requires the current one and ends all other sessions."""
    principal = user.principal
    if not principal.person_id:
        raise Invalid("The operator on the control socket has no password.", hint="Use /api/v1/persons/…/password.")
    current, password = new.current.get_secret_value(), new.password.get_secret_value()
    await services.identity.passwords.change(principal, current, password, source_of(request))
