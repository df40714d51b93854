"""The SIP server in memory and virtual time, and a phone that builds its messages itself."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from unificx.calls import CarrierCall, ExtensionCall, InboundCall
from unificx.cluster import LocalEventBus
from unificx.core.clock import ManualClock
from unificx.db import Key, SpoolFull
from unificx.identity import DeviceAuth, DirectoryCache, Extension, Tenant
from unificx.integrations.caller_certificates import CallerCertificates
from unificx.registrar import Caller, LocationService, Registrar, RegistrarDependencies
from unificx.routing import CodeTables
from unificx.sip.bearer import BearerTokens
from unificx.sip.digest import Nonces, ha1
from unificx.sip.digest_client import response_for
from unificx.sip.endpoint import Endpoint, RequestChecks
from unificx.sip.flow import Flow
from unificx.sip.headers import AuthParams, parse_auth
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip.transactions.events import Event, RequestReceived, ServerKey
from unificx.sip_server import (
    Authenticator,
    AuthenticatorOptions,
    CallerVerifier,
    CheckSync,
    ExtensionStateDependencies,
    ExtensionStates,
    MwiDependencies,
    MwiNotifier,
    RateLimiter,
    ReceivedText,
    RegisterHandler,
    RegistrationFaults,
    RequestHandlerDependencies,
    SipRequestHandler,
    Subscriptions,
    TextReceiver,
    TextSender,
    UnsolicitedNotify,
)
from unificx.sip_server.ports import MeetingGuests
from unificx.sip_server.rate_limiter import RateLimits
from unificx.trunks import Trunk, TrunkDirectory

DOMAIN, OTHER = "acme.example", "globex.example"
PHONE_FLOW = Flow("udp", "192.0.2.7", 5060, 0, 1)
OTHER_FLOW = Flow("udp", "198.51.100.9", 40000, 0, 1)
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def create_directory() -> DirectoryCache:
    """Return a directory: Acme with 1001 and 1002, Globex with its own 1001; passwords are secret-NUMBER."""
    directory = DirectoryCache()
    for tenant_id, domain, numbers in (("t1", DOMAIN, ("1001", "1002")), ("t2", OTHER, ("1001",))):
        directory.put_tenant(Tenant(tenant_id, domain.split(".")[0], domain, domain, "active", _SINCE))
        for number in numbers:
            add_extension(directory, tenant_id, domain, number)
    return directory


def add_extension(directory: DirectoryCache, tenant_id: str, domain: str, number: str) -> None:
    own = f"{tenant_id}-{number}"
    directory.put_extension(
        Extension(
            id=f"e-{own}",
            tenant_id=tenant_id,
            number=number,
            person_id=None,
            subject=f"s-{own}",
            ring_seconds=30,
            max_call_seconds=600,
            name=f"Extension {number}",
        )
    )
    add_device(directory, tenant_id, domain, number, "a")


def add_device(directory: DirectoryCache, tenant_id: str, domain: str, number: str, which: str) -> None:
    username = f"{number}-{tenant_id}{which}"
    digests = {name: bytes.fromhex(ha1(name, username, domain, f"secret-{number}")) for name in ("MD5", "SHA-256")}
    directory.put_device(
        DeviceAuth(
            device_id=f"d-{tenant_id}-{number}{which}",
            extension_id=f"e-{tenant_id}-{number}",
            tenant_id=tenant_id,
            realm=domain,
            enabled=True,
            username=username,
            ha1_md5=digests["MD5"],
            ha1_sha256=digests["SHA-256"],
        )
    )


class FakeKeys:
    """Keys of all subjects, derived from the ids."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return {one: Key(1, AESGCM(f"{tenant}/{one}".encode().ljust(32)[:32])) for one in subjects}


@dataclass
class FakeJournal:
    """A journal that records, or is full."""

    records: list[bytes] = field(default_factory=list)
    full: bool = False

    def append(self, kind: str, record: bytes) -> None:
        if self.full:
            raise SpoolFull("full")
        self.records.append(record)


