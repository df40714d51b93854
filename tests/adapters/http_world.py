"""The HTTP adapter with real services: SQLite database, keys, spool and outbox; only calls are fakes."""

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_media import FakeEngine, FakeRelay, FakeVideoRelay, conversation
from fake_notifier import FakeAccountNotifier, NoRequestEmails
from fastapi import FastAPI
from fastapi.routing import APIRoute
from person_erasures import person_erasures
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.api import (
    ComponentState,
    EventHub,
    HealthCheck,
    IceServer,
    IdempotencyStore,
    LiveServices,
    PublicAddress,
    Registration,
    RegistrationFailure,
    RightsServices,
    Services,
    SipCredentials,
    SipServerAddress,
    build,
)
from unificx.api.middleware import as_operator
from unificx.api.route_index import RouteIndex
from unificx.archive import AccessCopies, AccessCopyDependencies
from unificx.attachments import AttachmentDependencies, Attachments
from unificx.audio_store import (
    AudioStore,
    AudioStoreDependencies,
    CustomSounds,
    LocalBlobStore,
    PromptOverrides,
    Transcript,
)
from unificx.billing import build_billing
from unificx.calls import CallControl, ParkedCall
from unificx.calls.events import CallEnded, CallParty, CallStep, MediaQuality
from unificx.cdr import CallErasure, CdrService, call_record_expiries, call_record_holding
from unificx.cdr.events import OutsideCallRecorded
from unificx.chat import Chat, ChatDependencies
from unificx.cluster import Cluster, EventBus, local_cluster
from unificx.conferencing import (
    ADMINISTRATOR,
    CallerIdentity,
    ConferenceManager,
    EndRequested,
    InvitationDependencies,
    MeetingBreakouts,
    MeetingGuests,
    MeetingInvitations,
    MeetingVideos,
    Room,
    RoomService,
)
from unificx.conferencing.events import (
    ConferenceChanged,
    ConferenceEnded,
    ParticipantAdmitted,
    ParticipantRemoved,
    RoomDeleted,
)
from unificx.conferencing.ports import MeetingCaptioner, MeetingRecorder
from unificx.contacts import DeviceCopies, contact_holding
from unificx.core.clock import Clock, ManualClock
from unificx.core.errors import NotFound
from unificx.db import Database
from unificx.db.outbox import Outbox
from unificx.db.spool import Spool
from unificx.identity import (
    Extension,
    Identity,
    NewExtension,
    NewPerson,
    NewTenant,
    OrganisationSignUp,
    PasswordHashing,
    Person,
    Role,
    Tenant,
    account_holding,
    build_identity,
)
from unificx.identity.events import PersonClosed, SessionEnded, TenantDeleted
from unificx.insight import InsightDependencies, UsageInsight
from unificx.integrations.audio_import.client import AudioImporter
from unificx.integrations.http_client import HttpClient
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.integrations.smtp import SmtpClient
from unificx.integrations.stripe_payments import StripePayments
from unificx.integrations.web_push import WebPushClient
from unificx.ivr import MenuDependencies
from unificx.locations import Locations
from unificx.media.sounds import Sound
from unificx.media.tones import sine
from unificx.notifications import (
    Advertising,
    AdvertisingDependencies,
    Campaigns,
    EmailQueue,
    EmailQueueDependencies,
    EmailRecords,
    EmailRejected,
    NoticePreferences,
    Notifications,
    NotificationService,
    PushNotifier,
    PushNotifierDependencies,
    ReceivedNotices,
    UndeliverableAddresses,
    Vapid,
)
from unificx.notifications.reports import ReportEmails
from unificx.privacy import (
    AccessLog,
    Consents,
    DataSubject,
    Erasure,
    ErasureJournal,
    KeyRotation,
    KeyStore,
    MasterKey,
    Retention,
    TenantPeriods,
    access_holding,
)
from unificx.prompts import Prompts
from unificx.provisioning import PhoneSettingsDependencies, PhoneSettingsService
from unificx.queues import QueueStore
from unificx.recording import (
    CallRecorder,
    CallRecorderDependencies,
    MonitoringState,
    RecordingArchive,
    TenantRecordingPolicyChange,
    TranscodeWorker,
)
from unificx.resale import Resellers
from unificx.routing import DestinationDirectory, OutboundDependencies
from unificx.rtpengine.video_forwarding import VideoForwarder
from unificx.server.backup.service import BackupDependencies, BackupService
from unificx.server.call_routing import CallAreas, build_call_routing
from unificx.server.chat_events import ChatEvents
from unificx.server.contact_events import ContactEvents
from unificx.server.live_events import LiveEvents
from unificx.server.outside_calls import outside_numbers
from unificx.server.paths import InstallationPaths
from unificx.server.queue_events import QueueEvents
from unificx.server.room_events import RoomEvents
from unificx.speed_dials import speed_dial_holding
from unificx.support import SupportAccess, SupportService
from unificx.support.rights import (
    Breaches,
    Disclosures,
    Handovers,
    OutsideRequests,
    RightsDependencies,
    RightsRequests,
    request_holding,
)
from unificx.support.rights.ports import RequestNotifier
from unificx.trunks import Probe, RegistrationReport, Trunk, TrunkDirectory, TrunkService, TrunkTests
from unificx.voicemail import Mailboxes, NewMessage, TranscriptionWorker, mailbox_holding
from unificx.webhooks import SOURCES, WebhookService

