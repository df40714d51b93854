"""Sign-in, sign-out and sessions: tokens for API clients, cookies for browsers."""

from fastapi import APIRouter, Request, Response, status

from unificx.api.access import REFRESH_COOKIE, HalfInDep, Id, ServicesDep, refuse_foreign_site, source_of, tenant_named
from unificx.api.problems import refusal_response, refusals
from unificx.api.schemas import core
from unificx.api.schemas import sign_in as models
from unificx.api.sign_in_responses import admissions, admitted, arrival_of, drop_cookies, signed_in
from unificx.core.errors import Invalid, NotFound, Unauthenticated
from unificx.identity import TokenDelivery

router = APIRouter(prefix="/api/v1", tags=["sessions"])


@router.post("/sessions", **admissions(401, 403, 429))
async def sign_in(services: ServicesDep, request: Request, who: models.SignIn) -> Response:
    """Sign in with e-mail and password."""
    arrival = arrival_of(request, who)
    tenant_id = await tenant_named(services, who.tenant)
    password = who.password.get_secret_value()
    return admitted(services, await services.people.sign_in(who.email, password, arrival, tenant_id), who.keep)


@router.post("/sessions/refresh", response_model=models.SignedIn, responses=refusals(401, 403))
async def refresh_session(services: ServicesDep, request: Request, given: models.Refresh) -> Response:
    """Exchange a refresh token, valid once, for new tokens."""
    keep: TokenDelivery = "token"
    token = given.refresh.get_secret_value() if given.refresh is not None else ""
    if given.refresh is None:
        keep = "cookie"
        token = request.cookies.get(REFRESH_COOKIE, "")
        refuse_foreign_site(request)
    try:
        signed = await services.people.refresh(token, keep)
    except Unauthenticated as refusal:
        response = refusal_response(refusal)
        if keep == "cookie":
            drop_cookies(response)
        return response
    return signed_in(services, signed, keep)


@router.get("/sessions", responses=refusals(401, 403))
async def list_sessions(services: ServicesDep, asker: HalfInDep) -> core.Page[models.Session]:
    """List your sessions."""
    who = asker.principal
    if not who.person_id:
        return core.Page(items=[], next=None)
    sessions = await services.people.list_sessions(who.tenant_id, who.person_id)
    items = [
        models.Session.model_validate(one).model_copy(update={"current": one.id == who.session_id}) for one in sessions
    ]
    return core.Page(items=items, next=None)


@router.delete("/sessions/current", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403))
async def sign_out(services: ServicesDep, asker: HalfInDep, response: Response) -> None:
    """Sign out."""
    if asker.token:
        await services.people.sign_out(asker.token)
    drop_cookies(response)


@router.delete("/sessions", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403))
async def revoke_other_sessions(services: ServicesDep, asker: HalfInDep) -> None:
    """Sign out everywhere else. Ends all your sessions except this one."""
    if asker.principal.person_id:
        await services.people.revoke_other_sessions(asker.principal)


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404))
async def revoke_session(services: ServicesDep, asker: HalfInDep, session_id: Id) -> None:
    """Sign out another session of yours."""
    who = asker.principal
    if not who.person_id:
        raise NotFound("There is no such session.")
    await services.people.revoke_session(who.tenant_id, who.person_id, session_id)


@router.get("/me", responses=refusals(401, 403))
async def who_am_i(services: ServicesDep, asker: HalfInDep) -> core.Me:
    """Show the authenticated user, with their extensions."""
    who = asker.principal
    tenant = await services.people.tenant(who.tenant_id)
    own = await services.people.current_account(who) if who.person_id else None
    return core.Me(
        role=who.role,
        tenant=core.Tenant.model_validate(tenant),
        person=core.Person.model_validate(own.person) if own else None,
        extensions=[core.Extension.model_validate(one) for one in own.extensions] if own else [],
        must_change=own is not None and own.must_change,
        acceptance_needed=own is not None and own.acceptance_needed,
    )


@router.put("/me/password", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 429))
async def change_own_password(services: ServicesDep, asker: HalfInDep, request: Request, new: core.OwnPassword) -> None:
    """Change your password. Requires the current one and ends all other sessions."""
    who = asker.principal
    if not who.person_id:
        raise Invalid("The operator on the control socket has no password.", hint="Use /api/v1/persons/…/password.")
    current, password = new.current.get_secret_value(), new.password.get_secret_value()
    await services.people.change_password(who, current, password, source_of(request))