@dataclass
class FakeCalls:
    """Accepts every call and rings; answers requests in dialogs with the tag `ours`."""

    endpoint: Endpoint
    incoming_calls: list[tuple[Caller, Request]] = field(default_factory=list)
    calls_from_carriers: list[tuple[Trunk, ...]] = field(default_factory=list)
    calls_from_guests: list[InboundCall] = field(default_factory=list)
    keys: list[ServerKey] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    due: float = float("inf")
    timer_calls: list[float] = field(default_factory=list)

    def incoming(self, key: ServerKey, request: Request, flow: Flow, caller: Caller, now: float) -> None:
        self.incoming_calls.append((caller, request))
        self.keys.append(key)
        self.endpoint.respond(key, respond(request, 180, to_tag="ours"), now)

    def incoming_outside(
        self, key: ServerKey, request: Request, flow: Flow, origin: CarrierCall | InboundCall, now: float
    ) -> None:
        if isinstance(origin, InboundCall):
            self.calls_from_guests.append(origin)
        else:
            self.calls_from_carriers.append(tuple(origin.trunks))
        self.endpoint.respond(key, respond(request, 180, to_tag="ours"), now)

    def has_dialog_of(self, request: Request) -> bool:
        return request.to.tag == "ours"

    def event(self, event: Event, now: float) -> bool:
        self.events.append(event)
        if isinstance(event, RequestReceived) and event.request.to.tag == "ours":
            self.endpoint.respond(event.key, respond(event.request, 200), now)
            return True
        return False

    def deadline(self) -> float:
        return self.due

    def timer(self, now: float) -> None:
        self.timer_calls.append(now)
        self.due = float("inf")


