"""Authentication and authorization of API requests. Every route calls this module before it reads or changes
anything."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from unificx.api.acts import declare_change, is_administrative
from unificx.api.middleware import OPERATOR_SCOPE_KEY, Scope
from unificx.api.schemas import core as models
from unificx.api.services import Services, services_of
from unificx.api.support_consent import require_consent
from unificx.conferencing import GUEST_MARK, Guest
from unificx.core.access import ANONYMOUS, OPERATOR, Access, state_access, stated_access, stating, watch_access
from unificx.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from unificx.identity import OPERATOR_SLUG, TOKEN_MARK, Action, Principal, Role, Source, is_assistant, may, reaches

COOKIE = "__Host-unificx"
"""The prefix makes browsers require `Secure`, this host only and the path `/` (RFC 6265bis section 4.1.3)."""

REFRESH_COOKIE, REFRESH_PATH = "__Secure-unificx-refresh", "/api/v1/sessions/refresh"
"""Sent to this path only, so that the longer-lived secret is part of as few requests as possible."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class _Bearer(HTTPBearer):
    """Describes the token, which `authenticate_request` reads."""

    async def __call__(self, request: HTTPConnection) -> None:
        del request


class _Cookie(APIKeyCookie):
    """Describes the cookie, which `authenticate_request` reads."""

    async def __call__(self, request: HTTPConnection) -> None:
        del request


_BEARER = _Bearer(auto_error=False, scheme_name="bearer", description="For API clients.")
_COOKIE = _Cookie(name=COOKIE, auto_error=False, scheme_name="cookie", description="For browsers.")


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The authenticated user and their token; the token is "" on the control socket."""

    principal: Principal
    token: str = field(default="", repr=False)
    authenticated_by_cookie: bool = False
    """Authenticated by cookie: the request comes from our own pages, so from a person at a screen."""

    @property
    def is_operator(self) -> bool:
        """Whether the user may name any tenant, and has to name one. An API key has a tenant of its own."""
        return self.principal.role is Role.OPERATOR and not self.principal.key_id

    def is_person(self, person_id: str | None) -> bool:
        """Return whether this is the id of the user; an operator on the control socket has none."""
        return bool(person_id) and person_id == self.principal.person_id


class RoutePurpose:
    """Dependency of a router or route: states the purpose for which its requests open personal data. That of a route
    replaces the purpose of its router."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        Access(purpose, ANONYMOUS)  # checks the purpose at import

    async def __call__(self, request: Request) -> None:
        state_access(access_of(request, self.purpose))


def purpose(name: str) -> Any:
    """Return the dependency that states this purpose, for `dependencies=` of a router or route."""
    return Depends(RoutePurpose(name))


def access_of(request: Request, purpose: str) -> Access:
    """Return the access of a request for a purpose; its actor is the user, if already authenticated, or the
    administrator who has made the access of the user."""
    user: CurrentUser | None = getattr(request.state, "user", None)
    if user is None:
        return Access(purpose, ANONYMOUS)
    principal = user.principal
    actor = principal.by if principal.is_substitute else principal.person_id or principal.maker_id or OPERATOR
    return Access(purpose, actor, principal.tenant_id)


async def authenticate_request(request: Request) -> CurrentUser:
    """Return the authenticated user of a request, from now on the actor of its access. Raise Unauthenticated, or
    Forbidden for a cookie sent on behalf of another site."""
    user = getattr(request.state, "user", None)
    if user is None:
        with stating(Access("authentication", ANONYMOUS)):
            user = request.state.user = await _authenticate(request)
        if (access := stated_access()) is not None:
            state_access(access_of(request, access.purpose))
        if user.principal.is_substitute:
            watch_access(services_of(request).accesses.note)
    return user


async def _authenticate(request: Request) -> CurrentUser:
    identity = services_of(request).identity
    if request.scope.get(OPERATOR_SCOPE_KEY):
        tenant = await identity.tenants.get(OPERATOR_SLUG)
        return CurrentUser(Principal(person_id="", tenant_id=tenant.id, role=Role.OPERATOR))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise Unauthenticated("Only bearer tokens are accepted.", hint="Send `Authorization: Bearer TOKEN`.")
    elif token := request.cookies.get(COOKIE, ""):
        reject_cross_site(request)
    if not token:
        raise Unauthenticated("Not signed in.", hint="Sign in at /api/v1/sessions.")
    user = CurrentUser(await identity.authenticate(token.strip()), token.strip(), authenticated_by_cookie=not scheme)
    path = request.scope["path"]
    if user.principal.key_id:
        _require_open_to_assistants(user.principal, request.scope)
        _require_open_to_keys(user.principal, path)
    if user.principal.is_substitute and _PRIVATE.fullmatch(path):
        raise NotThePerson(
            "Another person made this access, so it opens no recordings and messages.",
            hint="Confirm your identity with your own password or second factor, or choose a password of your own.",
        )
    return user


