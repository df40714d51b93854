"""Container with all services of an installation, without sockets. Shared by server and CLI."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

from prometheus_client import CollectorRegistry

from unificx import registrar
from unificx.api import EventHub, IdempotencyStore, PublicAddress
from unificx.archive import AccessCopies, AccessCopyDependencies
from unificx.attachments import AttachmentDependencies, Attachments
from unificx.audio_store import AudioStore, AudioStoreDependencies, CustomSounds, PromptOverrides
from unificx.billing import Billing, Rating, build_billing
from unificx.calls import LIVE_CALL_KEYS, CallControl, Journal, SpooledCallJournal
from unificx.cdr import CdrService
from unificx.chat import Chat, ChatDependencies
from unificx.cluster import Cluster, EventBus, Location, RecordLog
from unificx.conferencing import InvitationDependencies, MeetingGuests, MeetingInvitations
from unificx.conferencing import RoomService as MeetingRooms
from unificx.core.clock import Clock
from unificx.db import Database, DiskGuard, Outbox, Spool
from unificx.identity import Identity, PasswordHashing, build_identity
from unificx.integrations.audio_import.client import AudioImporter
from unificx.integrations.http_client import HttpClient
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.integrations.stripe_payments import StripePayments
from unificx.integrations.whisper import Whisper
from unificx.ivr import MenuDependencies
from unificx.locations import Locations
from unificx.notifications import (
    EmailQueue,
    Notifications,
    NotificationService,
    PushNotifier,
)
from unificx.notifications.reports import ReportEmails
from unificx.privacy import (
    AccessLog,
    AuditLog,
    Consents,
    Erasure,
    Holds,
    KeyPool,
    KeyRotation,
    KeyStore,
    OutsideNumbers,
    PersonErasureDependencies,
    PersonErasures,
    Retention,
    TenantPeriods,
)
from unificx.prompts import Prompts
from unificx.provisioning import PhoneSettingsDependencies, PhoneSettingsService
from unificx.queues import Queues, QueueStore
from unificx.recording import RecordingArchive, TranscodeWorker
from unificx.registrar import Binding, LocationService, Registrar, RegistrarDependencies
from unificx.resale import Resellers
from unificx.routing import CodeTables, DestinationDirectory, OutboundDependencies
from unificx.server.backup.service import BackupService
from unificx.server.call_routing import CallAreas, CallRouting, build_call_routing
from unificx.server.expiries import all_deadlines, all_expiries
from unificx.server.holdings import ConnectedAreas, all_holdings
from unificx.server.invoice_pdf import invoice_pdf
from unificx.server.notification_senders import EmailFiles, senders
from unificx.server.notification_settings import NotificationSettings
from unificx.server.outside_calls import RateDeckPrices, outside_numbers
from unificx.server.paths import InstallationPaths
from unificx.server.registered_phones import RegisteredPhones
from unificx.server.report_files import ReportSources
from unificx.server.request_notifier import RequestEmails
from unificx.sip.uri import Uri
from unificx.support import SupportService
from unificx.support.rights import Disclosures, RightsDependencies, RightsRequests
from unificx.trunks import TrunkDirectory, TrunkService
from unificx.voicemail import Mailboxes, TranscriptionWorker
from unificx.webhooks import WebhookService

RESERVE_BYTES = 32 << 20
"""Bytes of disk reserved for the records of calls that end while the disk is full: about 20,000."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Work on the installation as a whole."""

    rotation: KeyRotation
    backups: BackupService


