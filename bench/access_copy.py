"""An access copy of a person with many calls and recordings: time, memory, and size."""

import os
import re
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import Metric, metric, throughput
from unificx.archive import AccessCopies, AccessCopyDependencies, Requester
from unificx.audio_store import AudioStore, AudioStoreDependencies, LocalBlobStore, sound_holding
from unificx.calls.events import CallEnded, CallParty
from unificx.cdr import CdrService, call_record_holding
from unificx.cluster import LocalEventBus
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.db import Database
from unificx.db.migrations import migrate
from unificx.db.spool import Spool
from unificx.privacy import DataSubject, Erasure, ErasureJournal, KeyStore, OutsideNumbers
from unificx.recording import (
    ConsentEvidence,
    NewCallRecording,
    NewRecordedParty,
    PartyIdentity,
    RecordingArchive,
    recording_holding,
)

CALLS, RECORDINGS, SECONDS = 10_000, 100, 60
BATCH = 1000
SOUND = os.urandom(16_000 * 2)
"""One second of stereo sound at 8 kHz that does not compress."""
OWNER, READER = DataSubject("tenant", "ada", "p-ada", ("e-ada",)), Requester("admin", "admin-subject")
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class _Areas:
    """The areas with calls and recordings, on real files."""

    home: Path
    database: Database
    keys: KeyStore

    def __post_init__(self) -> None:
        bus = LocalEventBus(_fail)
        erasure = Erasure(ErasureJournal(self.home / "journal"), self.keys, self.database.clock, bus)
        parts = AudioStoreDependencies(self.database, self.keys, erasure, LocalBlobStore(self.home / "audio"))
        audio = AudioStore(parts)
        numbers = OutsideNumbers(self.keys, lambda tenant, number: number)
        self.archive = RecordingArchive(parts, audio, numbers)
        self.spool = Spool(self.home / "spool", self.database)
        self.history = CdrService(self.database, self.keys, numbers, self.spool)
        copy_parts = (self.database, self.keys, erasure, self.home / "copies", self.keys.installation_id)
        no_disclosures: Any = None
        self.copies = AccessCopies(AccessCopyDependencies(*copy_parts, lambda: False, no_disclosures))
        self.holdings = (
            call_record_holding(self.database, self.history),
            recording_holding(self.database, self.archive),
            sound_holding(self.database, audio),
        )

    async def fill(self) -> None:
        other = CallParty("callee", number="+49301234567", name="Ben Example")
        ada = CallParty("caller", OWNER.subject, "e-ada", number="1001", name="Ada Example", address="192.0.2.1")
        for number in range(CALLS):
            at = DAY + timedelta(seconds=number)
            ended = at + timedelta(seconds=60)
            call = (self.database.clock.new_id(), "tenant", "outbound", at, at, ended, "answered", 16, (ada, other))
            self.history.record(CallEnded(*call))
            if number % BATCH == BATCH - 1:
                await self.spool.drain()
        evidence = ConsentEvidence("digest", DAY, DAY, "")
        party = NewRecordedParty(OWNER.subject, "e-ada", PartyIdentity("1001", "Ada Example"), evidence)
        for number in range(RECORDINGS):
            new = NewCallRecording("tenant", f"call-{number}", "announce", "automatic", (party,))
            recording = await self.archive.begin(new)
            for _ in range(SECONDS):
                await recording.write(SOUND, 8000)
            await recording.finish("over")


async def access_copy() -> list[Metric]:
    """Copy what is held of a person into a sealed file. Memory is the highest growth meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        home, clock = Path(folder), ManualClock(DAY)
        keys = KeyStore(home / "keys.db", bytes(32), clock)
        keys.get("tenant", [OWNER.subject, READER.subject], create=True)
        database = Database(f"sqlite:///{home / 'bench.db'}", clock)
        await migrate(database)
        areas = _Areas(home, database, keys)
        await areas.fill()
        copy = await areas.copies.request(OWNER, READER)
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # reset the peak: proc(5)
        before = _memory("VmRSS")
        began, used = time.perf_counter(), time.process_time()
        with stating(Access("requests", "bench", "tenant")):
            await areas.copies.build_all(areas.holdings)
        took, used = time.perf_counter() - began, time.process_time() - used
        grown = _memory("VmHWM") - before
        done = await areas.copies.get("tenant", copy.id, READER)
        assert done.state == "ready", done
        disk = _plain_copy(home, done.size)
        await areas.spool.close()
        await database.close()
        keys.close()
    return [
        throughput(
            f"access copy of {CALLS} calls and {RECORDINGS} recordings of {SECONDS} s: MB a second",
            done.size / took / 1e6,
            "MB/s",
        ),
        throughput("the same, of the speed of reading and writing as many bytes", disk / took * 100, "%", 50),
        metric("the same, CPU", used, "s"),
        metric("the same, size", done.size / 1e6, "MB"),
        metric("the same, memory grown", grown / 1024, "MB", 64),
    ]


def _plain_copy(folder: Path, size: int) -> float:
    """Return the seconds to read a file that is not in memory, and to write its bytes to another one, durably."""
    source, target, piece = folder / "plain", folder / "copied", os.urandom(1 << 20)
    with source.open("wb") as file:
        for _ in range(0, size, len(piece)):
            file.write(piece)
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    began = time.perf_counter()
    with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as copied:
        while data := file.read(len(piece)):
            copied.write(data)
        os.fsync(copied.fileno())
    return time.perf_counter() - began


def _memory(name: str) -> int:
    """Return a figure of this process in kB."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None
    return int(found[1])


def _fail(fault: BaseException) -> None:
    raise fault