async def authenticate_key(request: Request, key: str) -> CurrentUser:
    """Return the user of an API key that was sent as a password, from now on the actor of the request's access. Raise
    Unauthenticated."""
    if not key.startswith(TOKEN_MARK):
        raise Unauthenticated("Not signed in.", hint="Use an API key as the password.")
    with stating(Access("authentication", ANONYMOUS)):
        principal = await services_of(request).identity.authenticate(key)
    _require_open_to_assistants(principal, request.scope)
    user = request.state.user = CurrentUser(principal, key)
    if (access := stated_access()) is not None:
        state_access(access_of(request, access.purpose))
    if principal.is_substitute:
        watch_access(services_of(request).accesses.note)
    return user


_PRIVATE = re.compile(
    r"/api/v1/(?:(?:recordings|voicemail)/(?!settings$).+|(?:conversations|me/chat-device|attachments)(?:/.*)?)"
)
"""Paths closed to access that another person has made for the user, until the user has proved their identity."""


class NotThePerson(Forbidden):
    """The user has not proved that they, and not the maker of the access, are the caller."""

    code = "not_the_person"


_CREDENTIALS = re.compile(
    r"/api/v1/(?:api-keys|roles|erasures|sessions|sign-in|sign-in-codes|invitations|recoveries|push"
    r"|access-copies|me/(?:access-copies|password|factors|recovery-codes|passkeys|proofs|acceptances|policy"
    r"|policy-acceptances|consents|single-sign-on|push|sip-access|reachable)"
    r"|persons/[^/]+/(?:password|one-time-password|factors|erasure|access-copies|roles)|recordings/[^/]+/erase"
    r"|tenants/[^/]+/single-sign-on)(?:/.*)?"
)
"""Paths closed to API keys: with new credentials they could exceed their scopes or outlive their revocation, and an
erasure, which cannot be undone, requires a proof of identity."""
_OWN = re.compile(r"/api/v1/me/.+")


ASSISTANT_SCOPE_KEY = "unificx.assistant"
"""Key in the ASGI scope of requests that come from a tool of an assistant: it cannot be set by a request."""
_ASSISTANT_PATH = "/mcp"


def _require_open_to_assistants(principal: Principal, scope: Scope) -> None:
    """Raise Forbidden if the key of an assistant is used for anything but its tools."""
    if is_assistant(principal) and scope["path"] != _ASSISTANT_PATH and not scope.get(ASSISTANT_SCOPE_KEY):
        raise Forbidden("The key of an assistant opens its tools only.", hint="Use it at /mcp.")


def _require_open_to_keys(principal: Principal, path: str) -> None:
    if _CREDENTIALS.fullmatch(path):
        raise Forbidden("API keys cannot be used for this.", hint="Sign in as a user.")
    if _OWN.fullmatch(path):
        require_own(principal)


def require_own(principal: Principal) -> None:
    """Raise Forbidden for an API key that does not give access to what belongs to its user."""
    if not may(principal, Action.OWN, principal.tenant_id):
        raise _scope_missing()


def _scope_missing() -> Forbidden:
    return Forbidden("The scopes of this API key do not allow this.", hint="Create a key with the scope it needs.")


def reject_cross_site(request: Request) -> None:
    """Raise Forbidden if a browser may have sent this request on behalf of another site (CSRF).

    Browsers report the initiator in Sec-Fetch-Site (W3C Fetch Metadata), older ones only in Origin.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        same_origin = site == "same-origin"
    else:
        same_origin = _host_of(request.headers.get("origin", "")) == request.headers.get("host", "") != ""
    if not same_origin:
        raise Forbidden(
            "With a cookie, changes are accepted from our own pages only.",
            hint="API clients use Authorization: Bearer.",
        )


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


PROXY_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via")
"""Headers of a request that a proxy on this machine has forwarded."""


def is_local_request(request: Request) -> bool:
    """Return whether the request comes from this machine and was not forwarded by a proxy."""
    if request.scope.get(OPERATOR_SCOPE_KEY):
        return True
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def source_of(request: Request) -> Source:
    """Return the network source of a sign-in attempt."""
    address = request.client.host if request.client else ""
    return Source(address=address, agent=request.headers.get("user-agent", "")[:200])


async def _authenticated_user(
    request: Request, _bearer: Annotated[object, Depends(_BEARER)], _cookie: Annotated[object, Depends(_COOKIE)]
) -> CurrentUser:
    return await authenticate_request(request)


AuthenticatedUserDep = Annotated[CurrentUser, Depends(_authenticated_user)]
"""The authenticated user, even if they still have to choose a password or to accept the terms: for sign-in and
sign-out."""


async def _user_with_password(request: Request, user: AuthenticatedUserDep) -> CurrentUser:
    """Raise OwnPasswordNeeded if the user still has to choose a password. Programs may use the first operator's
    generated password as it is."""
    principal = user.principal
    if principal.key_id:
        return user
    if principal.person_id and (user.authenticated_by_cookie or not user.is_operator):
        with stating(access_of(request, "authentication")):
            await services_of(request).identity.passwords.require_own(principal)
    return user


UserWithPasswordDep = Annotated[CurrentUser, Depends(_user_with_password)]
"""The authenticated user, even if they still have to accept the terms: for the SIP phone of the client."""


async def _user_with_acceptance(request: Request, user: UserWithPasswordDep) -> CurrentUser:
    """Raise AcceptanceRequired for a browser whose user has not accepted the terms; API clients were notified at
    sign-in. Raise ConsentRequired for every session whose user has not answered a significant version of the policy."""
    acceptances = services_of(request).identity.acceptances
    with stating(access_of(request, "authentication")):
        if user.authenticated_by_cookie:
            await acceptances.require(user.principal)
        elif user.principal.session_id:
            await acceptances.require_consent(user.principal)
    return user


CurrentUserDep = Annotated[CurrentUser, Depends(_user_with_acceptance)]


def _guest_of(request: Request) -> Guest | None:
    """Return the guest whose token a request has; None if it is not such a token. Raise Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.startswith(GUEST_MARK):
        return None
    guest = services_of(request).guests.find(token.strip())
    if guest is None:
        raise Unauthenticated("You are no longer a guest of this meeting.", hint="Open the link again.")
    return guest


