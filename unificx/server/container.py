"""Container with all services of an installation, without sockets. Shared by server and CLI."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from prometheus_client import CollectorRegistry

from unificx import calls, registrar
from unificx.api import Hub, StoredAnswers
from unificx.audio_store import AudioStore, AudioStoreParts, CustomSounds, PromptOverrides
from unificx.calls import Journal
from unificx.cdr import History
from unificx.conferencing import Meetings
from unificx.conferencing import Rooms as MeetingRooms
from unificx.core.clock import Clock
from unificx.core.events import EventBus
from unificx.db import Database, Headroom, Outbox, Spool
from unificx.identity import IdentityService, PasswordHashing
from unificx.integrations.http_client import HttpClient
from unificx.integrations.smtp import SmtpClient
from unificx.integrations.whisper.client import Whisper
from unificx.notifications import Courier, LetterParts, Letters, Push, PushParts, Sounds
from unificx.privacy import Erasure, KeyStore
from unificx.prompts import Prompts
from unificx.recording import RecordingArchive, TranscodeWorker
from unificx.registrar import LocationService, Registrar
from unificx.server.notification_settings import Reaching
from unificx.server.paths import Site
from unificx.support import Desk
from unificx.voicemail import Mailboxes, TranscriptionWorker, VoicemailAttachments

RESERVE = 32 << 20
"""Bytes of disk reserved for the records of calls that end while the disk is full: about 20,000."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """All stateful services."""

    site: Site
    clock: Clock
    bus: EventBus
    database: Database
    keys: KeyStore
    erasure: Erasure
    outbox: Outbox
    spool: Spool
    people: IdentityService
    location: LocationService
    registrar: Registrar
    history: History
    audio: AudioStore
    keeping: TranscodeWorker
    mailboxes: Mailboxes
    own_sounds: CustomSounds
    voice: PromptOverrides
    transcribing: TranscriptionWorker
    archive: RecordingArchive
    meeting_rooms: MeetingRooms
    meetings: Meetings
    desk: Desk
    journal: Journal
    push: Push
    letters: Letters | None
    """None without an SMTP server."""
    courier: Courier
    hub: Hub
    answers: StoredAnswers
    metrics: CollectorRegistry
    headroom: Headroom
    full: Callable[[], bool]
    """Return whether storage is too full to accept new data."""


def build(site: Site, database: Database, keys: KeyStore, erasure: Erasure, bus: EventBus, *, reach: Reaching) -> Rooms:
    """Build all services, with ports filled and spool handlers registered."""
    clock = database.clock
    outbox = Outbox(database, bus, clock)
    spool = Spool(site.spool, database, reserve=RESERVE)
    courier = Courier()
    people = IdentityService(database, keys, clock, notifier=courier, fetch=HttpClient())
    push = Push(PushParts(database, keys, people.directory, reach.gate, reach.vapid, bus, loopback=reach.loopback))
    location = LocationService()
    headroom = Headroom(site.home, clock)
    full = partial(_full, headroom, spool)
    registrations = Registrar(
        registrar.RegistrarDependencies(people.directory, keys, spool, clock, bus, full), location
    )
    history = History(database, keys, spool)
    journal = Journal(spool, keys, clock)
    audio_parts = AudioStoreParts(database, keys, erasure, reach.blobs, Whisper(site.models))
    audio = AudioStore(audio_parts)
    mailboxes = Mailboxes(audio_parts, audio, PasswordHashing())
    letters = _letters(database, keys, people, reach, VoicemailAttachments(audio_parts, mailboxes))
    courier.equip(letters, push)
    own_sounds = CustomSounds(audio_parts, audio)
    spool.handler(registrar.KIND, registrations.apply)
    spool.handler(calls.KIND, journal.apply)
    return Rooms(
        site=site,
        clock=clock,
        bus=bus,
        database=database,
        keys=keys,
        erasure=erasure,
        outbox=outbox,
        spool=spool,
        people=people,
        location=location,
        registrar=registrations,
        history=history,
        audio=audio,
        keeping=TranscodeWorker(audio_parts, audio, lambda tenant_id: mailboxes.tenant_settings(tenant_id).keep_wav),
        mailboxes=mailboxes,
        own_sounds=own_sounds,
        voice=PromptOverrides(Prompts(), own_sounds),
        transcribing=TranscriptionWorker(audio_parts, audio, mailboxes),
        archive=RecordingArchive(audio_parts, audio),
        meeting_rooms=MeetingRooms(database, keys, people.directory, PasswordHashing(), clock),
        meetings=Meetings(clock),
        desk=Desk(database, keys, clock),
        journal=journal,
        push=push,
        letters=letters,
        courier=courier,
        hub=Hub(),
        answers=StoredAnswers(database, keys, clock),
        metrics=CollectorRegistry(),
        headroom=headroom,
        full=full,
    )


def _letters(
    database: Database, keys: KeyStore, people: IdentityService, reach: Reaching, sounds: Sounds
) -> Letters | None:
    if reach.mail is None:
        return None
    postman, sender = SmtpClient(reach.mail), reach.mail.sender
    return Letters(LetterParts(database, keys, people.directory, postman, sender, sounds))


def _full(headroom: Headroom, spool: Spool) -> bool:
    return spool.nearly_full or headroom.low()
