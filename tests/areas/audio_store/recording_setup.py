"""Audio store, voicemail and recording archive on real files, keys and databases."""

from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import DateTime, bindparam, text

from unificx.audio_store import Audio, AudioParts, Blobs, Directory, OwnSounds, Transcriber, Writer
from unificx.core.clock import ManualClock
from unificx.core.events import EventBus
from unificx.db import Database
from unificx.identity import Extension, PasswordHashing
from unificx.privacy import Erasure, ErasureJournal, KeyStore
from unificx.recording import Archive, Keeping
from unificx.voicemail import Mailboxes, NewMessage, Transcribing

TENANT = "acme"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ANNA = Extension("e-anna", TENANT, "1001", "p-anna", "s-anna", 30, 3600, "Anna Example")


@dataclass
class Room:
    """`new` is a later process on the same disk."""

    home: Path
    database: Database
    keys: KeyStore
    bus: EventBus
    clock: ManualClock
    blobs: Blobs | None = None
    transcriber: Transcriber | None = None
    files: Path = field(init=False)
    audio: Audio = field(init=False)
    boxes: Mailboxes = field(init=False)
    own: OwnSounds = field(init=False)
    keeping: Keeping = field(init=False)
    transcribing: Transcribing = field(init=False)
    archive: Archive = field(init=False)
    writers: list[Writer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.files = self.home / "audio"
        self.build()

    def build(self) -> None:
        erasure = Erasure(ErasureJournal(self.home / "erased.journal"), self.keys, self.clock, self.bus)
        parts = AudioParts(self.database, self.keys, erasure, self.blobs or Directory(self.files), self.transcriber)
        self.audio = Audio(parts)
        self.boxes = Mailboxes(parts, self.audio, PasswordHashing(QUICK))
        self.own = OwnSounds(parts, self.audio)
        self.transcribing = Transcribing(parts, self.audio, self.boxes)
        self.keeping = Keeping(parts, self.audio, lambda tenant_id: self.boxes.tenant(tenant_id).keep_wav)
        self.archive = Archive(parts, self.audio)

    async def tenant(self) -> None:
        """Create the tenant, whose numbers can be assigned."""
        words = "'acme', 'acme', 'Acme', 'acme.example', 'active', :now, 'en', ''"
        columns = "id, slug, name, domain, state, created, language, time_zone"
        async with self.database.begin() as uow:
            await uow.session.execute(
                text(f"INSERT INTO tenant ({columns}) VALUES ({words})").bindparams(
                    bindparam("now", self.clock.now(), DateTime(timezone=True))
                )
            )

    def crash(self) -> None:
        """Simulate a crash and a restart."""
        self.let_go()
        self.build()

    def let_go(self) -> None:
        for writer in self.writers:
            writer.abandon()

    async def restarted(self) -> None:
        self.crash()
        await self.boxes.start()
        await self.archive.start()

    def all_files(self) -> list[Path]:
        return [path for path in self.files.rglob("*") if path.is_file()]


def message(number: str = "+491511234567", caller: str | None = None, extension: Extension = ANNA) -> NewMessage:
    return NewMessage(extension.tenant_id, extension.id, extension.subject, "call-1", caller, number, "Carl Caller")
