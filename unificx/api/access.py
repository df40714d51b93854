"""Authentication and authorization of API requests. Every route calls this module before it reads or changes
anything."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from unificx.api.middleware import OPERATOR
from unificx.api.schemas import core as models
from unificx.api.services import Services, services_of
from unificx.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from unificx.identity import OPERATOR_SLUG, Action, Principal, Role, Source, may

COOKIE = "__Host-unificx"
"""The prefix makes browsers require `Secure`, this host only and the path `/` (RFC 6265bis section 4.1.3)."""

REFRESH_COOKIE, REFRESH_PATH = "__Secure-unificx-refresh", "/api/v1/sessions/refresh"
"""Sent to this path only, so that the longer-lived secret is part of as few requests as possible."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="For API clients.")
_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="cookie", description="For browsers.")


@dataclass(frozen=True, slots=True)
class Asker:
    """The authenticated user and their token; the token is "" on the control socket."""

    principal: Principal
    token: str = field(default="", repr=False)
    by_cookie: bool = False
    """Authenticated by cookie: the request comes from our own pages, so from a person at a screen."""

    @property
    def is_operator(self) -> bool:
        return self.principal.role is Role.OPERATOR


async def asker_of(request: Request) -> Asker:
    """Return the authenticated user of a request. Raise Unauthenticated, or Forbidden for a cookie sent on behalf of
    another site."""
    known = getattr(request.state, "user", None)
    if known is None:
        known = request.state.user = await _identify(request)
    return known


async def _identify(request: Request) -> Asker:
    people = services_of(request).people
    if request.scope.get(OPERATOR):
        tenant = await people.tenant(OPERATOR_SLUG)
        return Asker(Principal(person_id="", tenant_id=tenant.id, role=Role.OPERATOR))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise Unauthenticated("Only bearer tokens are accepted.", hint="Send `Authorization: Bearer TOKEN`.")
    elif token := request.cookies.get(COOKIE, ""):
        refuse_foreign_site(request)
    if not token:
        raise Unauthenticated("Not signed in.", hint="Sign in at /api/v1/sessions.")
    return Asker(await people.authenticate(token.strip()), token.strip(), by_cookie=not scheme)


def refuse_foreign_site(request: Request) -> None:
    """Raise Forbidden if a browser may have sent this request on behalf of another site (CSRF).

    Browsers report the initiator in Sec-Fetch-Site (W3C Fetch Metadata), older ones only in Origin.
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
            "With a cookie, changes are accepted from our own pages only.",
            hint="API clients use Authorization: Bearer.",
        )


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def from_this_machine(request: Request) -> bool:
    """Return whether the request comes from this machine and was not forwarded by a proxy."""
    if request.scope.get(OPERATOR):
        return True
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def source_of(request: Request) -> Source:
    """Return the network source of a sign-in attempt."""
    address = request.client.host if request.client else ""
    return Source(address=address, agent=request.headers.get("user-agent", "")[:200])


async def _anybody(
    request: Request, _bearer: Annotated[object, Depends(_BEARER)], _cookie: Annotated[object, Depends(_COOKIE)]
) -> Asker:
    return await asker_of(request)


HalfInDep = Annotated[Asker, Depends(_anybody)]
"""The authenticated user, even if they still have to choose a password or to accept the terms: for sign-in and
sign-out."""


async def _unsaid(request: Request, asker: HalfInDep) -> Asker:
    """Raise OwnPasswordNeeded if the user still has to choose a password. Programs may use the first operator's
    generated password as it is."""
    if asker.principal.person_id and (asker.by_cookie or not asker.is_operator):
        await services_of(request).people.require_own_password(asker.principal)
    return asker


UnsaidDep = Annotated[Asker, Depends(_unsaid)]
"""The authenticated user, even if they still have to accept the terms: for the SIP phone of the client."""


async def _asker(request: Request, asker: UnsaidDep) -> Asker:
    """Raise AcceptanceNeeded for a browser whose user has not accepted the terms. API clients were notified at
    sign-in."""
    if asker.by_cookie:
        await services_of(request).people.require_acceptance(asker.principal)
    return asker


AskerDep = Annotated[Asker, Depends(_asker)]
ServicesDep = Annotated[Services, Depends(services_of)]
TenantQuery = Annotated[
    str | None,
    Query(
        max_length=64,
        pattern=models.REFERENCE,
        description="Tenant, by id or slug. Default: your own; required for operators.",
    ),
]
Cursor = Annotated[
    str | None, Query(max_length=300, pattern=r"^[A-Za-z0-9_=-]+$", description="`next` of the previous page.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="Maximum number of items.")]
Id = Annotated[str, Path(max_length=64, pattern=models.REFERENCE)]


@dataclass(frozen=True, slots=True)
class Reach:
    """The scope of a request: one tenant, and in it everything or, with `only_own`, only what belongs to the user."""

    tenant_id: str
    asker: Asker
    only_own: bool

    def owns(self, person_id: str | None) -> bool:
        """Return whether an object that belongs to this person is in scope."""
        return not self.only_own or (person_id is not None and person_id == self.asker.principal.person_id)


async def reach(services: Services, asker: Asker, tenant: str | None, action: Action) -> Reach:
    """Return the scope in which the user may do `action`. Raise NotFound for a tenant out of reach, Forbidden if the
    role lacks the permission."""
    found = await reach_or_own(services, asker, tenant, action)
    if found.only_own:
        raise Forbidden("Your role does not allow this.", hint="Ask your administrator.")
    return found


async def reach_or_own(services: Services, asker: Asker, tenant: str | None, action: Action) -> Reach:
    """Like `require_access`, but a role without the permission for `action` is limited to its own objects."""
    tenant_id = await _tenant_id(services, asker, tenant)
    if not may(asker.principal, Action.OWN, tenant_id):
        raise no_such_tenant()
    return Reach(tenant_id, asker, only_own=not may(asker.principal, action, tenant_id))


async def _tenant_id(services: Services, asker: Asker, reference: str | None) -> str:
    if reference is None:
        if asker.is_operator:
            raise Invalid("Name the tenant.", hint="Operators pass its id or slug.", field="tenant")
        return asker.principal.tenant_id
    try:
        return (await services.people.tenant(reference)).id
    except NotFound:
        raise no_such_tenant() from None


def no_such_tenant() -> NotFound:
    """Return the same error for a tenant that does not exist and for one the user may not access."""
    return NotFound("There is no such tenant.", hint="See /api/v1/tenants.", field="tenant")


async def tenant_named(services: Services, reference: str | None) -> str | None:
    """Return the id of a tenant named by an unauthenticated peer; an unknown name is returned unchanged.

    The existence of a tenant must not be disclosed: the sign-in then fails exactly as with a wrong password.
    """
    if reference is None:
        return None
    try:
        return (await services.people.tenant(reference)).id
    except NotFound:
        return reference
