"""Dispatches the events of the SIP endpoint. Responses to unauthenticated peers disclose nothing."""

import heapq
from dataclasses import dataclass
from itertools import count
from math import inf

import structlog

from unificx.identity import DirectoryCache
from unificx.registrar import Caller, Registrar, RegistrationRefused
from unificx.sip.endpoint import Endpoint
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond
from unificx.sip.transactions.events import CancelReceived, Event, RequestReceived, ServerKey
from unificx.sip.transactions.server_transactions import DROP, StatelessReply
from unificx.sip_server.authenticator import Identifier, Impostor, Known, Stranger
from unificx.sip_server.mwi import EVENT, Lamps
from unificx.sip_server.ports import TakesCalls
from unificx.sip_server.rate_limiter import Guard, Verdict
from unificx.sip_server.register_handler import RegisterDesk

log = structlog.get_logger()

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, PRACK, UPDATE, REFER, SUBSCRIBE"
SUPPORTED = "path, outbound, 100rel, timer, replaces, norefersub"
ABOUT_EVENTS = frozenset(("SUBSCRIBE", "PUBLISH", "NOTIFY"))
PROOFS = {"REGISTER": "authorization", "INVITE": "proxy-authorization", "SUBSCRIBE": "proxy-authorization"}
"""Header with the credentials, for the methods that require authentication."""
INSIDE_ONLY = frozenset(("BYE", "INFO", "PRACK", "REFER", "UPDATE"))
ELSEWHERE = frozenset(("MESSAGE",))
SWEEP_EVERY = 10.0
MOST_KEPT_BACK = 1_000


@dataclass(frozen=True, slots=True)
class Parts:
    """Dependencies of the request handler."""

    endpoint: Endpoint
    guard: Guard
    identifier: Identifier
    desk: RegisterDesk
    registrar: Registrar
    directory: DirectoryCache
    calls: TakesCalls
    lamps: Lamps


