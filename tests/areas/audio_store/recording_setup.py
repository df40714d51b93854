"""Audio store, voicemail and recording archive on real files, keys and databases."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import DateTime, bindparam, text

from tests.outside_numbers import in_germany
from unificx.audio_store import (
    AudioStore,
    AudioStoreDependencies,
    AudioWriter,
    BlobStore,
    CustomSounds,
    LocalBlobStore,
    Transcriber,
)
from unificx.cluster import EventBus
from unificx.cluster.local import LocalCounters
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.identity import Extension, PasswordHashing
from unificx.privacy import Erasure, ErasureJournal, KeyStore
from unificx.recording import RecordingArchive, TranscodeWorker
from unificx.voicemail import Mailboxes, NewMessage, TranscriptionWorker

TENANT = "acme"
ANNA = Extension("e-anna", TENANT, "1001", "p-anna", "s-anna", 30, 3600, "Anna Example")


@dataclass
class RecordingSetup:
    """`new` is a later process on the same disk."""

    home: Path
    database: Database
    keys: KeyStore
    bus: EventBus
    clock: ManualClock
    blobs: BlobStore | None = None
    transcriber: Transcriber | None = None
    files: Path = field(init=False)
    audio: AudioStore = field(init=False)
    boxes: Mailboxes = field(init=False)
    custom_sounds: CustomSounds = field(init=False)
    transcoder: TranscodeWorker = field(init=False)
    transcription: TranscriptionWorker = field(init=False)
    archive: RecordingArchive = field(init=False)
    writers: list[AudioWriter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.files = self.home / "audio"
        self.build()

    def build(self) -> None:
        erasure = Erasure(ErasureJournal(self.home / "erased.journal"), self.keys, self.clock, self.bus)
        parts = AudioStoreDependencies(
            self.database, self.keys, erasure, self.blobs or LocalBlobStore(self.files), self.transcriber
        )
        self.audio = AudioStore(parts)
        numbers = in_germany(self.keys)
        self.boxes = Mailboxes(parts, self.audio, numbers, PasswordHashing(), LocalCounters(self.clock))
        self.custom_sounds = CustomSounds(parts, self.audio)
        self.transcription = TranscriptionWorker(parts, self.audio, self.boxes)
        self.transcoder = TranscodeWorker(
            parts, self.audio, lambda tenant_id: self.boxes.tenant_settings(tenant_id).keep_wav
        )
        self.archive = RecordingArchive(parts, self.audio, numbers)

    async def create_tenant(self) -> None:
        """Create the tenant, whose numbers can be assigned."""
        words = "'acme', 'acme', 'Acme', 'acme.example', 'active', :now, 'en', '', true, true, false"
        columns = "id, slug, name, domain, state, created, language, time_zone, chat, pictures, assistants"
        async with self.database.begin() as uow:
            await uow.session.execute(
                text(f"INSERT INTO tenant ({columns}) VALUES ({words})").bindparams(
                    bindparam("now", self.clock.now(), DateTime(timezone=True))
                )
            )

    def crash(self) -> None:
        """Simulate a crash and a restart."""
        self.abandon_writers()
        self.build()

    def abandon_writers(self) -> None:
        for writer in self.writers:
            writer.abandon()

    async def restart(self) -> None:
        self.crash()
        await self.boxes.start()
        await self.archive.start()

    def all_files(self) -> list[Path]:
        return [path for path in self.files.rglob("*") if path.is_file()]


def new_message(number: str = "+491511234567", caller: str | None = None, extension: Extension = ANNA) -> NewMessage:
    return NewMessage(extension.tenant_id, extension.id, extension.subject, "call-1", caller, number, "Carl Caller")