PASSWORD = "correct horse battery"
ORIGIN = "https://pbx.example.com"
SPOKEN = sine(500, 8000, 8000 * 2).tobytes()
LISTENING = "http://127.0.0.1:8080"
STRIPE = "http://127.0.0.1:1"
"""Does not answer."""
OPEN_TO_ALL = {
    "accept_invitation",
    "ask_recovery",
    "enter_meeting",
    "finish_recovery",
    "health",
    "list_policy_versions",
    "look_at_suspension",
    "read_calendar",
    "request_review",
    "reopen_own_tenant",
    "look_at_invitation",
    "passkey_sign_in_options",
    "prove_second_factor",
    "readiness",
    "receive_card_report",
    "refresh_session",
    "second_factor_options",
    "sign_in",
    "sign_in_by_code",
    "sign_in_by_passkey",
    "sign_in_options",
    "show_brand",
    "show_brand_logo",
}
"""Operations without authentication."""


@dataclass
class FakeCall:
    id: str
    tenant_id: str
    started: datetime
    state: str = "talking"
    answered: datetime | None = None
    caller: str = "1001"
    callee: str = "1002"
    room: str | None = None
    extensions: tuple[str, ...] = ()


class FakeCalls:
    """Fake of the calls port, with a list to be filled by tests."""

    def __init__(self, rooms: RoomService) -> None:
        self.rooms = rooms
        self.live_calls: list[FakeCall] = []
        self.parked_calls: dict[str, list[ParkedCall]] = {}
        self.requests: list[tuple[str, ...]] = []
        self.monitored: dict[str, MonitoringState] = {}
        self.ringing_devices: set[tuple[str, str]] = set()
        self.picked_up_at: set[str] = set()

    def live(self, tenant_id: str | None) -> Sequence[FakeCall]:
        return [call for call in self.live_calls if tenant_id in (None, call.tenant_id)]

    def hangup(self, call_id: str) -> None:
        self.live_calls = [call for call in self.live_calls if call.id != call_id]

    def for_extensions(self, extensions: Collection[str]) -> Sequence[FakeCall]:
        return [call for call in self.live_calls if set(call.extensions) & set(extensions)]

    def busy_extensions(self, tenant_id: str) -> Set[str]:
        return {extension_id for call in self.live(tenant_id) for extension_id in call.extensions}

    def pickup_extensions(self, tenant_id: str) -> Set[str]:
        del tenant_id
        return self.picked_up_at

    def dial(self, extension_id: str, device_id: str, to: str, calling_for: str = "") -> str:
        in_name_of = (calling_for,) if calling_for else ()
        self.requests.append(("dial", extension_id, device_id, to, *in_name_of))
        return "call-9"

    def answer(self, call_id: str, extensions: Collection[str]) -> None:
        self._own(call_id, extensions)
        self.requests.append(("answer", call_id))

    def hang_up_own(self, call_id: str, extensions: Collection[str]) -> None:
        self._own(call_id, extensions)
        self.hangup(call_id)

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        self._own(call_id, extensions)
        self.requests.append(("transfer", call_id, to))

    def attended_transfer(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        for one in (call_id, consultation):
            self._own(one, extensions)
        self.requests.append(("join", call_id, consultation))

    def add_to_room(self, call_id: str, extensions: Collection[str], room_id: str) -> None:
        self._own(call_id, extensions)
        self.requests.append(("add", call_id, room_id))

    def parked(self, tenant_id: str) -> Sequence[ParkedCall]:
        return self.parked_calls.get(tenant_id, [])

    def move_to_room(self, call_id: str, extensions: Collection[str]) -> Room:
        self._own(call_id, extensions)
        [call] = [one for one in self.live_calls if one.id == call_id]
        host = next(one for one in call.extensions if one in extensions)
        room = self.rooms.open_ad_hoc(call.tenant_id, host)
        call.room = room.id
        return room

    def monitor(self, extension_id: str, call_id: str, mode: str, listener: str = "") -> str:
        self.requests.append((mode, extension_id, call_id, listener))
        return "call-9"

    def monitoring(self, call_id: str) -> MonitoringState | None:
        return self.monitored.get(call_id)

    def _own(self, call_id: str, extensions: Collection[str]) -> None:
        if all(call.id != call_id for call in self.for_extensions(extensions)):
            raise NotFound("There is no such call.")

    def decline(self, call_id: str, device_id: str) -> bool:
        ringing = (call_id, device_id) in self.ringing_devices
        self.ringing_devices.discard((call_id, device_id))
        return ringing


class FakeReadiness:
    """Fake of the readiness port; `components` is its result."""

    def __init__(self) -> None:
        self.components = [ComponentState("database", True), ComponentState("rtpengine", True)]
        self.storage_full = False

    async def states(self) -> Sequence[ComponentState]:
        return self.components

    async def health(self) -> Sequence[HealthCheck]:
        return [HealthCheck("disk", "warn", 1_500_000_000)]

    def is_storage_full(self) -> bool:
        return self.storage_full


@dataclass
class FakeTelephony:
    """Fake of the telephony port: credentials with the device id, and the registered devices."""

    clock: ManualClock
    servers: list[IceServer] = field(default_factory=list)
    registered_devices: set[str] = field(default_factory=set)
    wakeable_devices: set[str] = field(default_factory=set)

    def credentials(self, device_id: str) -> SipCredentials:
        return SipCredentials(self.clock.now() + timedelta(minutes=5), f"proof-of-{device_id}")

    def guest_credentials(self, guest_id: str) -> SipCredentials:
        return self.credentials(f"guest/{guest_id}")

    def ice_servers(self) -> Sequence[IceServer]:
        return self.servers

    def registered(self, extension_id: str, device_id: str) -> bool:
        return device_id in self.registered_devices

    def can_be_woken(self, extension_id: str, device_id: str) -> bool:
        return device_id in self.wakeable_devices


@dataclass
class FakePhones:
    """Fake of the port of phones, filled by tests."""

    registrations: dict[str, Registration] = field(default_factory=dict)
    failures: dict[str, RegistrationFailure] = field(default_factory=dict)
    addresses: list[SipServerAddress] = field(default_factory=list)
    synchronized: list[tuple[str, bool]] = field(default_factory=list)
    """Devices that were told to fetch their settings, and whether to restart."""

    def registration(self, extension_id: str, device_id: str) -> Registration | None:
        return self.registrations.get(device_id)

    def failure(self, device_id: str) -> RegistrationFailure | None:
        return self.failures.get(device_id)

    def servers(self) -> Sequence[SipServerAddress]:
        return self.addresses

    def check_sync(self, extension_id: str, device_id: str, *, reboot: bool) -> bool:
        self.synchronized.append((device_id, reboot))
        return device_id in self.registrations


class FakeSpeech:
    """Fake text to speech: as long as the text."""

    async def spoken(self, text: str, language: str) -> Sound:
        return Sound(bytes(1600 * len(text)))


class FakeSpeechRecognition:
    """Fake speech recognition."""

    requirement = ""

    async def transcribe(self, pcm: bytes, rate: int) -> Transcript:
        return Transcript(f"{len(pcm) / 2 / rate:.0f} seconds", "en")


BACKUP_SETTINGS = {"UNIFICX_MASTER_KEY": b64encode(bytes(range(32))).decode(), "PATH": os.defpath}


@dataclass
class FakeDialer:
    """A dialer of conferences that only records its calls: number of the room, that of its host, and what was dialled;
    and how many participants there were."""

    dialed: list[tuple[str, str, str]] = field(default_factory=list)
    participants: list[int] = field(default_factory=list)

    def dial(self, room: Room, host: CallerIdentity | None, number: str, participants: int) -> str:
        self.participants.append(participants)
        self.dialed.append((room.number, host.number if host else "", number))
        return f"call-{len(self.dialed)}"


class FakeProber:
    """A carrier that answers and forbids the registration."""

    async def probe(self, trunk: Trunk) -> Probe:
        assert trunk.name == "carrier"
        return Probe("192.0.2.1:5060", 200, 0.0125, registration=RegistrationReport("refused", 403))


@dataclass
class World:
    """An installation with two tenants, and clients for it."""

    app: Any
    services: Services
    keys: KeyStore
    database: Database
    spool: Spool
    outbox: Outbox
    clock: ManualClock
    calls: FakeCalls
    readiness: FakeReadiness
    emails: FakeAccountNotifier
    live_events: LiveEvents
    transcoding: TranscodeWorker
    audio: AudioStore
    transcription: TranscriptionWorker
    recorder: CallRecorder
    media: FakeEngine
    bus: EventBus
    dialer: FakeDialer
    video_relay: FakeVideoRelay
    acme: Tenant = field(init=False)
    globex: Tenant = field(init=False)
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        return self.services.identity

    @property
    def telephony(self) -> FakeTelephony:
        assert isinstance(self.services.live.telephony, FakeTelephony)
        return self.services.live.telephony

    def client(self, *, operator: bool = False, address: str = "203.0.113.7", **headers: str) -> httpx.AsyncClient:
        """Return a client on the network, or with the control socket's operator rights."""
        app = as_operator(self.app) if operator else self.app
        transport = httpx.ASGITransport(app, client=(address, 4711))
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)
        self.clients.append(client)
        return client

    async def signed_in(self, email: str, password: str = PASSWORD) -> httpx.AsyncClient:
        """Return a client signed in with a bearer token."""
        client = self.client()
        answer = await client.post("/api/v1/sessions", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client

    async def person(self, tenant: Tenant, email: str, role: Role = Role.USER) -> Person:
        """Create a user with PASSWORD."""
        new = NewPerson(name=email.split("@", maxsplit=1)[0], email=email, role=role, password=PASSWORD)
        return await self.identity.users.create(tenant.id, new)

    async def admin(self, tenant: Tenant) -> httpx.AsyncClient:
        """Return a signed-in client of a new administrator."""
        email = f"admin@{tenant.domain}"
        await self.person(tenant, email, Role.TENANT_ADMIN)
        return await self.signed_in(email)

    async def user(self, tenant: Tenant, number: str) -> httpx.AsyncClient:
        """Return a signed-in client of a new user with an extension."""
        email = f"user{number}@{tenant.domain}"
        await self.person(tenant, email)
        await self.identity.extensions.create(tenant.id, NewExtension(number, f"Phone {number}", email))
        return await self.signed_in(email)

    async def extension(self, tenant: Tenant, number: str) -> Extension:
        """Return the extension of a new user without a password."""
        new = NewPerson(name=f"Phone {number}", email=f"user{number}@{tenant.domain}")
        created = (await self.identity.people.create(tenant.id, new, number)).extension
        assert created is not None
        return created

    async def record_call(
        self,
        tenant: Tenant,
        caller: str,
        callee: str,
        seconds: int = 30,
        *,
        withheld: bool = False,
        stored: bool = True,
    ) -> str:
        """Record a finished, answered call with one step; return its id. `stored`: not only in the spool."""
        call_id, now = self.clock.new_id(), self.clock.now()
        ended = now + timedelta(seconds=3 + seconds)
        calling = replace(self._party(tenant, "caller", caller), withheld=withheld)
        called = self._party(tenant, "callee", callee)
        self.services.history.record(
            CallEnded(
                id=call_id,
                tenant=tenant.id,
                direction="internal",
                started=now,
                answered=now + timedelta(seconds=3),
                ended=ended,
                outcome="answered",
                cause=16,
                parties=(calling, called),
                steps=(CallStep("extension", "dialled", now, ended, "answered", called),),
            )
        )
        if stored:
            await self.spool.drain()
        self.clock.advance(60)
        return call_id

    async def build_copies(self) -> None:
        """Build the requested access copies."""
        await self.services.access_copies.build_all(self.services.erasures.holdings)

    async def leave_message(
        self, tenant: Tenant, number: str, caller: str = "+491511234567", *, transcribe: bool = False
    ) -> str:
        """Store a two-second message for an extension or group mailbox; return its id."""
        groups = self.services.mailboxes.shared
        box = self.identity.directory.extension(tenant.id, number) or groups.by_number(tenant.id, number)
        assert box is not None
        new = NewMessage(tenant.id, box.id, box.subject, "call-1", None, caller, "Carl Caller", transcribe)
        draft = await self.services.mailboxes.begin(new)
        await draft.write(SPOKEN, 8000)
        assert await draft.store()
        self.clock.advance(60)
        return draft.message.id

    async def start_call(self, tenant: Tenant, caller: str, callee: str | None, call_id: str = "call-1") -> None:
        """Start a call; the callee is external if None."""
        found = [self.identity.directory.extension(tenant.id, number or "") for number in (caller, callee)]
        one, other = [(each.id, each.subject) if each is not None else ("", None) for each in found]
        self.recorder.conversation_changed(conversation(call_id, tenant.id, one, other))

    async def make_recording(self, tenant: Tenant, caller: str, callee: str | None, call_id: str = "call-1") -> str:
        """Record a two-second call; return the recording's id."""
        await self.services.archive.change_tenant(tenant.id, TenantRecordingPolicyChange(mode="announce"))
        await self.start_call(tenant, caller, callee, call_id)
        extension = self.identity.directory.extension(tenant.id, caller)
        assert extension is not None
        if self.recorder.live(call_id).state == "none":
            self.recorder.start(call_id, [extension.id])
        await self.until_recording(call_id)
        self.media.put_both(2.0)
        self.recorder.call_ended(call_id)  # writes what is still on its way
        self.clock.advance(60)
        async with asyncio.timeout(5):
            while not (found := await self.services.archive.of_call(tenant.id, call_id)):
                await asyncio.sleep(0.02)
        return found[0].id

    async def until_recording(self, call_id: str) -> None:
        async with asyncio.timeout(10):
            while self.recorder.live(call_id).state != "recording" or not self.media.all_consumed("a", "b"):
                self.clock.advance(0.2)
                await asyncio.sleep(0.05)

    def _party(self, tenant: Tenant, role: Any, number: str) -> CallParty:
        extension = self.identity.directory.extension(tenant.id, number)
        return CallParty(
            role,
            subject=extension.subject if extension else None,
            extension_id=extension.id if extension else None,
            number=number,
            name=extension.name if extension else "",
            quality=MediaQuality(loss=0.5, jitter_ms=2.0, mos=4.3, packets=1500),
        )


class ErasureChecks:
    def __init__(self, identity: Identity, spool: Spool) -> None:
        self._identity, self._spool = identity, spool

    async def check(self, owner: DataSubject) -> None:
        if owner.person_id:
            await self._identity.users.require_erasable(owner)

    async def admit(self, session: AsyncSession, owner: DataSubject, leaving: Collection[str]) -> None:
        if owner.person_id:
            await self._identity.users.require_other(session, owner, leaving)

    async def settle(self) -> None:
        await self._spool.drain()

    def extensions(self, owner: DataSubject) -> tuple[str, ...]:
        return self._identity.directory.extension_ids_of(owner.person_id)


class MailRoute:
    """Sends e-mails to a server that a test sets; until then, none takes them."""

    server: SmtpClient | None = None

    async def send(
        self,
        message: EmailMessage,
        before_data: Callable[[], Awaitable[None]] | None = None,
        *,
        within: float | None = None,
    ) -> None:
        if self.server is None:
            raise EmailRejected(permanent=False)
        await self.server.send(message, before_data, within=within)


def notifications_of(
    database: Database,
    keys: KeyStore,
    identity: Identity,
    preferences: NoticePreferences,
    *,
    push: PushNotifier,
    consents: Consents,
    cluster: Cluster,
) -> Notifications:
    """Return the senders, whose e-mails wait until a test calls `deliver`."""
    directory, sender = identity.directory, Address("", "pbx", "example.com")
    advertising = Advertising(AdvertisingDependencies(database, consents, directory, bytes(32)))
    undeliverable = UndeliverableAddresses(database, keys, directory, bytes(32))
    parts = EmailQueueDependencies(
        database, keys, directory, preferences, MailRoute(), sender, None, advertising, undeliverable
    )
    emails, records = EmailQueue(parts, cluster.counters), EmailRecords(parts, cluster.counters)
    campaigns = Campaigns(database, identity, emails, advertising)
    received = ReceivedNotices(database, keys, directory, preferences, cluster.bus)
    return Notifications(emails, push, preferences, advertising, campaigns, records, undeliverable, received)


@dataclass(frozen=True)
class WorldParts:
    """Parts of an installation that a test module brings along. `stripe` is the URL of the card processor; `recorder`
    and `captions` follow the meetings."""

    stripe: str = STRIPE
    request_emails: RequestNotifier = field(default_factory=NoRequestEmails)
    recorder: Callable[[ConferenceManager], MeetingRecorder] | None = None
    captions: Callable[[Clock, EventBus, ConferenceManager], MeetingCaptioner] | None = None


@asynccontextmanager
async def open_installation(
    folder: Path, template: bytes, clock: ManualClock, parts: WorldParts | None = None
) -> AsyncIterator[World]:
    """Open the installation in `folder`; created from the database `template` if missing."""
    parts = parts or WorldParts()
    file = folder / "unificx.db"
    if not file.exists():
        file.write_bytes(template)
    database = Database(f"sqlite:///{file}", clock)
    keys = KeyStore(folder / "keys.db", bytes(range(32)), clock)
    cluster = local_cluster(clock, _fail)
    bus = cluster.bus
    outbox = Outbox(database, bus.publish, clock)
    spool = Spool(folder / "spool", database)
    emails = FakeAccountNotifier()
    identity = build_identity(
        database,
        keys,
        clock,
        hashing=PasswordHashing(),
        notifier=emails,
        fetch=HttpClient(),
        cluster=cluster,
    )
    rooms = RoomService(database, keys, identity.directory, PasswordHashing(), clock, counters=cluster.counters)
    calls, readiness, idempotency = FakeCalls(rooms), FakeReadiness(), IdempotencyStore(database, keys, clock)
    outbox.subscribe(PersonClosed, idempotency.delete_affected)
    outbox.subscribe(TenantDeleted, idempotency.delete_affected)
    webhooks = WebhookService(database, keys, clock)
    for reported in SOURCES:
        outbox.subscribe(reported, webhooks.on_event)
    numbers, is_watched = outside_numbers(keys, identity.directory), partial(webhooks.watches, event="call.ended")
    history = CdrService(database, keys, numbers, spool, bus.publish, is_watched=is_watched)
    push_delivery, vapid = WebPushClient(loopback=True), Vapid(bytes([7] * 32), "mailto:admin@example.com")
    directory = identity.directory
    preferences = NoticePreferences(database, keys)
    push_parts = (database, keys, directory, push_delivery, vapid, bus, preferences)
    push = PushNotifier(PushNotifierDependencies(*push_parts, loopback=True, sleep=_no_pause))
    hub = EventHub()
    bus.subscribe(SessionEnded, lambda event: push.session_ended(event.session_id))
    live_events, meetings = (
        LiveEvents(hub, bus, directory),
        ConferenceManager(
            clock,
            bus.publish,
            dialer := FakeDialer(),
            recorder=parts.recorder,
            captions=partial(parts.captions, clock, bus) if parts.captions is not None else None,
        ),
    )
    videos = MeetingVideos(
        meetings, VideoForwarder(video_relay := FakeVideoRelay()), cluster.counters, clock, bus.publish
    )
    for changed in (ConferenceChanged, ConferenceEnded):
        bus.subscribe(changed, lambda event: videos.meeting_changed(event.room))
    guests = MeetingGuests(database, rooms, clock, cluster.counters)
    bus.subscribe(ParticipantRemoved, guests.on_removed)
    bus.subscribe(ParticipantAdmitted, guests.on_admitted)
    breakouts = MeetingBreakouts(rooms, meetings, clock, bus.publish)
    bus.subscribe(ConferenceChanged, lambda event: breakouts.meeting_changed(event.room))
    bus.subscribe(ConferenceEnded, lambda event: event.room.parent or rooms.close_ad_hoc(event.room))
    room_events = RoomEvents(hub, bus, directory, videos, breakouts, guests=guests)
    bus.subscribe(RoomDeleted, lambda event: meetings.handle_event(event.room_id, EndRequested(ADMINISTRATOR)))
    erasure = Erasure(ErasureJournal(folder / "erased.journal"), keys, clock, bus)
    audio_parts = AudioStoreDependencies(
        database, keys, erasure, LocalBlobStore(folder / "audio"), FakeSpeechRecognition()
    )
    audio = AudioStore(audio_parts)
    mailboxes = Mailboxes(audio_parts, audio, numbers, PasswordHashing(), cluster.counters)
    custom_sounds = CustomSounds(audio_parts, audio)
    transcoding = TranscodeWorker(audio_parts, audio, lambda tenant_id: mailboxes.tenant_settings(tenant_id).keep_wav)
    archive, media = RecordingArchive(audio_parts, audio, numbers), FakeEngine()
    recorder = CallRecorder(
        CallRecorderDependencies(clock, FakeRelay(), media, Prompts(), archive, lambda *_: "en"),
        live_events.recording_changed,
    )
    trunks = TrunkService(database, keys, clock, TrunkDirectory(lambda sender: False, bytes(32)))
    store = QueueStore(database, keys, numbers, spool, bus.publish)
    destinations = DestinationDirectory()
    outside = OutboundDependencies(
        database, keys, clock, directory, trunks.directory, destinations, Locations(database, keys, clock, directory)
    )
    menus = MenuDependencies(database, keys, directory, destinations, custom_sounds, FakeSpeech(), clock)
    routing = build_call_routing(
        store, outside, menus, CallAreas(trunks, mailboxes, rooms, custom_sounds, CallControl()), cluster
    )
    count = routing.outbound.numbers.count
    billing = build_billing(database, keys, directory, count, StripePayments(parts.stripe))
    outbox.subscribe(OutsideCallRecorded, billing.rating.on_outside_call)
    queue_events = QueueEvents(hub, bus, directory, routing.queues)
    rights = RightsRequests(
        RightsDependencies(database, keys, numbers, identity, cluster.counters, cluster.one_time, parts.request_emails)
    )
    accesses = AccessLog(database, keys, directory)
    holdings = (
        account_holding(database, identity.users),
        mailbox_holding(database, mailboxes),
        call_record_holding(database, history),
        contact_holding(database, routing.contacts),
        speed_dial_holding(database, routing.speed_dials),
        request_holding(database, rights.retention),
        access_holding(database, accesses),
    )
    erasures = person_erasures(database, keys, erasure, holdings, ErasureChecks(identity, spool))
    copies, installation_id = folder / "copies", keys.installation_id
    disclosures = Disclosures(rights)
    access_copies = AccessCopies(
        AccessCopyDependencies(database, keys, erasure, copies, installation_id, lambda: False, disclosures)
    )
    periods = TenantPeriods(database, directory.tenants)
    period = partial(periods.of, name="message")
    attachments = Attachments(AttachmentDependencies(database, keys, audio_parts.blobs, PhotoImporter()))
    chat = Chat(ChatDependencies(database, keys, directory, cluster.counters, bus.publish, period, attachments))
    ChatEvents(hub, bus, push)
    ContactEvents(hub, bus)
    consents = Consents(database, keys)
    consents.on_end("contact_sync", DeviceCopies(routing.contacts, consents).on_consent_ended)
    notifications = notifications_of(
        database, keys, identity, preferences, push=push, consents=consents, cluster=cluster
    )
    notification_service = NotificationService()
    notification_service.configure(notifications.emails, push, notifications.received)
    services = Services(
        identity=identity,
        holds=erasures.holds,
        insight=UsageInsight(InsightDependencies(database, identity, consents)),
        erasures=erasures,
        access_copies=access_copies,
        retention=Retention(database, periods, call_record_expiries(database), ()),
        audit=erasures.audit,
        accesses=accesses,
        backups=BackupService(
            BackupDependencies(InstallationPaths(folder), BACKUP_SETTINGS, database, lambda: ("present",))
        ),
        rotation=KeyRotation(keys, MasterKey(bytes(range(32))), lambda: None),
        history=history,
        call_erasure=CallErasure(database, erasures.erasure, bus.publish),
        mailboxes=mailboxes,
        custom_sounds=custom_sounds,
        prompt_overrides=PromptOverrides(Prompts(), custom_sounds),
        archive=archive,
        trunks=trunks,
        outbound=routing.outbound,
        presence=routing.presence,
        invitations=MeetingInvitations(
            InvitationDependencies(database, keys, identity, guests, notification_service, cluster.counters)
        ),
        queues=routing.queues,
        menus=routing.menus,
        destinations=routing.destinations,
        groups=routing.groups,
        hours=routing.hours,
        feature_codes=routing.codes,
        support=SupportService(database, keys, clock),
        reports=ReportEmails(database, directory, identity.users, notification_service),
        support_access=SupportAccess(database, identity.users.has_administrator),
        rights=RightsServices(
            rights, OutsideRequests(rights), disclosures, Handovers(disclosures, erasures.audit), Breaches(rights)
        ),
        sign_up=OrganisationSignUp(identity, cluster.counters, cluster.one_time, emails),
        completions=routing.completions,
        speed_dials=routing.speed_dials,
        resellers=Resellers(identity),
        locations=routing.locations,
        chat=chat,
        contacts=routing.contacts,
        consents=consents,
        live=LiveServices(
            calls,
            recorder,
            readiness,
            FakeTelephony(clock),
            FakePhones(),
            videos,
            breakouts,
            TrunkTests(FakeProber(), clock),
        ),
        phone_settings=PhoneSettingsService(
            PhoneSettingsDependencies(database, keys, identity, clock, cluster.counters, consents, bytes(32))
        ),
        sound_converter=AudioImporter(),
        notifications=notifications,
        webhooks=webhooks,
        billing=billing,
        event_hub=hub,
        idempotency=idempotency,
        clock=clock,
        metrics=CollectorRegistry(),
        public_address=PublicAddress(listening=LISTENING),
    )
    await identity.start()
    await services.mailboxes.start()
    await services.custom_sounds.start()
    await archive.start()
    await services.rooms.start()
    await services.trunks.start()
    await routing.start()
    await identity.initial_setup.create_operator("root@operator.example")
    world = World(
        build(services),
        services,
        keys,
        database,
        spool,
        outbox,
        clock,
        calls,
        readiness,
        emails,
        live_events,
        transcoding,
        audio,
        TranscriptionWorker(audio_parts, audio, mailboxes),
        recorder,
        media,
        bus,
        dialer,
        video_relay,
    )
    try:
        yield world
    finally:
        for client in world.clients:
            await client.aclose()
        await recorder.close()
        await services.billing.runs.close()
        await identity.join_background_tasks()
        live_events.close()
        room_events.close()
        queue_events.close()
        await routing.queues.manager.close()
        await push.close()
        await push_delivery.close()
        await spool.close()
        await database.close()
        keys.close()


@asynccontextmanager
async def open_world(folder: Path, template: bytes, parts: WorldParts | None = None) -> AsyncIterator[World]:
    """Open a new installation in `folder` with two tenants."""
    async with open_installation(folder, template, ManualClock(), parts) as world:
        world.acme = await world.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
        world.globex = await world.identity.tenants.create(NewTenant("globex", "Globex", "globex.example"))
        yield world


async def _no_pause(seconds: float) -> None:
    del seconds


def _fail(fault: BaseException) -> None:
    raise fault


@pytest.fixture
def world_parts(request: pytest.FixtureRequest) -> WorldParts:
    """Modules and tests give others."""
    return getattr(request, "param", None) or WorldParts()


@pytest.fixture
async def world(tmp_path: Path, sqlite_template: bytes, world_parts: WorldParts) -> AsyncIterator[World]:
    """A new installation."""
    async with open_world(tmp_path, sqlite_template, world_parts) as fresh:
        yield fresh


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Return the routes of an app, also those of its indexes."""
    found = [one for each in app.routes for one in (each.routes if isinstance(each, RouteIndex) else [each])]
    return [one for one in found if isinstance(one, APIRoute)]
