"""A room of recordings on real files, keys and databases, and what is left in it."""

from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher

from unificx.kernel.clock import ManualClock
from unificx.kernel.facts import Bus
from unificx.people import Extension, Passwords
from unificx.privacy import Erasure, Journal, KeyStore
from unificx.recordings import Audio, AudioParts, Directory, Mailboxes, NewMessage, Writer
from unificx.store import Database

TENANT = "acme"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ANNA = Extension("e-anna", TENANT, "1001", "p-anna", "s-anna", 30, 3600, "Anna Example")


@dataclass
class Room:
    """`new` is a later life of the same room on the same disk."""

    home: Path
    database: Database
    keys: KeyStore
    bus: Bus
    clock: ManualClock
    files: Path = field(init=False)
    audio: Audio = field(init=False)
    boxes: Mailboxes = field(init=False)
    writers: list[Writer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.files = self.home / "audio"
        self.build()

    def build(self) -> None:
        erasure = Erasure(Journal(self.home / "erased.journal"), self.keys, self.clock, self.bus)
        parts = AudioParts(self.database, self.keys, erasure, Directory(self.files))
        self.audio = Audio(parts)
        self.boxes = Mailboxes(parts, self.audio, Passwords(QUICK))

    def crash(self) -> None:
        """The process is gone, and another begins."""
        self.let_go()
        self.build()

    def let_go(self) -> None:
        for writer in self.writers:
            writer.abandon()

    async def restarted(self) -> None:
        self.crash()
        await self.boxes.start()

    def all_files(self) -> list[Path]:
        return [path for path in self.files.rglob("*") if path.is_file()]


def message(number: str = "+491511234567", caller: str | None = None, extension: Extension = ANNA) -> NewMessage:
    return NewMessage(extension.tenant_id, extension.id, extension.subject, "call-1", caller, number, "Carl Caller")