@dataclass
class FakeMessageCounts:
    """Message counts by extension."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    def waiting(self, extension_id: str) -> tuple[int, int]:
        return self.counts.get(extension_id, (0, 0))


@dataclass
class FakeSwitches:
    """Codes that are on or off, by tenant or extension, and code."""

    on: dict[tuple[str, str], bool] = field(default_factory=dict[tuple[str, str], bool])

    def state(self, owner_id: str, dialled: str, /) -> bool | None:
        return self.on.get((owner_id, dialled))


@dataclass
class FakeOwnSwitches:
    """Codes that are on or off for an extension, by its id and the code."""

    on: dict[tuple[str, str], bool] = field(default_factory=dict[tuple[str, str], bool])

    def state(self, tenant_id: str, owner_id: str, dialled: str, /) -> bool | None:
        del tenant_id
        return self.on.get((owner_id, dialled))


@dataclass
class FakeExtensionCalls:
    """Extensions by the id of their call."""

    calls: dict[str, dict[str, ExtensionCall]]

    def ids(self) -> list[str]:
        return list(self.calls)

    def of_call(self, call_id: str) -> dict[str, ExtensionCall]:
        return self.calls.get(call_id, {})


@dataclass
class FakeTextInbox:
    """Stores texts, or fails; a store waits until `open` is set."""

    stored: list[tuple[str, ReceivedText]] = field(default_factory=list[tuple[str, ReceivedText]])
    fault: Exception | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def store(self, device: DeviceAuth, received: ReceivedText) -> None:
        await self.open.wait()
        if self.fault is not None:
            raise self.fault
        self.stored.append((device.device_id, received))


class SipHarness:
    """The SIP server between sockets and database. `send` sends a message and returns the responses."""

    def __init__(
        self,
        limits: RateLimits | None = None,
        directory: DirectoryCache | None = None,
        carriers: TrunkDirectory | None = None,
        guests: MeetingGuests | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.signals: list[object] = []
        self.directory = directory or create_directory()
        self.location = LocationService()
        self.journal = FakeJournal()
        bus = LocalEventBus(self._fail)
        tags = count(1)
        self.endpoint = Endpoint(
            tag=lambda: f"tag{next(tags)}",
            via_host=lambda flow: "192.0.2.1:5060",
            checks=RequestChecks(self._check),
        )
        self.calls = FakeCalls(self.endpoint)
        self.rate_limiter = RateLimiter(bytes(32), limits)
        self.full = False
        presence = RegistrarDependencies(
            self.directory, FakeKeys(), self.journal, self.clock, bus, storage_full=lambda: self.full
        )
        self.registrar = Registrar(presence, self.location)
        self.bearers = BearerTokens(bytes(32))
        self.registration_faults = RegistrationFaults()
        self.authenticator = Authenticator(
            self.directory,
            self.rate_limiter,
            Nonces(bytes(32)),
            b"s" * 32,
            AuthenticatorOptions(frozenset(("pbx.example",)), self.bearers, self.registration_faults, carriers, guests),
        )
        register_handler = RegisterHandler(self.directory, self.registrar)
        self.message_counts = FakeMessageCounts()
        contact = "<sip:192.0.2.1:5060>"
        self.subscriptions = subscriptions = Subscriptions(self.endpoint, lambda flow: contact)
        unsolicited = UnsolicitedNotify(self.endpoint, lambda flow: contact, self.directory)
        self.check_sync = CheckSync(unsolicited, self.location, lambda: None)
        self.mwi = MwiNotifier(
            MwiDependencies(
                subscriptions,
                unsolicited,
                self.directory,
                self.location,
                self.message_counts,
                CodeTables(),
                lambda: None,
            )
        )
        self.touched: set[str] = set()
        self.switches, self.own_switches = FakeSwitches(), FakeOwnSwitches()
        self.activities: dict[str, str] = {}
        self.unlisted: set[str] = set()
        """Activities of RFC 4480 by extension."""
        self.live_calls: dict[str, dict[str, ExtensionCall]] = {}
        state_parts = ExtensionStateDependencies(
            subscriptions, self.directory, FakeExtensionCalls(self.live_calls), self.touched,
            lambda extension_id: bool(self.location.contacts(extension_id, self.now)),
            lambda extension_id: self.activities.get(extension_id, ""),
            lambda extension: extension.id not in self.unlisted, (self.switches,), (self.own_switches,),
            self.clock.monotonic, lambda: None,
        )  # fmt: skip
        self.extension_states = ExtensionStates(state_parts)
        parts = self.endpoint, self.rate_limiter, self.authenticator, register_handler, self.registrar, self.directory
        self.texts = FakeTextInbox()
        self.text_receiver = TextReceiver(self.endpoint, self.texts, self.clock)
        self.text_sender = TextSender(self.endpoint, self.directory, self.location, self.clock)
        self.verifier = CallerVerifier(CallerCertificates(self.clock), (), self.clock, self._begin_outside)
        received = self.text_receiver, self.verifier
        self.authenticated: list[Flow] = []
        self.lost: list[Flow] = []
        ended = (self.authenticated.append, lambda flow, now: self.lost.append(flow), (self.text_sender,))
        stated = (self.extension_states, self.touched, *received, *ended)
        self.handler = SipRequestHandler(
            RequestHandlerDependencies(*parts, self.calls, self.mwi, subscriptions, *stated)
        )
        for kind in _signals():
            bus.subscribe(kind, self.signals.append)

    def _check(self, request: Request, flow: Flow, now: float) -> object:
        return self.handler.check(request, flow, now)

    def _begin_outside(self, event: RequestReceived, call: CarrierCall, now: float) -> None:
        self.calls.incoming_outside(event.key, event.request, event.flow, call, now)

    def _fail(self, fault: BaseException) -> None:
        raise fault

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    def send(self, data: bytes, flow: Flow = PHONE_FLOW) -> list[Response | Request]:
        return [parse(answer) for answer in self.send_raw(data, flow)]

    def send_raw(self, data: bytes, flow: Flow = PHONE_FLOW) -> list[bytes]:
        """Return the responses unparsed: those to malformed messages may be malformed too."""
        if self.rate_limiter.accepts(data, flow, self.now):
            self.endpoint.receive(data, flow, self.now)
        return self.pump()

    def pump(self) -> list[bytes]:
        while self.endpoint.events:
            event = self.endpoint.events.popleft()
            self.handler.handle(event, self.now)
        return [data for data, _ in self.endpoint.to_send()]

    def advance(self, seconds: float) -> list[Response | Request]:
        """Advance the time and run the timers."""
        end, received = self.now + seconds, []
        while self.now < end:
            due = min(end, self.endpoint.deadline() or end, self.handler.deadline())
            self.clock.advance(max(due - self.now, 0.001))
            self.endpoint.timer(self.now)
            self.handler.timer(self.now)
            received += self.pump()
        return [parse(answer) for answer in received]


def _signals() -> tuple[type, ...]:
    from unificx.registrar.events import DeviceMoved, DeviceRegistered, DeviceUnregistered

    return DeviceMoved, DeviceRegistered, DeviceUnregistered


def notified(output: Iterable[Response | Request]) -> list[Request]:
    """Return the NOTIFYs among these without retransmissions."""
    found = {(one.call_id, one.cseq.number): one for one in output if isinstance(one, Request)}
    assert all(one.method == "NOTIFY" for one in found.values())
    return list(found.values())


@dataclass
class Phone:
    """A phone, of Acme by default, that registers, calls and answers challenges."""

    harness: SipHarness
    number: str = "1001"
    username: str = "1001-t1a"
    password: str = "secret-1001"
    domain: str = DOMAIN
    flow: Flow = PHONE_FLOW
    contact: str = ""
    algorithm: str = "SHA-256"
    call_id: str = ""
    cseq: int = 0
    challenge: AuthParams | None = None
    nc: int = 0
    branches: count = field(default_factory=lambda: count(1))  # pyright: ignore[reportMissingTypeArgs]

    def __post_init__(self) -> None:
        self.contact = self.contact or f"sip:{self.number}@{self.flow.host}:{self.flow.port}"
        self.call_id = self.call_id or f"reg-{self.username}-{self.flow.host}"

    def build(
        self,
        method: str,
        uri: str,
        to: str,
        headers: Iterable[str] = (),
        *,
        auth: str = "",
        vias: Iterable[str] = (),
        body: bytes = b"",
    ) -> bytes:
        self.cseq += 1
        transport = self.flow.transport.upper()
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{transport} {self.flow.host}:{self.flow.port};rport"
            f";branch=z9hG4bK{self.call_id}-{next(self.branches)}{method}",
            *vias,
            f"From: <sip:{self.number}@{self.domain}>;tag=f{self.username}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {method}",
            "Max-Forwards: 70",
            *headers,
            *([auth] if auth else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def credentials(self, method: str, uri: str) -> str:
        """Return the Authorization line for the last challenge, "" if there was none."""
        if self.challenge is None:
            return ""
        self.nc += 1
        value = response_for(self.challenge, self.username, self.password, method, uri, cnonce="c0ffee", nc=self.nc)
        return ("Authorization: " if method == "REGISTER" else "Proxy-Authorization: ") + value

    def store_challenge(self, response: Response) -> None:
        """Store the challenge with our algorithm."""
        name = "www-authenticate" if response.status == 401 else "proxy-authenticate"
        offered = [parse_auth(line) for line in response.all(name)]
        self.challenge = next(one for one in offered if one.get("algorithm") == self.algorithm)
        self.nc = 0

    def register(self, *headers: str, contact: str | None = None, expires: int | None = 3600, to: str = "") -> Response:
        """Send REGISTER and answer a challenge; return the last response."""
        lines = [contact if contact is not None else f"Contact: <{self.contact}>", *headers]
        if expires is not None:
            lines.append(f"Expires: {expires}")
        return self.request("REGISTER", f"sip:{self.domain}", to or f"<sip:{self.number}@{self.domain}>", lines)

    def invite(self, number: str, *headers: str) -> Response:
        uri = f"sip:{number}@{self.domain}"
        return self.request("INVITE", uri, f"<{uri}>", headers)

    def subscribe(self, user: str, headers: Sequence[str], to: str = "") -> list[Response | Request]:
        """Send SUBSCRIBE and answer a challenge; return what was received."""
        uri = f"sip:{user}@{self.domain}"
        for _ in range(2):
            data = self.build("SUBSCRIBE", uri, to or f"<{uri}>", headers, auth=self.credentials("SUBSCRIBE", uri))
            output = self.harness.send(data, self.flow)
            if not (isinstance(output[0], Response) and output[0].status == 407):
                return output
            self.store_challenge(output[0])
        raise AssertionError("challenged twice")

    def request(self, method: str, uri: str, to: str, headers: Iterable[str] = ()) -> Response:
        response = self.request_once(method, uri, to, headers)
        if response.status in (401, 407):
            self.store_challenge(response)
            response = self.request_once(method, uri, to, headers)
        return response

    def request_once(self, method: str, uri: str, to: str, headers: Iterable[str] = ()) -> Response:
        data = self.build(method, uri, to, headers, auth=self.credentials(method, uri))
        responses = self.harness.send(data, self.flow)
        assert len(responses) == 1, responses
        assert isinstance(responses[0], Response)
        return responses[0]