@dataclass(frozen=True)
class Container:
    """All stateful services. Erasure and retention go through all others, so the first use of each builds it."""

    cluster: Cluster
    paths: InstallationPaths
    database: Database
    keys: KeyStore
    erasing: PersonErasureDependencies
    consents: Consents
    accesses: AccessLog
    periods: TenantPeriods
    chat: Chat
    upkeep: Upkeep
    outbox: Outbox
    spool: Spool
    identity: Identity
    location: Location[Binding]
    registrar: Registrar
    phone_settings: PhoneSettingsService
    history: CdrService
    audio: AudioStore
    transcoding: TranscodeWorker
    mailboxes: Mailboxes
    custom_sounds: CustomSounds
    prompt_overrides: PromptOverrides
    transcription: TranscriptionWorker
    archive: RecordingArchive
    access_copies: AccessCopies
    invitations: MeetingInvitations
    trunks: TrunkService
    routing: CallRouting
    resellers: Resellers
    support: SupportService
    rights: RightsRequests
    reports: ReportEmails
    journal: Journal
    notifications: Notifications
    webhooks: WebhookService
    billing: Billing
    notification_service: NotificationService
    idempotency: IdempotencyStore
    disk_guard: DiskGuard
    public_address: PublicAddress
    event_hub: EventHub = field(default_factory=EventHub)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)

    def is_storage_full(self) -> bool:
        """Return whether storage is too full to accept new data."""
        return _is_storage_full(self.disk_guard, self.spool)

    @property
    def rotation(self) -> KeyRotation:
        """The rotation of keys."""
        return self.upkeep.rotation

    @property
    def backups(self) -> BackupService:
        """The backups that the server makes."""
        return self.upkeep.backups

    @property
    def node(self) -> str:
        """Id of this incarnation of the process, in hexadecimal."""
        return self.cluster.node

    @property
    def bus(self) -> EventBus:
        """The bus of events."""
        return self.cluster.bus

    @property
    def clock(self) -> Clock:
        """The clock of the installation."""
        return self.database.clock

    @property
    def guests(self) -> MeetingGuests:
        """The guests of meetings and their links."""
        return self.invitations.guests

    @property
    def conference_rooms(self) -> MeetingRooms:
        """The conference rooms and meetings."""
        return self.guests.rooms

    @property
    def calls(self) -> CallControl:
        """The live calls; none before a SIP server has attached its call manager."""
        return self.routing.calls

    @property
    def push(self) -> PushNotifier:
        """Push messages."""
        return self.notifications.push

    @property
    def email_queue(self) -> EmailQueue:
        """The queue of e-mails."""
        return self.notifications.emails

    def derive_secret(self, purpose: str) -> bytes:
        """Return the secret of the installation for a purpose."""
        return self.keys.secrets.derive(purpose)

    @cached_property
    def retention(self) -> Retention:
        """The retention of the data of all areas."""
        return Retention(self.database, self.periods, all_expiries(self), all_deadlines(self))

    @cached_property
    def erasures(self) -> PersonErasures:
        """The erasure of people in all areas."""
        return PersonErasures(self.erasing, all_holdings(self), ConnectedAreas(self))

    @property
    def erasure(self) -> Erasure:
        """The erasure of single subjects."""
        return self.erasing.erasure

    @property
    def disclosures(self) -> Disclosures:
        """The register of disclosures to authorities."""
        return Disclosures(self.rights)

    @property
    def audit(self) -> AuditLog:
        """The audit log, which also records the erasures."""
        return self.erasing.audit

    @property
    def holds(self) -> Holds:
        """Holds on objects, which delay erasures."""
        return self.erasing.holds


