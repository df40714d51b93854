"""Dispatches the events of the SIP endpoint. Responses to unauthenticated peers disclose nothing."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import inf

import structlog

from unificx.calls import CallManager
from unificx.core.faults import describe_fault
from unificx.identity import DirectoryCache
from unificx.registrar import Caller, Registrar, RegistrationRejected
from unificx.sip.capabilities import ALLOW, IN_OPTIONS, SUPPORTED
from unificx.sip.endpoint import Endpoint
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import Flow
from unificx.sip.legs import rejection_headers
from unificx.sip.message import Request, Response, respond, unsupported
from unificx.sip.page_mode import ACCEPT
from unificx.sip.transactions.events import DROP, CancelReceived, Event, RequestReceived, ServerKey, StatelessReply
from unificx.sip_server.authenticator import (
    Authenticator,
    CarrierIdentity,
    Challenge,
    DeviceIdentity,
    GuestIdentity,
    Reject,
)
from unificx.sip_server.caller_verifier import CallerVerifier
from unificx.sip_server.extension_states import DIALOG, PRESENCE, ExtensionStates
from unificx.sip_server.mwi import MESSAGE_SUMMARY, MwiNotifier
from unificx.sip_server.ports import RequestSource
from unificx.sip_server.rate_limiter import RateLimiter
from unificx.sip_server.register_handler import RegisterHandler
from unificx.sip_server.subscriptions import Subscriptions, event_package
from unificx.sip_server.text_messages import TextReceiver

log = structlog.get_logger()

EVENT_PACKAGES = (MESSAGE_SUMMARY, DIALOG, PRESENCE)
CAPABILITIES = (("Allow", ALLOW), ("Allow-Events", ", ".join(EVENT_PACKAGES)))
"""Headers by which a phone learns not to try again (RFC 3261 section 20.5, RFC 6665 section 8.2.2)."""
EVENT_METHODS = frozenset(("SUBSCRIBE", "PUBLISH"))
DIALOG_METHODS = frozenset(("BYE", "INFO", "NOTIFY", "PRACK", "REFER", "UPDATE"))
AUTHENTICATED_METHODS = frozenset(("REGISTER", "INVITE", "MESSAGE"))
OPTIONS_REPLY = StatelessReply(200, (*CAPABILITIES, ("Accept", f"application/sdp, {ACCEPT}"), ("Supported", SUPPORTED)))
UNKNOWN_EVENT_REPLY = StatelessReply(489, CAPABILITIES)
NO_DIALOG_REPLY = StatelessReply(481)
EXPIRE_INTERVAL = 10.0
MAX_DELAYED = 1_000


@dataclass(frozen=True, slots=True)
class RequestHandlerDependencies:
    """Dependencies of the request handler. `touched`: ids of the calls that had a step, added by call control."""

    endpoint: Endpoint
    rate_limiter: RateLimiter
    authenticator: Authenticator
    register_handler: RegisterHandler
    registrar: Registrar
    directory: DirectoryCache
    calls: CallManager
    mwi: MwiNotifier
    subscriptions: Subscriptions
    extension_states: ExtensionStates
    touched: set[str]
    texts: TextReceiver
    verifier: CallerVerifier
    on_authenticated: Callable[[Flow], None]
    """Takes the flow of each request over a connection whose sender has proved its identity, or knows one of our
    dialogs."""
    on_lost: Callable[[Flow, float], None]
    """Takes lost connections, after the registrar."""
    sources: tuple[RequestSource, ...] = ()
    """Others that send requests of their own."""


class SipRequestHandler:
    """Handles endpoint events: sends responses, registers devices and starts calls. Never raises, whatever a peer
    sent."""

    def __init__(self, deps: RequestHandlerDependencies) -> None:
        self._deps = deps
        # Owner: the node that received the requests.
        self._delayed: dict[ServerKey, Response] = {}
        self._due: list[tuple[float, int, ServerKey]] = []
        self._order = count()
        self._expire_at = -inf

    def check(self, request: Request, flow: Flow, now: float) -> object:
        """Decide on a new request (`events.CheckRequest`), before it has a transaction.

        A request gets a transaction only if its credentials were checked, so that a retransmission does not count as a
        second attempt. All others are answered statelessly: their source may be forged, a flood of them uses no memory,
        and the rejection of an INVITE is not retransmitted.
        """
        try:
            reply = self._unauthenticated_reply(request)
            if reply is not None:
                return reply if self._deps.rate_limiter.take_token(flow, request.method, now) else DROP
            if request.to_tag:
                if flow.connection:
                    self._deps.on_authenticated(flow)
                return None
            decision = self._deps.authenticator.check(request, flow, now)
        except RemoteProtocolError as fault:
            decision = Reject(fault.status)
        except Exception as fault:
            log.error("sip_request_failed", **describe_fault(fault))
            decision = Reject(500)
        if not isinstance(decision, Challenge | Reject):
            if flow.connection:
                self._deps.on_authenticated(flow)
            return decision
        self._deps.rate_limiter.take_token(flow, request.method, now)
        if isinstance(decision, Challenge):
            return StatelessReply(decision.status, decision.headers)
        return decision if decision.checked else StatelessReply(decision.status)

    def handle(self, event: Event, now: float) -> None:
        """Handle one event of the endpoint."""
        if not isinstance(event, RequestReceived):
            self._dispatch(event, now)
            return
        try:
            self._handle_request(event, now)
        except RemoteProtocolError as fault:
            is_registration = isinstance(fault, RegistrationRejected)
            headers = fault.headers if is_registration else rejection_headers(fault, event.request)
            self._respond(event.key, event.request, fault.status, now, reason=fault.reason, headers=headers)
        except Exception as fault:
            log.error("sip_request_failed", **describe_fault(fault))
            self._respond(event.key, event.request, 500, now)

    def connection_lost(self, flow: Flow, now: float) -> None:
        """Handle a lost connection."""
        self._deps.registrar.connection_lost(flow, now)
        self._deps.on_lost(flow, now)

    def page_closed(self, flow: Flow, now: float) -> None:
        """Handle the end of a page that had calls over this connection."""
        self._deps.calls.page_closed(flow, now)

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        touched, subscriptions = self._deps.touched, self._deps.subscriptions
        if touched and subscriptions:
            return -inf
        touched.clear()
        delayed_due = self._due[0][0] if self._due else inf
        deadlines = self._deps.calls.deadline(), self._deps.mwi.deadline(), subscriptions.deadline()
        sources = [source.deadline() for source in self._deps.sources]
        return min(self._expire_at, delayed_due, *deadlines, *sources)

    def timer(self, now: float) -> None:
        """Send delayed responses, expire registrations, run the timers of calls and subscriptions, and notify the
        watchers of calls that had a step: one timer after it, so that steps in a row are combined."""
        while self._due and self._due[0][0] <= now:
            _, _, key = heapq.heappop(self._due)
            response = self._delayed.pop(key, None)
            if response is not None:
                self._deps.endpoint.respond(key, response, now)
        if now >= self._expire_at:
            self._expire_at = now + EXPIRE_INTERVAL
            self._deps.registrar.expire(now)
        for part in (self._deps.calls, self._deps.mwi, self._deps.subscriptions, *self._deps.sources):
            if now >= part.deadline():
                self._guarded(part.timer, now)
        if self._deps.touched and self._deps.subscriptions:
            self._guarded(self._deps.extension_states.calls_changed, now)

    # ---- internals

    @staticmethod
    def _guarded(timer: Callable[[float], None], now: float) -> None:
        try:
            timer(now)
        except Exception as fault:
            log.error("sip_timer_failed", **describe_fault(fault))

    def _dispatch(self, event: Event, now: float) -> None:
        """Pass on an event other than a request, unless it cancels an INVITE that only this area knows: one whose
        rejection is delayed, or whose signature is being verified."""
        if isinstance(event, CancelReceived):
            rejection = self._delayed.pop(event.key, None)
            if rejection is not None:
                self._deps.endpoint.respond(event.key, rejection, now)
                return
            waiting = self._deps.verifier.cancelled(event.key)
            if waiting is not None:
                self._respond(event.key, waiting, 487, now)
                return
        try:
            self._pass_on(event, now)
        except Exception as fault:
            log.error("sip_event_failed", event_kind=type(event).__name__, **describe_fault(fault))

    def _pass_on(self, event: Event, now: float) -> None:
        deps = self._deps
        if deps.calls.event(event, now) or deps.subscriptions.event(event, now) or deps.mwi.event(event, now):
            return
        _ = any(source.event(event, now) for source in deps.sources)

    def _handle_request(self, event: RequestReceived, now: float) -> None:
        if event.request.to_tag:
            self._pass_on(event, now)
            return
        match event.decision:
            case DeviceIdentity() as identity:
                self._admit(event, identity, now)
            case CarrierIdentity(trunks):
                self._deps.verifier.receive(event, trunks, now)
            case GuestIdentity(call):
                self._deps.calls.incoming_outside(event.key, event.request, event.flow, call, now)
            case Reject(status, delay):
                self._reject(event, status, delay, now)
            case _:
                raise TypeError("a request without a decision")

    def _unauthenticated_reply(self, request: Request) -> StatelessReply | None:
        """Return the response that does not depend on the sender; None if authentication is required or the dialog is
        known."""
        method = request.method
        if request.to_tag:
            is_known = self._deps.calls.has_dialog_of(request) or self._deps.subscriptions.knows(request)
            return None if is_known else NO_DIALOG_REPLY
        if method in AUTHENTICATED_METHODS or (method == "SUBSCRIBE" and event_package(request) in EVENT_PACKAGES):
            return None
        if method == "OPTIONS":
            return _options_reply(request)
        if method in EVENT_METHODS:
            return UNKNOWN_EVENT_REPLY
        if method in DIALOG_METHODS:
            return NO_DIALOG_REPLY
        return StatelessReply(501, CAPABILITIES)

    def _admit(self, event: RequestReceived, identity: DeviceIdentity, now: float) -> None:
        request = event.request
        if request.method == "REGISTER":
            tag = self._deps.endpoint.new_tag()
            response = self._deps.register_handler.register(identity, request, event.flow, now, to_tag=tag)
            self._deps.endpoint.respond(event.key, response, now)
        elif request.method == "SUBSCRIBE":
            is_mwi = event_package(request) == MESSAGE_SUMMARY
            notifier = self._deps.mwi if is_mwi else self._deps.extension_states
            notifier.subscribe(event, identity.device, now)
        elif request.method == "MESSAGE":
            self._deps.texts.receive(event, identity.device)
        else:
            extension = identity.extension
            caller = Caller.of(extension, identity.device.device_id, self._deps.directory.display_name(extension))
            self._deps.calls.incoming(event.key, request, event.flow, caller, now)

    def _reject(self, event: RequestReceived, status: int, delay: float, now: float) -> None:
        """Reject a request, after `delay` seconds if not too many responses are delayed already."""
        if not delay or len(self._due) >= MAX_DELAYED:
            self._respond(event.key, event.request, status, now)
            return
        self._delayed[event.key] = respond(event.request, status, to_tag=self._deps.endpoint.new_tag())
        heapq.heappush(self._due, (now + delay, next(self._order), event.key))

    def _respond(
        self,
        key: ServerKey,
        request: Request,
        status: int,
        now: float,
        *,
        reason: str = "",
        headers: ExtraHeaders = (),
    ) -> None:
        tag = self._deps.endpoint.new_tag()
        self._deps.endpoint.respond(key, respond(request, status, reason, to_tag=tag, headers=headers), now)


def _options_reply(request: Request) -> StatelessReply:
    """Return the response to OPTIONS: 200, or 420 if it requires an extension we do not have (RFC 3261 8.2.2.3)."""
    unknown = unsupported(request, IN_OPTIONS)
    return StatelessReply(420, (("Unsupported", unknown),)) if unknown else OPTIONS_REPLY