class SipFace:
    """Handles endpoint events: sends responses, registers devices and starts calls. Never raises, whatever a peer
    sent."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._kept_back: dict[ServerKey, Response] = {}
        self._due: list[tuple[float, int, ServerKey]] = []
        self._order = count()
        self._sweep_at = -inf
        parts.endpoint.set_prefilter(self.door)

    def door(self, request: Request, flow: Flow, now: float) -> StatelessReply | None:
        """Prefilter: answer statelessly, so that a flood from unauthenticated peers uses no memory: requests without
        credentials, requests that need none, and requests in unknown dialogs."""
        try:
            answer = self._without_proof(request)
            if answer is not None:
                return answer if self._parts.guard.spend(flow, request.method, now) else DROP
            proof = PROOFS[request.method] if not request.to.tag else ""
            if not proof or flow.is_websocket or proof in request.by_name:
                return None
            return self._turn_away(request, flow, now)
        except Exception as fault:
            log.error("sip_request_failed", **where(fault))
            return 500, ()

    def handle(self, event: Event, now: float) -> None:
        """Handle one event of the endpoint."""
        if not isinstance(event, RequestReceived):
            self._pass_on(event, now)
            return
        try:
            self._request(event, now)
        except RemoteProtocolError as fault:
            headers = fault.headers if isinstance(fault, RegistrationRefused) else ()
            self._answer(event.key, event.request, fault.status, now, reason=fault.reason, headers=headers)
        except Exception as fault:
            log.error("sip_request_failed", **where(fault))
            self._answer(event.key, event.request, 500, now)

    def lost(self, flow: Flow, now: float) -> None:
        """Handle a lost connection."""
        self._parts.registrar.connection_lost(flow, now)

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        kept_back = self._due[0][0] if self._due else inf
        return min(self._sweep_at, kept_back, self._parts.calls.deadline(), self._parts.lamps.deadline())

    def timer(self, now: float) -> None:
        """Send delayed responses, expire registrations and run the timers of calls and MWI."""
        while self._due and self._due[0][0] <= now:
            _, _, key = heapq.heappop(self._due)
            response = self._kept_back.pop(key, None)
            if response is not None:
                self._parts.endpoint.respond(key, response, now)
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY
            self._parts.registrar.expire(now)
        for part in (self._parts.calls, self._parts.lamps):
            if now >= part.deadline():
                try:
                    part.timer(now)
                except Exception as fault:
                    log.error("sip_timer_failed", **where(fault))

    # ---- internals

    def _pass_on(self, event: Event, now: float) -> None:
        """Pass on an event other than a request, to the calls or to MWI."""
        if isinstance(event, CancelReceived):
            refusal = self._kept_back.pop(event.key, None)
            if refusal is not None:
                self._parts.endpoint.respond(event.key, refusal, now)
                return
        try:
            _ = self._parts.calls.event(event, now) or self._parts.lamps.event(event, now)
        except Exception as fault:
            log.error("sip_event_failed", event_kind=type(event).__name__, **where(fault))

    def _request(self, event: RequestReceived, now: float) -> None:
        if event.request.to.tag:
            _ = self._parts.calls.event(event, now) or self._parts.lamps.event(event, now)
            return
        self._parts.guard.spend(event.flow, event.request.method, now)
        self._authenticate(event, now)

    def _without_proof(self, request: Request) -> StatelessReply | None:
        """Return the response that does not depend on the sender; None if authentication is required or the dialog is
        known."""
        method = request.method
        if request.to.tag:
            return None if self._parts.calls.has_dialog_of(request) or self._parts.lamps.knows(request) else (481, ())
        if method in ("REGISTER", "INVITE") or (method == "SUBSCRIBE" and _package(request) == EVENT):
            return None
        if method == "OPTIONS":
            return 200, (("Allow", ALLOW), ("Accept", "application/sdp"), ("Supported", SUPPORTED))
        if method in ABOUT_EVENTS:
            return 489, (("Allow-Events", EVENT),)
        if method in INSIDE_ONLY:
            return 481, ()
        return 405 if method in ELSEWHERE else 501, (("Allow", ALLOW),)

    def _turn_away(self, request: Request, flow: Flow, now: float) -> StatelessReply | None:
        guard = self._parts.guard
        name = request.from_.uri.decoded_user
        if (
            not self._parts.identifier.serves(request)
            or guard.verdict(flow, name, now, claimed=False) is Verdict.REFUSE
        ):
            return None
        guard.spend(flow, request.method, now)
        return self._challenge(request, flow, now)

    def _authenticate(self, event: RequestReceived, now: float) -> None:
        """Authenticate a REGISTER, INVITE or SUBSCRIBE outside a dialog, independent of the target."""
        request, flow = event.request, event.flow
        guard, identifier = self._parts.guard, self._parts.identifier
        if not identifier.serves(request):
            self._answer(event.key, request, 404, now)
            return
        credentials = identifier.credentials(request)
        name = request.from_.uri.decoded_user if credentials is None else credentials.get("username")
        if guard.verdict(flow, name, now, claimed=credentials is not None) is Verdict.REFUSE:
            self._answer(event.key, request, 403, now)
            return
        who = identifier.bearer(request, flow, now) if flow.is_websocket else None
        if who is None:
            who = Stranger() if credentials is None else identifier.identify(request, credentials, flow, now)
        match who:
            case Known():
                self._admit(event, who, now)
            case Impostor():
                self._refuse(event, guard.failed(flow, name, now), now)
            case Stranger(stale):
                status, headers = self._challenge(request, flow, now, stale=stale)
                self._answer(event.key, request, status, now, headers=headers)

    def _challenge(self, request: Request, flow: Flow, now: float, *, stale: bool = False) -> tuple[int, Headers]:
        """Return status and headers of a challenge."""
        status, name = (401, "WWW-Authenticate") if request.method == "REGISTER" else (407, "Proxy-Authenticate")
        values = self._parts.identifier.challenge(request, flow, now, stale=stale)
        return status, tuple([(name, value) for value in values])

    def _admit(self, event: RequestReceived, who: Known, now: float) -> None:
        device = who.device
        extension = self._parts.directory.extension_by_id(device.extension_id)
        called = self._parts.directory.tenant_by_domain(event.request.target.host)
        if extension is None or (called is not None and called.id != device.tenant_id):
            self._answer(event.key, event.request, 403, now)
            return
        self._parts.guard.succeeded(event.flow, (device.username, extension.number), now)
        if event.request.method == "REGISTER":
            tag = self._parts.endpoint.new_tag()
            response = self._parts.desk.register(who, event.request, event.flow, now, to_tag=tag)
            self._parts.endpoint.respond(event.key, response, now)
            return
        if event.request.method == "SUBSCRIBE":
            self._parts.lamps.subscribe(event.key, event.request, event.flow, device, now)
            return
        caller = Caller(
            tenant_id=device.tenant_id,
            extension_id=extension.id,
            device_id=device.device_id,
            subject=extension.subject,
            number=extension.number,
            name=self._parts.directory.display_name(extension),
        )
        self._parts.calls.incoming(event.key, event.request, event.flow, caller, now)

    def _refuse(self, event: RequestReceived, after: float, now: float) -> None:
        """Reject wrong credentials with 403, with a delay that grows with the number of failures."""
        if not after or len(self._due) >= MOST_KEPT_BACK:
            self._answer(event.key, event.request, 403, now)
            return
        self._kept_back[event.key] = respond(event.request, 403, to_tag=self._parts.endpoint.new_tag())
        heapq.heappush(self._due, (now + after, next(self._order), event.key))

    def _answer(
        self,
        key: ServerKey,
        request: Request,
        status: int,
        now: float,
        *,
        reason: str = "",
        headers: Headers = (),
    ) -> None:
        tag = self._parts.endpoint.new_tag()
        self._parts.endpoint.respond(key, respond(request, status, reason, to_tag=tag, headers=headers), now)


def _package(request: Request) -> str:
    """Return the event package of a SUBSCRIBE."""
    return (request.first("event") or "").partition(";")[0].strip().lower()


def where(fault: BaseException) -> dict[str, str]:
    """Return the loggable parts of an exception: its type and location. Its text may contain personal data."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"
    return {"kind": type(fault).__name__, "place": place}