def build_container(
    paths: InstallationPaths,
    database: Database,
    keys: KeyStore,
    erasing: PersonErasureDependencies,
    cluster: Cluster,
    *,
    notifications: NotificationSettings,
    upkeep: Upkeep,
) -> Container:
    """Build all services, with ports filled and spool handlers registered."""
    clock, bus, notices, location = database.clock, cluster.bus, NotificationService(), LocationService()
    spool, disk_guard = Spool(paths.spool, database, reserve=RESERVE_BYTES), DiskGuard(paths.home, clock)
    is_full, identity = partial(_is_storage_full, disk_guard, spool), _identity(database, keys, notices, cluster)
    deps = AudioStoreDependencies(database, keys, erasing.erasure, notifications.blobs, Whisper(paths.models))
    audio, mailboxes, sounds = _sound_areas(deps, numbers := outside_numbers(keys, identity.directory), cluster)
    trunks, store = _trunks(database, keys, identity), QueueStore(database, keys, numbers, spool, bus.publish)
    files = partial(_files, mailboxes, resold := Resellers(identity), consents := Consents(database, keys, bus.publish))
    return Container(
        cluster=cluster,
        paths=paths,
        database=database,
        keys=keys,
        erasing=erasing,
        consents=consents,
        accesses=AccessLog(database, keys, identity.directory),
        periods=(periods := TenantPeriods(database, identity.directory.tenants)),
        chat=_chat(deps, identity, cluster, periods, location=location),
        upkeep=upkeep,
        outbox=Outbox(database, bus.publish, clock),
        spool=spool,
        identity=identity,
        location=location,
        registrar=_registrar(database, keys, identity, spool, bus=bus, location=location, is_full=is_full),
        webhooks=(webhooks := WebhookService(database, keys, clock)),
        history=(history := _history(database, keys, numbers, spool, bus, webhooks=webhooks)),
        audio=audio,
        transcoding=_transcoding(deps, audio, mailboxes),
        mailboxes=mailboxes,
        custom_sounds=sounds,
        prompt_overrides=PromptOverrides(Prompts(), sounds),
        transcription=TranscriptionWorker(deps, audio, mailboxes),
        archive=RecordingArchive(deps, audio, numbers),
        public_address=(public := PublicAddress()),
        rights=(rights := _rights(database, keys, numbers, identity, cluster, notices=notices, address=public)),
        access_copies=_access_copies(database, keys, erasing.erasure, paths, is_full, approvals=Disclosures(rights)),
        invitations=(meetings := _invitations(database, keys, identity, notices, cluster)),
        trunks=trunks,
        routing=(routing := _routing(store, identity, (trunks, mailboxes, meetings.guests.rooms, sounds), cluster)),
        phone_settings=_phone_settings(database, keys, identity, cluster, consents, codes=routing.codes.tables),
        resellers=resold,
        support=SupportService(database, keys, clock),
        reports=ReportEmails(database, identity.directory, identity.users, notices),
        journal=_journal(spool, database, keys),
        billing=(billing := _billing(database, keys, identity, routing)),
        notifications=senders(deps, files(history, billing, routing.queues), notices, notifications, cluster),
        notification_service=notices,
        idempotency=IdempotencyStore(database, keys, clock),
        disk_guard=disk_guard,
    )


# Providers that need more than one call, each for one service.


def _files(  # noqa: PLR0917 - sources of different areas
    mailboxes: Mailboxes, resold: Resellers, consents: Consents, history: CdrService, billing: Billing, queues: Queues
) -> EmailFiles:
    reports = ReportSources(resold.identity, history, queues, consents, billing)
    return EmailFiles(mailboxes, invoice_pdf(billing), reports, resold.directory.product_of)


def _history(
    database: Database,
    keys: KeyStore,
    numbers: OutsideNumbers,
    spool: RecordLog,
    bus: EventBus,
    *,
    webhooks: WebhookService,
) -> CdrService:
    is_watched = partial(webhooks.watches, event="call.ended")
    return CdrService(database, keys, numbers, spool, bus.publish, is_watched=is_watched)


def _billing(database: Database, keys: KeyStore, identity: Identity, routing: CallRouting) -> Billing:
    return build_billing(database, keys, identity.directory, routing.outbound.numbers.count, StripePayments())


def _journal(spool: Spool, database: Database, keys: KeyStore) -> Journal:
    pool = KeyPool(keys, database.clock, LIVE_CALL_KEYS)
    return Journal(SpooledCallJournal(spool, database, pool.tidy), keys, pool, database.clock)


def _rights(
    database: Database,
    keys: KeyStore,
    numbers: OutsideNumbers,
    identity: Identity,
    cluster: Cluster,
    *,
    notices: NotificationService,
    address: PublicAddress,
) -> RightsRequests:
    notifier = RequestEmails(identity, keys, notices, address)
    return RightsRequests(
        RightsDependencies(database, keys, numbers, identity, cluster.counters, cluster.one_time, notifier)
    )


def _sound_areas(
    deps: AudioStoreDependencies, numbers: OutsideNumbers, cluster: Cluster
) -> tuple[AudioStore, Mailboxes, CustomSounds]:
    audio = AudioStore(deps)
    return audio, Mailboxes(deps, audio, numbers, PasswordHashing(), cluster.counters), CustomSounds(deps, audio)


