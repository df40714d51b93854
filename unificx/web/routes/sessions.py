"""Coming in and going out: with a token for programs, with a cookie for browsers."""

from fastapi import APIRouter, Request, Response, status

from unificx.kernel.errors import Invalid, NotFound
from unificx.people import SignedIn
from unificx.web.access import COOKIE, AskerDep, Id, ServicesDep, refuse_foreign_site, source_of
from unificx.web.models import core as models
from unificx.web.owned import own_extensions
from unificx.web.problems import refusals
from unificx.web.services import Services

router = APIRouter(prefix="/api/v1", tags=["sessions"])


@router.post("/sessions", status_code=status.HTTP_201_CREATED, responses=refusals(401, 403, 429))
async def sign_in(services: ServicesDep, request: Request, response: Response, who: models.SignIn) -> models.SignedIn:
    """Sign in with e-mail and password."""
    if who.keep == "cookie":
        refuse_foreign_site(request)
    tenant_id = await _tenant_id(services, who.tenant)
    password = who.password.get_secret_value()
    signed = await services.people.sign_in(who.email, password, source_of(request), tenant_id)
    if who.keep == "cookie":
        _set_cookie(services, response, signed)
    return models.SignedIn(
        person_id=signed.principal.person_id,
        tenant_id=signed.principal.tenant_id,
        role=signed.principal.role,
        expires=signed.expires,
        must_change=signed.must_change,
        token=signed.token if who.keep == "token" else None,
    )


@router.get("/sessions", responses=refusals(401, 403))
async def list_sessions(services: ServicesDep, asker: AskerDep) -> models.Page[models.Session]:
    """List where one is signed in."""
    who = asker.principal
    if not who.person_id:
        return models.Page(items=[], next=None)
    sessions = await services.people.list_sessions(who.tenant_id, who.person_id)
    items = [
        models.Session.model_validate(one).model_copy(update={"current": one.id == who.session_id}) for one in sessions
    ]
    return models.Page(items=items, next=None)


@router.delete("/sessions/current", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403))
async def sign_out(services: ServicesDep, asker: AskerDep, response: Response) -> None:
    """Sign out."""
    if asker.token:
        await services.people.sign_out(asker.token)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404))
async def revoke_session(services: ServicesDep, asker: AskerDep, session_id: Id) -> None:
    """Sign out elsewhere: end another session of one's own."""
    who = asker.principal
    if not who.person_id:
        raise NotFound("There is no such session.")
    await services.people.revoke_session(who.tenant_id, who.person_id, session_id)


@router.get("/me", responses=refusals(401, 403))
async def who_am_i(services: ServicesDep, asker: AskerDep) -> models.Me:
    """Say who is asking, with one's own extensions."""
    who = asker.principal
    tenant = await services.people.tenant(who.tenant_id)
    person = await services.people.person(who.tenant_id, who.person_id) if who.person_id else None
    extensions = await own_extensions(services, who) if who.person_id else []
    return models.Me(
        role=who.role,
        tenant=models.Tenant.model_validate(tenant),
        person=models.Person.model_validate(person) if person else None,
        extensions=[models.Extension.model_validate(one) for one in extensions],
    )


@router.put("/me/password", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 429))
async def change_own_password(
    services: ServicesDep, asker: AskerDep, request: Request, new: models.OwnPassword
) -> None:
    """Change one's own password; the current one is asked for again. Ends every other session."""
    who = asker.principal
    if not who.person_id:
        raise Invalid("The operator at the machine has no password.", hint="Use /api/v1/persons/…/password.")
    current, password = new.current.get_secret_value(), new.password.get_secret_value()
    await services.people.change_password(who, current, password, source_of(request))


async def _tenant_id(services: Services, reference: str | None) -> str | None:
    if reference is None:
        return None
    try:
        return (await services.people.tenant(reference)).id
    except NotFound:
        # Whether an organisation exists is no stranger's business: the refusal is that of a wrong password.
        return reference


def _set_cookie(services: Services, response: Response, signed: SignedIn) -> None:
    left = max(0, int((signed.expires - services.clock.now()).total_seconds()))
    response.set_cookie(COOKIE, signed.token, max_age=left, path="/", secure=True, httponly=True, samesite="lax")
