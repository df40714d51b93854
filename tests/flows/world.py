"""Call control wired as in a server, in memory and virtual time, with fake phones."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from types import MappingProxyType

from apps import FakeApps
from caller_authority import Authority
from carriers import FakeLines
from fake_engine import FakeEngine
from phones import DOMAIN, Phone

from unificx.calls import (
    CallControl,
    CallManager,
    CallManagerDependencies,
    CallRecordingStatus,
    CallSettings,
    CarrierCall,
    Conversation,
    DigitTones,
    InboundCall,
    MediaWatchdog,
    Origination,
    Parking,
)
from unificx.calls.call import Call
from unificx.calls.events import CallEnded
from unificx.calls.machine.states import CALLER, SettingUp, Talking
from unificx.calls.ports import CallCredit, OutsideLines
from unificx.core.clock import ManualClock
from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.integrations.caller_certificates import CallerCertificates
from unificx.presence import Availability, Presence
from unificx.registrar import Binding, Caller, LocationService
from unificx.routing import (
    CONFERENCE_APP,
    CallApp,
    Destination,
    DestinationDirectory,
    DialPlan,
    ExtensionKind,
    Plan,
    Routing,
    Step,
)
from unificx.routing.outbound.service import OutboundRouting
from unificx.rtpengine.party_commands import DtmfReceived
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.legs import DialogTable
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip.transactions.events import CancelReceived, RequestReceived
from unificx.sip_server import CallerVerifier

TENANT = "t1"
MAX_CALL_SECONDS = 7200
NAMES = {"1001": 'Alice "Al" O\\Neill'}
_ports = count(22_000)  # up to 31 000 none contains the number of an extension, which tests seek in messages


class World:
    """Everything between the SIP request handler and the database. `log` contains messages not checked yet."""

    def __init__(
        self,
        phones: list[Phone],
        settings: CallSettings | None = None,
        rings: int = 30,
        session_expires: int = 1800,
        numbers: Mapping[str, Destination] = MappingProxyType({}),
        inbound: Mapping[str, Destination] = MappingProxyType({}),
        presence: Mapping[str, Presence] = MappingProxyType({}),
        contacts: Mapping[str, str] = MappingProxyType({}),
        credit: CallCredit | None = None,
        outside: OutboundRouting | None = None,
        clock: ManualClock | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.phones = {phone.name: phone for phone in phones}
        self.lines = FakeLines([phone for phone in phones if phone.carrier], inbound, contacts)
        self.log: list[tuple[str, Request | Response | str]] = []
        self.checked: list[Request | Response | str] = []
        self.sent_outside: list[bytes] = []
        """All that the carriers got."""
        self.bindings: dict[str, str] = {}
        self.ended: list[CallEnded] = []
        self.can_silence = True
        self.directory, self.location = _directory(phones, rings), LocationService()
        for phone in phones:
            if not (phone.awaiting_push or phone.carrier):
                self._register(phone)
        self.media = FakeEngine(self.clock)
        self.apps = FakeApps(
            {phone.number for phone in phones if phone.voicemail}, lambda line: self.log.append(("app", line)), numbers
        )
        self.availability = Availability(self._is_in_call)
        for number, one in presence.items():
            self.availability.put(replace(one, extension_id=f"e-{number}", tenant_id=TENANT))
        self.journalled: list[Call] = []
        self.observed: list[str] = []
        self.last_conversation: Conversation | None = None
        """The conversation announced last."""
        self.records = False
        self.team: set[str] = set()
        """Ids of the extensions in the groups of everyone."""
        self.occupied: set[str] = set()
        """Ids of the extensions that ring groups skip."""
        self.on_changed: Callable[[str], None] = lambda tenant_id: None
        self.on_step: Callable[[str], None] = lambda call_id: None
        self.storage_full = False
        self._tasks: list[asyncio.Future[None]] = []
        self._cut: set[tuple[str, str, int]] = set()
        self._connected: set[tuple[str, str, int]] = set()
        """Peers to which a connection was opened."""
        self._abandoned: set[tuple[str, str, int]] = set()
        self.settings, self.credit, self.outside = settings or CallSettings(), credit, outside
        self.session_expires = session_expires
        self.build()

    def build(
        self, on_answered: Callable[[Call], None] | None = None, on_ended: Callable[[Call], None] = lambda call: None
    ) -> None:
        """Create the call manager as at process start; earlier in-memory state is lost."""
        tags = count(1)
        tag_prefix = f"{next(_ports)}"
        endpoint = Endpoint(tag=lambda: f"{tag_prefix}-{next(tags)}", via_host=lambda flow: "203.0.113.1:5060")
        self.legs = DialogTable(
            endpoint,
            lambda flow: "<sip:203.0.113.1:5060>",
            endpoint.new_tag,
            self.session_expires,
            current_flow=lambda leg: self.manager.current_flow(leg),
        )
        extensions = ExtensionKind(self.directory, self.apps.accepts_messages)
        self.destinations = DestinationDirectory((extensions, self.apps))
        routing = Routing(
            DialPlan(self.directory, self.destinations, self.outside),
            self.location,
            self,
            availability=self.availability,
        )
        self.digit_tones = DigitTones(self.media, lambda call_id, tag: None, self.tones_played)
        self.parking = Parking(recall=lambda leg_id: self.manager.recall(leg_id))
        parts = CallManagerDependencies(
            self.legs, self.media, self, routing, self.directory, self.clock, self, self.apps, self, self.parking,
            OutsideLines(
                self.lines, self.lines, self.lines.subject, self.lines.name, self.credit, self.lines.place,
                self._is_open,
            ),
            lambda tenant_id, extension_id: self.team,
            self,
            self.digit_tones,
        )  # fmt: skip
        self.manager = CallManager(
            parts,
            self.settings,
            on_answered=on_answered or self.journalled.append,
            on_ended=on_ended,
            on_changed=lambda tenant_id: self.on_changed(tenant_id),
            on_step=lambda call_id: self.on_step(call_id),
            storage_full=lambda: self.storage_full,
        )
        self.authority, self.certificates = Authority(), dict[str, bytes]()
        """Of signed caller ids; certificates by URL."""
        self.certificates_pass = asyncio.Event()
        self.certificates_pass.set()
        caller_certificates = CallerCertificates(self.clock, self.fetch_certificate)
        self.verifier = CallerVerifier(caller_certificates, [self.authority.root], self.clock, self._begin_outside)
        self.watch = MediaWatchdog(self.manager, self.media, self.clock, self.settings)

    def _is_open(self, flow: Flow) -> bool:
        return flow.peer not in self._cut and (flow.connection > 0 or flow.peer in self._connected)

    def _is_in_call(self, extension_id: str) -> bool:
        return extension_id in self.occupied or CallControl(self.manager).is_in_call(extension_id)

    @staticmethod
    def phone(name: str, number: str, options: str = "") -> Phone:
        flags = options.split()
        transport = flags[0] if flags and flags[0] in ("udp", "tcp", "tls", "wss") else "tcp"
        flow = Flow(transport, f"192.0.2.{10 + len(name)}", next(_ports), 0 if transport == "udp" else next(_ports))
        awaiting_push, off = "asleep" in flags, "off" in flags
        wakeable, voicemail = awaiting_push or "wakeable" in flags, "voicemail" in flags
        return Phone(
            name,
            number,
            flow,
            "by hand" in options,
            wakeable=wakeable,
            awaiting_push=awaiting_push or off,
            voicemail=voicemail,
            carrier="trunk" in flags,
            options=tuple(flags),
        )

    def _register(self, phone: Phone) -> None:
        binding = Binding(
            id=f"b-{phone.name}", tenant_id=TENANT, extension_id=f"e-{phone.number}", device_id=phone.name,
            expires_at=self.now + 100_000, cseq=1, call_id="reg", contact=f"sip:{phone.name}@{phone.flow.host}",
            flow=phone.flow,
        )  # fmt: skip
        self.location.set_bindings(binding.extension_id, binding.device_id, (binding,))

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    # ---- CallRecordWriter, logging the order

    def record(self, call: CallEnded) -> None:
        caller, *callees = call.parties
        self.ended.append(call)
        calling = caller.number if caller.extension_id is None else caller.device_id
        devices = " ".join([f"{calling}", *(each.device_id or each.number for each in callees)])
        self.log.append(("history", f"{call.outcome} {call.cause} {devices}"))

    # ---- AnswerKeyRequests

    def silence(self, anchor: str, then: Callable[[bool], None]) -> None:
        assert len(self.media.anchors[anchor]) == 1  # before the leg is dialled
        asyncio.get_running_loop().call_soon(then, self.can_silence)

    def ask(self, tenant_id: str, anchor: str, tag: str) -> None:
        assert (tenant_id, self.media.anchors[anchor] >= {tag}) == (TENANT, True)
        self.log.append(("request", "asked"))

    def pressed(self, anchor: str, tag: str) -> None:
        assert tag in self.media.anchors[anchor]
        self.log.append(("request", "pressed"))

    # ---- CallObserver

    def conversation_changed(self, conversation: Conversation) -> None:
        self.last_conversation = conversation
        names = [leg.device_id + " holds" * leg.is_holding for leg in conversation.legs]
        self.observed.append(
            f"{', '.join(names)}" + f" again {conversation.media_generation}" * bool(conversation.media_generation)
        )

    def conversation_suspended(self, call_id: str) -> None:
        assert call_id in self.manager.calls
        self.observed.append("apart")

    def tones_played(self, call_id: str, tag: str) -> None:
        assert self.last_conversation is not None
        assert self.last_conversation.call_id == call_id
        self.observed.append(f"no more tones for {self._device_of(tag)}")

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        self.observed.append(f"{self._device_of(tag)} presses {digit}")

    def _device_of(self, tag: str) -> str:
        assert self.last_conversation is not None
        return " ".join(leg.device_id for leg in self.last_conversation.legs if leg.tag == tag)

    def call_ended(self, call_id: str) -> bool:
        assert call_id in self.manager.calls
        self.observed.append("over")
        return self.records

    # ---- PushWakeup

    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        of = [phone for phone in self.phones.values() if f"e-{phone.number}" == extension_id]
        return tuple(phone.name for phone in of if phone.wakeable)

    def notify_call(self, device_ids: Sequence[str], call_id: str) -> None:
        assert call_id in self.manager.calls
        self.log += [("push", f"call {device_id}") for device_id in device_ids]

    def notify_end(self, device_ids: Sequence[str], call_id: str) -> None:
        assert call_id in self.manager.calls
        self.log += [("push", f"stop {device_id}") for device_id in device_ids]

    # ---- input and output

    def arrive(self, phone: Phone, message: Request | Response) -> None:
        """Deliver a phone's message to the PBX."""
        self.legs.endpoint.receive(message.encode(), phone.flow, self.now)
        self._events()

    def _events(self) -> None:
        endpoint = self.legs.endpoint
        while endpoint.events:
            event = endpoint.events.popleft()
            waiting = self.verifier.cancelled(event.key) if isinstance(event, CancelReceived) else None
            if waiting is not None:
                endpoint.respond(event.key, respond(waiting, 487), self.now)
            if self.manager.event(event, self.now) or not isinstance(event, RequestReceived):
                continue
            if event.request.method == "INVITE" and not event.request.to.tag and self._at(event.flow).carrier:
                trunks = [self.lines.trunks[self._at(event.flow).name]]
                self.verifier.receive(event, trunks, self.now)
            elif event.request.method == "INVITE" and "guest" in self._at(event.flow).options:
                guest = Caller(TENANT, "", "g-1", "s-guest", number="", name="Wanda", is_guest=True)
                call = InboundCall(guest, "8000", Plan((Step(CallApp("room", ("a",))),)))
                self.manager.incoming_outside(event.key, event.request, event.flow, call, self.now)
            elif event.request.method == "INVITE" and not event.request.to.tag:
                self.manager.incoming(event.key, event.request, event.flow, self._caller(event.flow), self.now)
            else:
                endpoint.respond(event.key, respond(event.request, 481), self.now)

    async def fetch_certificate(self, url: str) -> bytes:
        """Return a certificate, after the test has let it pass."""
        await self.certificates_pass.wait()
        return self.certificates.get(url, b"")

    def _begin_outside(self, event: RequestReceived, call: CarrierCall, now: float) -> None:
        self.manager.incoming_outside(event.key, event.request, event.flow, call, now)

    def _caller(self, flow: Flow) -> Caller:
        phone = self._at(flow)
        extension = self.directory.extension_by_id(f"e-{phone.number}")
        assert extension is not None
        return Caller(TENANT, extension.id, phone.name, extension.subject, extension.number, extension.name)

    def _at(self, flow: Flow) -> Phone:
        return next(each for each in self.phones.values() if (each.flow.host, each.flow.port) == (flow.host, flow.port))

    async def settle(self) -> None:
        """Run until no further message is sent."""
        quiet = 0
        while quiet < 10:
            sent = self.legs.endpoint.to_send()
            for data, flow in sent:
                if flow.peer in self._cut:
                    self.legs.endpoint.connection_lost(flow)
                    self._events()
                elif flow.peer not in self._abandoned:
                    if not flow.connection:
                        self._connected.add(flow.peer)
                    if self._at(flow).carrier:
                        self.sent_outside.append(data)
                    self._deliver(self._at(flow), parse(data))
            quiet = 0 if sent else quiet + 1
            await asyncio.sleep(0)

    def _deliver(self, phone: Phone, message: Request | Response) -> None:
        if phone.gone:
            return
        if not _is_ignored(phone, message):
            self.log.append((phone.name, message))
        for answer in phone.receive(message):
            self.arrive(phone, answer)

    async def pass_time(self, seconds: float) -> None:
        """Advance the clock, running every timer when it is due."""
        end = self.now + seconds
        while self.now < end:
            due = min(self.manager.deadline(), self.legs.endpoint.deadline() or end, end)
            self.clock.advance(max(due - self.now, 0.001))
            self.legs.endpoint.timer(self.now)
            self._events()
            if self.now >= self.manager.deadline():
                self.manager.timer(self.now)
            await self.settle()

    # ---- other events

    def act(self, what: str) -> None:
        """Execute a ladder line that is not a message; the cases are all supported lines."""
        call_id = next(iter(self.manager.calls), "")
        match what.split():
            case ["the", "media", "engine", "sleeps"]:
                self.media.awake.clear()
            case ["the", "media", "engine", "wakes", "up"]:
                self.media.awake.set()
            case ["a", "digit", "takes", "an", "hour"]:
                self.media.digit_seconds = 3600.0
            case ["the", "media", "engine", "dies"]:
                self.media.dead = True
            case ["the", "media", "engine", "recovers"]:
                self.media.dead = False
            case ["the", "media", "engine", "restarts"]:
                self.media.dead = False
                self.media.anchors.clear()
                self.manager.relay_restarted()
            case ["the", "media", "engine", "forgets", "the", "call"]:
                self.media.anchors.clear()
            case ["an", "administrator", "ends", "the", "call"]:
                assert self.manager.hang_up(call_id, TENANT)
            case [name, "is", "not", "heard", "any", "more"]:
                tag = self.manager.calls[call_id].existing_leg(self._leg_name(call_id, name)).id
                self.media.silent_since[tag] = self.clock.now().timestamp()
            case ["the", "call", "is", "recorded", indication]:
                CallRecordingStatus(CallControl(self.manager)).indicate(call_id, indication)
            case ["the", "watch", "goes", "round"]:
                self._tasks = [asyncio.ensure_future(self.watch.check_all())]
            case [name, "presses", key]:
                call = self.manager.calls[call_id]
                tag = call.existing_leg(self._leg_name(call_id, name)).id
                self.manager.dtmf_received(DtmfReceived(call.anchor_id("b1"), tag, key))
            case ["a", "conference", "with", others, "others", "invites", number]:
                room = Caller(TENANT, "e-8000", "", "s-8000", "8000", "The room")
                origin = Origination(room, CONFERENCE_APP, ("a",), number, conference_others=int(others))
                self.manager.originate(origin)
            case ["an", "app", "calls", number, *device]:
                room = Caller(TENANT, "e-8000", "", "s-8000", "8000", "The room")
                self.manager.originate(Origination(room, "room", ("a",), number, " ".join(device)))
            case [name, "pages", number, *by_intercom]:
                origin = Origination(self._caller(self.phones[name].flow), "paged", ("room", "muted"), number)
                recorded_for = call_id if by_intercom else ""
                self.manager.originate(replace(origin, auto_answer=True, recorded_for=recorded_for))
            case [name, "clicks", "to", "dial", to, *device]:
                phone = self.phones[name]
                CallControl(self.manager).dial(self._caller(phone.flow), " ".join(device), to)
            case [name, "clicks", "to", "transfer", to]:
                CallControl(self.manager).transfer(call_id, {f"e-{self.phones[name].number}"}, to)
            case [name, "clicks", "to", "meet"]:
                own = {f"e-{self.phones[name].number}"}
                CallControl(self.manager).move_to_app(call_id, own, CallApp("room", ("a",)), "8000")
            case ["nobody", "fetches", "who", "is", "parked", "at", place]:
                found = self.parking.find(TENANT, place)
                assert found is not None
                self.parking.recall(found.app_leg_id)
            case [name, "clicks", "to", "join"]:
                one, other = self.manager.calls
                CallControl(self.manager).attended_transfer(one, {f"e-{self.phones[name].number}"}, other)
            case ["app", number, *words]:
                self.apps.act_as(int(number), words)
            case ["the", "app", *words]:
                self.apps.act(words)
            case ["the", "server", "goes", "down"]:
                self._tasks = [asyncio.ensure_future(self.manager.close())]
            case [name, "loses", "its", "connection"]:
                flow = self.phones[name].flow
                self._cut.add(flow.peer)
                self.location.disconnect(flow)
                for lost in {flow, replace(flow, connection=0)}:
                    self.legs.endpoint.connection_lost(lost)
                self._events()
            case [name, "closes", "its", "page"]:
                flow = self.phones[name].flow
                self.act(f"{name} loses its connection")
                self.manager.page_closed(flow, self.now)
            case [name, "wakes", "up"]:
                self._register(self.phones[name])
                self.manager.device_registered(f"e-{self.phones[name].number}", name)
                self._events()
            case [name, "declines", "asleep"]:
                declined = self.manager.decline(call_id, name)
                self.log.append(("api", "declined" if declined else "it does not ring there"))
            case [name, "is", "signed", "out"]:
                self.location.set_bindings(f"e-{self.phones[name].number}", name, ())
                self.manager.device_revoked(f"e-{self.phones[name].number}", name)
            case [name, "comes", "back"]:  # by another connection, whether the loss of the old one was detected or not
                self._come_back(self.phones[name])
            case _:
                raise AssertionError(f"unknown: {what}")

    def _come_back(self, phone: Phone) -> None:
        self._abandoned.add(phone.flow.peer)
        phone.flow = replace(phone.flow, port=next(_ports), connection=next(_ports))
        self._register(phone)
        self.manager.device_registered(f"e-{phone.number}", phone.name)
        self._events()

    def _leg_name(self, call_id: str, name: str) -> str:
        call = self.manager.calls[call_id]
        if isinstance(call.state, SettingUp):
            return next(key for key, one in call.participants.items() if one.outside is not None)
        assert isinstance(call.state, Talking)
        return CALLER if call.caller.device_id == name else call.state.callee

    def clear(self) -> None:
        """Clear what the test helpers store about earlier calls."""
        for stored in (self.checked, self.ended, self.journalled, self.media.offered, self._tasks, self.observed):
            stored.clear()
        for phone in self.phones.values():
            phone.refused.clear()

    def leftovers(self) -> dict[str, int]:
        """Return the sizes of all tables that still hold call state."""
        manager, legs = self.manager, self.legs
        sizes = {
            "runs": len(manager.calls),
            "runs of tenants": len(manager._limiter),
            "legs of runs": len(manager._registry.by_leg),
            "concerned": len(manager._registry.index),
            "overheard": len(manager._observer_notifier),
            "legs": len(legs),
            "server keys": len(legs._by_server_key),
            "client keys": len(legs._by_client_key),
            "told": len(legs._events),
            "server transactions": legs.endpoint.transactions[0],
            "client transactions": legs.endpoint.transactions[1],
            "asked of the media engine": len(manager._executor._media),
            "legs of trunks": len(manager._registry.by_trunk),
            "anchors": len(self.media.anchors),
            "digits": len(self.digit_tones),
            "apps": self.apps.running,
            "parked": len(self.parking),
        }
        return {name: number for name, number in sizes.items() if number}


def _is_ignored(phone: Phone, message: Request | Response) -> bool:
    if isinstance(message, Request):
        return message.method == "ACK" and message.via.branch in phone.refused
    return message.status == 100 or message.cseq.method == "CANCEL"


def _directory(phones: list[Phone], rings: int) -> DirectoryCache:
    directory = DirectoryCache()
    directory.put_tenant(Tenant(TENANT, "acme", "Acme", DOMAIN, "active", datetime(2026, 1, 1, tzinfo=UTC)))
    for number in ("1001", "1002", "1003", *(phone.number for phone in phones if not phone.carrier)):
        directory.put_extension(
            Extension(
                id=f"e-{number}", tenant_id=TENANT, number=number, person_id=None, subject=f"s-{number}",
                ring_seconds=rings, max_call_seconds=MAX_CALL_SECONDS, name=NAMES.get(number, f"Extension {number}"),
            )
        )  # fmt: skip
    return directory