def _access_copies(
    database: Database,
    keys: KeyStore,
    erasure: Erasure,
    paths: InstallationPaths,
    is_full: Callable[[], bool],
    *,
    approvals: Disclosures,
) -> AccessCopies:
    directory, installation_id = paths.access_copies, keys.installation_id
    return AccessCopies(AccessCopyDependencies(database, keys, erasure, directory, installation_id, is_full, approvals))


def _chat(
    deps: AudioStoreDependencies,
    identity: Identity,
    cluster: Cluster,
    periods: TenantPeriods,
    *,
    location: Location[Binding],
) -> Chat:
    database, keys, period = deps.database, deps.keys, partial(periods.of, name="message")
    attachments = Attachments(AttachmentDependencies(database, keys, deps.blobs, PhotoImporter()))
    phones, counters = RegisteredPhones(identity.directory, location, database.clock), cluster.counters
    publish = cluster.bus.publish
    return Chat(ChatDependencies(database, keys, identity.directory, counters, publish, period, attachments, phones))


def _invitations(
    database: Database,
    keys: KeyStore,
    identity: Identity,
    notices: NotificationService,
    cluster: Cluster,
) -> MeetingInvitations:
    rooms = MeetingRooms(
        database, keys, identity.directory, PasswordHashing(), database.clock, counters=cluster.counters
    )
    guests = MeetingGuests(database, rooms, database.clock, cluster.counters)
    return MeetingInvitations(InvitationDependencies(database, keys, identity, guests, notices, cluster.counters))


def _phone_settings(
    database: Database, keys: KeyStore, identity: Identity, cluster: Cluster, consents: Consents, *, codes: CodeTables
) -> PhoneSettingsService:
    secret = keys.secrets.derive("phone settings")
    return PhoneSettingsService(
        PhoneSettingsDependencies(database, keys, identity, database.clock, cluster.counters, consents, secret, codes)
    )


def _routing(
    store: QueueStore,
    identity: Identity,
    parts: tuple[TrunkService, Mailboxes, MeetingRooms, CustomSounds],
    cluster: Cluster,
) -> CallRouting:
    database, keys, directory, areas = store.database, store.keys, identity.directory, CallAreas(*parts, CallControl())
    destinations = DestinationDirectory()
    locations = Locations(database, keys, database.clock, directory)
    trunks = areas.trunks.directory
    prices = RateDeckPrices(Rating(database, directory))
    outside = OutboundDependencies(database, keys, database.clock, directory, trunks, destinations, locations, prices)
    menus = MenuDependencies(database, keys, directory, destinations, areas.sounds, AudioImporter(), database.clock)
    return build_call_routing(store, outside, menus, areas, cluster)


def _identity(database: Database, keys: KeyStore, notifier: NotificationService, cluster: Cluster) -> Identity:
    hashing, fetch = PasswordHashing(), HttpClient()
    return build_identity(
        database, keys, database.clock, hashing=hashing, notifier=notifier, fetch=fetch, cluster=cluster
    )


def _trunks(database: Database, keys: KeyStore, identity: Identity) -> TrunkService:
    phones = identity.directory

    def is_phone(sender: Uri) -> bool:
        """Whether it has the domain of a tenant, or the user name of a device, which may use our address as domain."""
        has_domain = phones.tenant_by_domain(sender.host) is not None
        return has_domain or phones.device_by_username(sender.decoded_user) is not None

    directory = TrunkDirectory(is_phone, keys.secrets.derive("trunk contacts"))
    return TrunkService(database, keys, database.clock, directory)


def _registrar(
    database: Database,
    keys: KeyStore,
    identity: Identity,
    spool: Spool,
    *,
    bus: EventBus,
    location: Location[Binding],
    is_full: Callable[[], bool],
) -> Registrar:
    dependencies = RegistrarDependencies(identity.directory, keys, spool, database.clock, bus, is_full)
    registrations = Registrar(dependencies, location)
    spool.register_handler(registrar.KIND, registrations.apply)
    return registrations


def _transcoding(deps: AudioStoreDependencies, audio: AudioStore, mailboxes: Mailboxes) -> TranscodeWorker:
    return TranscodeWorker(deps, audio, lambda tenant_id: mailboxes.tenant_settings(tenant_id).keep_wav)


def _is_storage_full(disk_guard: DiskGuard, spool: RecordLog) -> bool:
    return spool.nearly_full or disk_guard.is_low()
