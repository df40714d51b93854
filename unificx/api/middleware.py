"""ASGI middleware for all requests: body limits, security headers, handling of internal errors, metrics."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi.responses import JSONResponse

from unificx.api.acts import request_act
from unificx.api.metrics import HttpMetrics
from unificx.api.problems import PayloadTooLarge, RequestTimeout, incident_response, log_incident, refusal_response
from unificx.api.scim import errors as scim
from unificx.contacts import MAX_PICTURE_BYTES
from unificx.core.access import stated_access, stating
from unificx.core.clock import Clock
from unificx.core.errors import DomainError, ServiceUnavailable, StorageFull
from unificx.core.phrases import Phrase
from unificx.db import is_full, is_overloaded, is_unreachable
from unificx.privacy import AccessLog, Act, AuditLog

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 256 * 1024
"""Maximum request body in bytes; the largest regular body is a few hundred bytes."""
BODY_SECONDS = 20.0
"""Seconds within which a body has to arrive."""
UPLOAD_SECONDS = 120.0
MAX_SOUND, MAX_RATE_DECK, MAX_CONTACT_FILE, MAX_ACCESS_COPY = 10 << 20, 64 << 20, 10 << 20, 128 << 20
MAX_PEOPLE_FILE = 8 << 20
"""Limits of uploads. Only the route reads them, after authentication."""
_UPLOADS = {
    re.compile(r"/api/v1/(?:mailboxes/[^/]+/greetings|sounds/[^/]+/[^/]+)/[^/]+\Z"): MAX_SOUND,
    re.compile(r"/api/v1/billing/rate-decks/[^/]+/rates\Z"): MAX_RATE_DECK,
    re.compile(r"/api/v1/contacts/(?:import|copies)\Z"): MAX_CONTACT_FILE,
    re.compile(r"/api/v1/me/import\Z"): MAX_ACCESS_COPY,
    re.compile(r"/api/v1/(?:me|contacts/[^/]+)/picture\Z"): MAX_PICTURE_BYTES,
    re.compile(r"/dav/books/[^/]+/[^/]+\Z"): MAX_CONTACT_FILE,
}
"""Maximum bytes of an upload, by its path."""

MAX_FILE_PART, FILE_PART_SECONDS = 2 << 30, 600.0
"""Limits of a part of a file, which the route writes while it arrives; what has arrived in time is stored."""
_FILE_PARTS = re.compile(r"/api/v1/attachments/[^/]+\Z")

OPERATOR_SCOPE_KEY = "unificx.operator"
"""Key in the ASGI scope set only by `as_operator`: it cannot be set by a request."""

_CREATES_DATA = re.compile(
    r"POST /api/v1/(?:tenants|persons|invitations|api-keys|webhooks|extensions|devices|rooms|groups|hours|menus|queues"
    r"|meetings|meetings/[^/]+/(?:guest-links|invitations)|me/calendar|trunks|locations|numbers|numbers/(?:range|import)|routes|blocks|mailboxes|calls|me/diagnostics-reports|me/requests(?:/[^/]+/messages)?|people/import"
    r"|campaigns(?:/[^/]+/send)?|privacy-requests(?:/[^/]+/(?:disclosures|notes))?"
    r"|people/[^/]+/extensions|billing/(?:rate-decks|payments|card-payments|refunds|invoices|invoice-runs|direct-debits)|contacts|plans|resellers"
    r"|reseller/tenants"
    r"|suspensions/review"
    r"|rooms/[^/]+/(?:invitations|meeting/recording))"
    r"|PUT /api/v1/(?:billing/(?:rate-decks/[^/]+/rates|details)|contacts/(?:import|copies|[^/]+/picture))"
    r"|PUT /api/v1/me/(?:import|picture)"
    r"|PUT /dav/books/.+|POST /scim/v2/(?:Users|Groups)"
    r"|POST /api/v1/attachments|PATCH /api/v1/attachments/[^/]+"
    r"|PUT /api/v1/(?:mailboxes/[^/]+/greetings/[^/]+|sounds/[^/]+/[^/]+/[^/]+)(?:/text)?"
)
"""Requests rejected while storage is full. All others continue: sign-in, SIP, changes of existing objects, pausing and
stopping recordings, suspending, and erasing, which frees space.
"""
_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cache-control", b"no-store"),
)
"""Headers of each response that does not set them itself."""
_TLS_HEADERS = (*_SECURITY_HEADERS, (b"strict-transport-security", b"max-age=31536000"))


def as_operator(app: App) -> App:
    """Wrap `app` so that every request has operator rights: for a socket only the owner can open."""

    async def trusted(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, OPERATOR_SCOPE_KEY: True}, receive, send)

    return trusted


class ApiMiddleware:
    """ASGI middleware around the API and its pages."""

    def __init__(
        self,
        app: App,
        *,
        clock: Clock,
        metrics: HttpMetrics,
        audit: AuditLog,
        accesses: AccessLog,
        full: Callable[[], bool],
    ) -> None:
        self._app = app
        self._clock = clock
        self._metrics = metrics
        self._audit = audit
        self._accesses = accesses
        self._is_storage_full = full

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with request_act(scope) as act, stating(None):
            await self._handle(scope, receive, send, act)

    async def _handle(self, scope: Scope, receive: Receive, send: Send, act: Act) -> None:
        started = self._clock.monotonic()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                await self._settle(act, message["status"])
                status = message["status"]
                _add_security_headers(message, secure=scope.get("scheme") == "https")
            await send(message)

        try:
            if _CREATES_DATA.fullmatch(f"{scope['method']} {scope['path']}") and self._is_storage_full():
                raise StorageFull("The disk of the server is nearly full.", hint="Ask the operator to free disk space.")
            limits = _streaming_limits(scope)
            body = await _read_body(receive) if limits is None else _limit_body(receive, *limits)
            await self._app(scope, body, send_with_headers)
            await self._store_accesses()  # of data that was opened while the answer was sent
        except _ClientDisconnected:
            return
        except DomainError as refusal:
            await _refusal(scope, refusal)(scope, receive, send_with_headers)
        except Exception as fault:
            if (refusal := _outage(fault)) is not None and not status:
                await _refusal(scope, refusal)(scope, receive, send_with_headers)
                return
            incident = self._clock.new_id()
            log_incident(incident, fault, method=scope["method"], route=_route(scope))
            if not status:
                failure = _incident(scope, incident)
                await failure(scope, receive, send_with_headers)
        finally:
            if status:
                seconds = self._clock.monotonic() - started
                self._metrics.count_response(scope["method"], _route(scope), status, seconds)

    async def _settle(self, act: Act, status: int) -> None:
        """Complete the entry of the audit log, and store whose data the user has opened, before the answer is sent. If
        that fails, the request fails."""
        if act.is_over:
            return
        try:
            await self._audit.settle(act, failed=status >= 400)
            await self._store_accesses()
        finally:
            act.is_over = True

    async def _store_accesses(self) -> None:
        if (access := stated_access()) is not None:
            await self._accesses.store(access.actor)


def _outage(fault: Exception) -> DomainError | None:
    """Return the refusal for an error of the machine that an administrator can end."""
    if is_unreachable(fault):
        hint = "Start PostgreSQL, or run `unificx doctor` to find the cause."
        return ServiceUnavailable("The database does not answer.", hint=hint)
    if is_overloaded(fault):
        hint = "Try again later, or run `unificx doctor` to find the cause."
        return ServiceUnavailable("All connections to the database are in use.", hint=hint)
    if is_full(fault):
        return StorageFull("The disk of the server is full.", hint="Ask the operator to free disk space.")
    return None


def _streaming_limits(scope: Scope) -> tuple[int, float] | None:
    """Return the limits, in bytes and seconds, of a body that the route reads; None for one that is read at once."""
    if scope["method"] == "PATCH" and _FILE_PARTS.match(scope["path"]):
        return MAX_FILE_PART, FILE_PART_SECONDS
    if scope["method"] == "POST" and scope["path"] == "/api/v1/people/import":
        return MAX_PEOPLE_FILE, UPLOAD_SECONDS
    if scope["method"] != "PUT":
        return None
    return next(((limit, UPLOAD_SECONDS) for path, limit in _UPLOADS.items() if path.match(scope["path"])), None)


def _is_scim(scope: Scope) -> bool:
    return scope["path"].startswith(f"{scim.ROOT}/")


def _refusal(scope: Scope, refusal: DomainError) -> JSONResponse:
    return scim.refusal(refusal) if _is_scim(scope) else refusal_response(scope, refusal)


def _incident(scope: Scope, incident: str) -> JSONResponse:
    if _is_scim(scope):
        return scim.error_response(500, f"An internal error occurred and was logged as {incident}.")
    return incident_response(scope, incident)


class _ClientDisconnected(Exception):
    """The peer disconnected before the request was complete: no response is sent."""


def _route(scope: Scope) -> str:
    """Return the template of the matched route, such as `/api/v1/persons/{person_id}`."""
    return getattr(scope.get("route"), "path", "none")


def _add_security_headers(message: Message, *, secure: bool) -> None:
    headers = list(message["headers"])
    present = {name for name, _ in headers}
    headers += [each for each in (_TLS_HEADERS if secure else _SECURITY_HEADERS) if each[0] not in present]
    message["headers"] = headers


async def _read_body(receive: Receive) -> Receive:
    """Read the whole body, within the limits, and replay it as one message; later messages pass unchanged."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise _ClientDisconnected
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > MAX_BODY:
                    raise _too_large(MAX_BODY)
                parts.append(chunk)
                if not message.get("more_body", False):
                    message = {"type": "http.request", "body": b"".join(parts), "more_body": False}
                    break
    except TimeoutError:
        raise _too_slow() from None
    first: list[Message] = [message]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _limit_body(receive: Receive, limit: int, seconds: float) -> Receive:
    """Pass the body through in chunks, within the limits; later messages pass unchanged."""
    size, complete, until = 0, False, asyncio.get_running_loop().time() + seconds

    async def bounded() -> Message:
        nonlocal size, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise _too_slow() from None
        if message["type"] != "http.request":
            raise _ClientDisconnected
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
        complete = not message.get("more_body", False)
        return message

    return bounded


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge("The body is too large.", hint=Phrase("At most {} KiB are accepted.", limit // 1024))


def _too_slow() -> RequestTimeout:
    return RequestTimeout("The body did not arrive in time.", hint="Send it again.")
