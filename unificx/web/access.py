"""Who asks, and for which tenant they may. Every route goes through here before it touches a room."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from unificx.kernel.errors import Forbidden, Invalid, NotFound, Unauthenticated
from unificx.people import OPERATOR as OPERATOR_SLUG
from unificx.people import Action, Principal, Role, Source, may
from unificx.web.models import core as models
from unificx.web.services import Services, services_of
from unificx.web.shell import OPERATOR

COOKIE = "__Host-unificx"
"""The prefix makes browsers hold it to `Secure`, this host alone and the path `/` (RFC 6265bis section 4.1.3)."""

REFRESH_COOKIE, REFRESH_PATH = "__Secure-unificx-refresh", "/api/v1/sessions/refresh"
"""Sent to this one path, so that the longer-lived secret is in as few requests as can be."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="For programs.")
_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="cookie", description="For browsers.")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and the token they did it with; "" at the control socket."""

    principal: Principal
    token: str = field(default="", repr=False)
    by_cookie: bool = False
    """Asked from one of our own pages, so by a person at a screen."""

    @property
    def is_operator(self) -> bool:
        return self.principal.role is Role.OPERATOR


async def asker_of(request: Request) -> Asker:
    """Who sent the request. Raises Unauthenticated, and Forbidden for a cookie another site made the browser send."""
    known = getattr(request.state, "asker", None)
    if known is None:
        known = request.state.asker = await _identify(request)
    return known


async def _identify(request: Request) -> Asker:
    people = services_of(request).people
    if request.scope.get(OPERATOR):
        tenant = await people.tenant(OPERATOR_SLUG)
        return Asker(Principal(person_id="", tenant_id=tenant.id, role=Role.OPERATOR))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise Unauthenticated("Only bearer tokens are taken.", hint="Send Authorization: Bearer and your token.")
    elif token := request.cookies.get(COOKIE, ""):
        refuse_foreign_site(request)
    if not token:
        raise Unauthenticated("Nobody is signed in.", hint="Sign in at /api/v1/sessions.")
    return Asker(await people.authenticate(token.strip()), token.strip(), by_cookie=not scheme)


def refuse_foreign_site(request: Request) -> None:
    """Raise Forbidden if a browser may have sent this on behalf of another site.

    Browsers say where a request comes from by Sec-Fetch-Site (W3C Fetch Metadata), older ones by Origin alone.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        same = site == "same-origin"
    else:
        same = _host_of(request.headers.get("origin", "")) == request.headers.get("host", "") != ""
    if not same:
        raise Forbidden(
            "With a cookie, changes are taken from our own pages only.", hint="Programs use Authorization: Bearer."
        )


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def from_this_machine(request: Request) -> bool:
    """Whether the request comes from the machine itself and no proxy passed it on."""
    if request.scope.get(OPERATOR):
        return True
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def source_of(request: Request) -> Source:
    """Where an attempt to sign in comes from."""
    address = request.client.host if request.client else ""
    return Source(address=address, agent=request.headers.get("user-agent", "")[:200])


async def _anybody(
    request: Request, _bearer: Annotated[object, Depends(_BEARER)], _cookie: Annotated[object, Depends(_COOKIE)]
) -> Asker:
    return await asker_of(request)


HalfInDep = Annotated[Asker, Depends(_anybody)]
"""Who asks, though they may have yet to choose a password or to say yes to the terms: to come in, and to go."""


async def _unsaid(request: Request, asker: HalfInDep) -> Asker:
    """Raises OwnPasswordNeeded. The first operator's password is told to programs too, which may use it as it is."""
    if asker.principal.person_id and (asker.by_cookie or not asker.is_operator):
        await services_of(request).people.must_have_own_password(asker.principal)
    return asker


UnsaidDep = Annotated[Asker, Depends(_unsaid)]
"""Who asks, though they may have yet to say yes to the terms: to be a telephone."""


async def _asker(request: Request, asker: UnsaidDep) -> Asker:
    """Raises AcceptanceNeeded for a person at a screen. A program was told when it signed in."""
    if asker.by_cookie:
        await services_of(request).people.must_have_said_yes(asker.principal)
    return asker


AskerDep = Annotated[Asker, Depends(_asker)]
ServicesDep = Annotated[Services, Depends(services_of)]
TenantQuery = Annotated[
    str | None,
    Query(
        max_length=64,
        pattern=models.REFERENCE,
        description="The organisation, by id or short name. One's own if left out; operators say it.",
    ),
]
Cursor = Annotated[
    str | None, Query(max_length=300, pattern=r"^[A-Za-z0-9_=-]+$", description="`next` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at the most.")]
Id = Annotated[str, Path(max_length=64, pattern=models.REFERENCE)]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a request may touch: one tenant, and in it everything or, with `only_own`, what is the asker's."""

    tenant_id: str
    asker: Asker
    only_own: bool

    def owns(self, person_id: str | None) -> bool:
        """Whether something of that person is within reach."""
        return not self.only_own or (person_id is not None and person_id == self.asker.principal.person_id)


async def reach(services: Services, asker: Asker, tenant: str | None, action: Action) -> Reach:
    """Where `asker` may do `action`. Raises NotFound for a tenant not theirs, Forbidden for what their role lacks."""
    found = await reach_or_own(services, asker, tenant, action)
    if found.only_own:
        raise Forbidden("Your role does not allow this.", hint="Ask an administrator of your organisation.")
    return found


async def reach_or_own(services: Services, asker: Asker, tenant: str | None, action: Action) -> Reach:
    """As `reach`, but a role that lacks `action` is left what is its own."""
    tenant_id = await _tenant_id(services, asker, tenant)
    if not may(asker.principal, Action.OWN, tenant_id):
        raise no_such_tenant()
    return Reach(tenant_id, asker, only_own=not may(asker.principal, action, tenant_id))


async def _tenant_id(services: Services, asker: Asker, reference: str | None) -> str:
    if reference is None:
        if asker.is_operator:
            raise Invalid("Say which organisation.", hint="An operator names it by id or short name.", field="tenant")
        return asker.principal.tenant_id
    try:
        return (await services.people.tenant(reference)).id
    except NotFound:
        raise no_such_tenant() from None


def no_such_tenant() -> NotFound:
    """One text for a tenant that does not exist and for one that is not the asker's."""
    return NotFound("There is no such organisation.", hint="Look at /api/v1/tenants.", field="tenant")


async def tenant_named(services: Services, reference: str | None) -> str | None:
    """The tenant somebody names who is not known yet; a name that leads nowhere gives itself.

    Whether an organisation exists is no stranger's business: the refusal is that of a wrong password.
    """
    if reference is None:
        return None
    try:
        return (await services.people.tenant(reference)).id
    except NotFound:
        return reference
