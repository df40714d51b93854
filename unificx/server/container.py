"""Container with all services of an installation, without sockets. Shared by server and CLI."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from prometheus_client import CollectorRegistry

from unificx import calls, registrar
from unificx.api import EventHub, IdempotencyStore
from unificx.audio_store import AudioStore, AudioStoreParts, CustomSounds, PromptOverrides
from unificx.calls import Journal
from unificx.cdr import CdrService
from unificx.conferencing import ConferenceManager
from unificx.conferencing import RoomService as MeetingRooms
from unificx.core.clock import Clock
from unificx.core.events import EventBus
from unificx.db import Database, DiskGuard, Outbox, Spool
from unificx.identity import IdentityService, PasswordHashing
from unificx.integrations.http_client import HttpClient
from unificx.integrations.smtp import SmtpClient
from unificx.integrations.whisper.client import Whisper
from unificx.notifications import (
    EmailQueue,
    EmailQueueDependencies,
    MessageAudio,
    NotificationService,
    PushNotifier,
    PushNotifierDependencies,
)
from unificx.privacy import Erasure, KeyStore
from unificx.prompts import Prompts
from unificx.recording import RecordingArchive, TranscodeWorker
from unificx.registrar import LocationService, Registrar
from unificx.server.notification_settings import NotificationSettings
from unificx.server.paths import InstallationPaths
from unificx.support import SupportService
from unificx.voicemail import Mailboxes, TranscriptionWorker, VoicemailAttachments

RESERVE_BYTES = 32 << 20
"""Bytes of disk reserved for the records of calls that end while the disk is full: about 20,000."""


@dataclass(frozen=True, slots=True)
class Container:
    """All stateful services."""

    paths: InstallationPaths
    clock: Clock
    bus: EventBus
    database: Database
    keys: KeyStore
    erasure: Erasure
    outbox: Outbox
    spool: Spool
    identity: IdentityService
    location: LocationService
    registrar: Registrar
    history: CdrService
    audio: AudioStore
    transcoding: TranscodeWorker
    mailboxes: Mailboxes
    custom_sounds: CustomSounds
    prompt_overrides: PromptOverrides
    transcription: TranscriptionWorker
    archive: RecordingArchive
    conference_rooms: MeetingRooms
    conferences: ConferenceManager
    support: SupportService
    journal: Journal
    push: PushNotifier
    email_queue: EmailQueue | None
    """None without an SMTP server."""
    notification_service: NotificationService
    event_hub: EventHub
    idempotency: IdempotencyStore
    metrics: CollectorRegistry
    disk_guard: DiskGuard
    is_storage_full: Callable[[], bool]
    """Return whether storage is too full to accept new data."""


def build_container(
    paths: InstallationPaths,
    database: Database,
    keys: KeyStore,
    erasure: Erasure,
    bus: EventBus,
    *,
    notifications: NotificationSettings,
) -> Container:
    """Build all services, with ports filled and spool handlers registered."""
    clock = database.clock
    outbox = Outbox(database, bus, clock)
    spool = Spool(paths.spool, database, reserve=RESERVE_BYTES)
    notification_service = NotificationService()
    identity = IdentityService(database, keys, clock, notifier=notification_service, fetch=HttpClient())
    push = PushNotifier(
        PushNotifierDependencies(
            database,
            keys,
            identity.directory,
            notifications.push_delivery,
            notifications.vapid,
            bus,
            loopback=notifications.loopback,
        )
    )
    location = LocationService()
    disk_guard = DiskGuard(paths.home, clock)
    is_storage_full = partial(_is_storage_full, disk_guard, spool)
    registrations = Registrar(
        registrar.RegistrarDependencies(identity.directory, keys, spool, clock, bus, is_storage_full), location
    )
    history = CdrService(database, keys, spool)
    journal = Journal(spool, keys, clock)
    audio_parts = AudioStoreParts(database, keys, erasure, notifications.blobs, Whisper(paths.models))
    audio = AudioStore(audio_parts)
    mailboxes = Mailboxes(audio_parts, audio, PasswordHashing())
    email_queue = _email_queue(database, keys, identity, notifications, VoicemailAttachments(audio_parts, mailboxes))
    notification_service.configure(email_queue, push)
    custom_sounds = CustomSounds(audio_parts, audio)
    spool.register_handler(registrar.KIND, registrations.apply)
    spool.register_handler(calls.KIND, journal.apply)
    return Container(
        paths=paths,
        clock=clock,
        bus=bus,
        database=database,
        keys=keys,
        erasure=erasure,
        outbox=outbox,
        spool=spool,
        identity=identity,
        location=location,
        registrar=registrations,
        history=history,
        audio=audio,
        transcoding=TranscodeWorker(
            audio_parts, audio, lambda tenant_id: mailboxes.tenant_settings(tenant_id).keep_wav
        ),
        mailboxes=mailboxes,
        custom_sounds=custom_sounds,
        prompt_overrides=PromptOverrides(Prompts(), custom_sounds),
        transcription=TranscriptionWorker(audio_parts, audio, mailboxes),
        archive=RecordingArchive(audio_parts, audio),
        conference_rooms=MeetingRooms(database, keys, identity.directory, PasswordHashing(), clock),
        conferences=ConferenceManager(clock),
        support=SupportService(database, keys, clock),
        journal=journal,
        push=push,
        email_queue=email_queue,
        notification_service=notification_service,
        event_hub=EventHub(),
        idempotency=IdempotencyStore(database, keys, clock),
        metrics=CollectorRegistry(),
        disk_guard=disk_guard,
        is_storage_full=is_storage_full,
    )


def _email_queue(
    database: Database,
    keys: KeyStore,
    identity: IdentityService,
    notifications: NotificationSettings,
    attachments: MessageAudio,
) -> EmailQueue | None:
    if notifications.mail is None:
        return None
    transport, sender = SmtpClient(notifications.mail), notifications.mail.sender
    return EmailQueue(EmailQueueDependencies(database, keys, identity.directory, transport, sender, attachments))


def _is_storage_full(disk_guard: DiskGuard, spool: Spool) -> bool:
    return spool.nearly_full or disk_guard.is_low()