async def _guest(request: Request, _bearer: Annotated[object, Depends(_BEARER)]) -> Guest:
    guest = _guest_of(request)
    if guest is None:
        raise Unauthenticated("This is for guests of a meeting.", hint="Open the link of the meeting.")
    return guest


GuestDep = Annotated[Guest, Depends(_guest)]
"""A guest of a meeting, whose token opens one room and nothing else."""


async def _attendee(
    request: Request, _bearer: Annotated[object, Depends(_BEARER)], _cookie: Annotated[object, Depends(_COOKIE)]
) -> CurrentUser | Guest:
    guest = _guest_of(request)
    if guest is not None:
        return guest
    user = await _user_with_password(request, await authenticate_request(request))
    return await _user_with_acceptance(request, user)


AttendeeDep = Annotated[CurrentUser | Guest, Depends(_attendee)]
"""A user, or a guest of a meeting: for what both do in a meeting."""


async def _services(request: Request) -> Services:
    return services_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
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
class AccessScope:
    """The scope of a request: one tenant, and in it everything or, with `only_own`, only what belongs to the user."""

    tenant_id: str
    user: CurrentUser
    only_own: bool

    def owns(self, person_id: str | None) -> bool:
        """Return whether an object that belongs to this person is in scope."""
        return not self.only_own or self.user.is_person(person_id)


async def require_access(services: Services, user: CurrentUser, tenant: str | None, action: Action) -> AccessScope:
    """Return the scope in which the user may do `action`. Raise NotFound for a tenant out of reach, Forbidden if the
    role lacks the permission."""
    found = await require_access_or_own(services, user, tenant, action)
    if found.only_own:
        if user.principal.key_id:
            raise _scope_missing()
        raise Forbidden("Your role does not allow this.", hint="Ask your administrator.")
    return found


async def require_access_or_own(
    services: Services, user: CurrentUser, tenant: str | None, action: Action
) -> AccessScope:
    """Like `require_access`, but a role without the permission for `action` is limited to its own objects.

    Raise SupportAccessNeeded for staff of the operator without the consent of the tenant."""
    tenant_id = await _tenant_id(services, user, tenant)
    if not reaches(user.principal, tenant_id):
        raise _no_such_tenant()
    only_own = not may(user.principal, action, tenant_id)
    if only_own:
        require_own(user.principal)
    else:
        await require_consent(services, user.principal, tenant_id, action)
        declare_change(services.identity, user.principal, tenant_id, action)
        if is_administrative(action):
            watch_access(services.accesses.note)
    return AccessScope(tenant_id, user, only_own=only_own)


async def require_operator(services: Services, user: CurrentUser, action: Action) -> None:
    """Raise Forbidden unless the user is an operator who may do `action` on the whole installation."""
    if user.principal.role is not Role.OPERATOR:
        raise Forbidden("Your role does not allow this.", hint="Ask an operator.")
    await require_access(services, user, user.principal.tenant_id, action)


async def _tenant_id(services: Services, user: CurrentUser, reference: str | None) -> str:
    if reference is None:
        if user.is_operator:
            raise Invalid("Name the tenant.", hint="Operators pass its id or slug.", field="tenant")
        return user.principal.tenant_id
    try:
        return (await services.identity.tenants.get(reference)).id
    except NotFound:
        raise _no_such_tenant() from None


def _no_such_tenant() -> NotFound:
    """Return the same error for a tenant that does not exist and for one the user may not access."""
    return NotFound("There is no such tenant.", hint="See /api/v1/tenants.", field="tenant")


async def resolve_tenant(services: Services, reference: str | None) -> str | None:
    """Return the id of a tenant named by an unauthenticated peer; an unknown name is returned unchanged.

    The existence of a tenant must not be disclosed: the sign-in then fails exactly as with a wrong password.
    """
    if reference is None:
        return None
    try:
        return (await services.identity.tenants.get(reference)).id
    except NotFound:
        return reference
