"""The privacy engine: sealing, keys, and the erasure of one person among a million calls."""

import asyncio
import gc
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from sqlalchemy import insert, text
from sqlalchemy.orm import configure_mappers

from bench import Metric, metric
from bench.access_copy import access_copy
from bench.sealing_share import sealing_share
from unificx.cdr import CdrService
from unificx.cdr.models import CallPartyRow, CallRow, PartyPart
from unificx.cdr.repository import PARTY_CODEC
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock, SystemClock, random_id
from unificx.db import Database
from unificx.db.migrations import migrate
from unificx.db.migrations.models import load_all_models
from unificx.db.spool import Spool
from unificx.privacy import (
    GRACE,
    AccessLog,
    AuditLog,
    AuditParty,
    KeyPool,
    KeyRotation,
    KeyStore,
    MasterKey,
    NewAuditEntry,
    OrphanSweep,
    OutsideNumbers,
    ReceiptSigner,
)
from unificx.privacy.audit.models import AuditEntryRow, AuditPartyRow
from unificx.server.server import GC_THRESHOLDS

TENANT, ERASED, OTHER = "tenant", "erased", "other"
CALLS, OF_ERASED = 1_000_000, 10_000
BATCH = 10_000
SEALED = 20_000
APPENDED, LEAVES = {1: 1000, 10: 100, 100: 20}, 200_000
"""Units of work by their number of acts, and acts of a long log."""
LISTED, SWEPT = 100, 100_000
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> list[Metric]:
    return [
        *sealing(),
        *sealing_share(),
        *asyncio.run(keys_of_many()),
        *asyncio.run(erasure()),
        *asyncio.run(audit()),
        *uvloop.run(access_copy()),  # as in a server
    ]


def sealing() -> list[Metric]:
    """Seal and open the part of one party, with a cached key; and create keys of new callers."""
    with tempfile.TemporaryDirectory() as folder:
        keys = KeyStore(Path(folder) / "keys.db", bytes(32), SystemClock())
        part = PartyPart("+49301234567", "Ada Example", None)
        items = [(ERASED, f"row-{number}", part) for number in range(SEALED)]
        began = time.process_time_ns()
        sealed = PARTY_CODEC.seal(keys, TENANT, items)
        middle = time.process_time_ns()
        blobs = [(subject, row, blob) for (subject, row, _), blob in zip(items, sealed, strict=True)]
        with stating(Access("history", "bench")):
            PARTY_CODEC.open(keys, TENANT, blobs)
        ended = time.process_time_ns()
        keys.get(TENANT, [f"caller-{number}" for number in range(SEALED)], create=True)
        created = time.process_time_ns()
        keys.close()
    return [
        metric("seal a party", (middle - began) / SEALED / 1000, "us"),
        metric("open a party", (ended - middle) / SEALED / 1000, "us"),
        metric("create a key, in a batch", (created - ended) / SEALED / 1000, "us"),
    ]


class Tenant:
    """The only tenant."""

    id = TENANT


class Actors:
    """The people of the installation: all listed ones."""

    person_subjects = frozenset(f"person-{number}" for number in range(LISTED))

    def person_subject(self, person_id: str) -> str | None:
        return person_id


async def keys_of_many() -> list[Metric]:
    """Take and destroy keys of calls; note who looked at a list; wrap the keys of many callers anew and sweep them."""
    with tempfile.TemporaryDirectory() as folder:
        clock, home = ManualClock(), Path(folder)
        key = MasterKey(bytes(32))
        keys = KeyStore(home / "keys.db", key, clock)
        database = Database(f"sqlite:///{home / 'bench.db'}", clock)
        await migrate(database)
        pool = KeyPool(keys, clock, "calls")
        calls = await used_by(take_keys(pool))
        log, access = AccessLog(database, keys, Actors()), Access("administration", "admin", TENANT)
        began = time.process_time()
        for _ in range(SEALED):
            log.note(access, "person", TENANT, Actors.person_subjects)
        looked = time.process_time() - began
        for _ in range(0, SWEPT, BATCH):
            keys.get(TENANT, [random_id(clock) for _ in range(BATCH)], create=True)
        rotation = KeyRotation(keys, key, lambda: None)
        rotation.begin_tenants([TENANT])
        wrapped = await used_by(rotation.run())
        sweep = OrphanSweep(database, keys, lambda: [Tenant()])
        load_all_models()  # as a server has
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await sweep.sweep()
        clock.advance((GRACE + timedelta(hours=1)).total_seconds())
        began = time.process_time()
        assert await sweep.sweep() == SWEPT
        swept = time.process_time() - began
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        await database.close()
        keys.close()
    return [
        metric("a key of a call, made and destroyed in batches", calls / SEALED * 1e6, "us", 30),
        metric(f"note who looked at a list of {LISTED} people", looked / SEALED * 1e6, "us", 20),
        metric("wrap a key anew", wrapped / SWEPT * 1e6, "us", 10),
        metric(f"sweep {SWEPT} callers without rows, CPU", swept, "s"),
        metric("the same, memory grown", grown / 1024, "MB", 50),
    ]


async def take_keys(pool: KeyPool) -> None:
    for _ in range(0, SEALED, 100):
        for each in [pool.take() for _ in range(100)]:
            pool.give_back(each)
        await pool.tidy()


async def used_by(work: Awaitable[object]) -> float:
    """Return the seconds of CPU that some work takes."""
    began = time.process_time()
    await work
    return time.process_time() - began


async def erasure() -> list[Metric]:
    """Delete what is held of one subject, while another request writes every 5 ms."""
    with tempfile.TemporaryDirectory() as folder:
        clock, home = SystemClock(), Path(folder)
        keys = KeyStore(home / "keys.db", bytes(32), clock)
        database = Database(f"sqlite:///{home / 'bench.db'}", clock)
        await migrate(database)
        numbers = OutsideNumbers(keys, lambda tenant, number: number)
        history = CdrService(database, keys, numbers, Spool(home / "spool", database))
        await fill(database, keys)
        configure_mappers()  # as a server has
        waits: list[float] = []
        writer = asyncio.create_task(write_meanwhile(database, waits))
        await asyncio.sleep(0.1)
        began, used = time.perf_counter(), time.process_time()
        await history.erase(TENANT, ERASED)
        took, used = time.perf_counter() - began, time.process_time() - used
        finished = len(waits) + 1
        while len(waits) < finished:  # the one that waits at the end counts too
            await asyncio.sleep(0.01)
        writer.cancel()
        await asyncio.wait([writer])
        await database.close()
        keys.close()
    return [
        metric(f"erase a person with {OF_ERASED} of {CALLS} calls", took, "s", 5),
        metric("the same, CPU", used, "s"),
        metric("longest wait of another request meanwhile", max(waits) * 1000, "ms", 50),
        metric("the same, 99 of 100", statistics.quantiles(waits, n=100)[-1] * 1000, "ms", 50),
        metric("the same, median", statistics.median(waits) * 1000, "ms"),
    ]


async def audit() -> list[Metric]:
    """Append acts with two persons, alone in a unit of work and after a change of it; verify a long log."""
    with tempfile.TemporaryDirectory() as folder:
        clock, home = SystemClock(), Path(folder)
        keys = KeyStore(home / "keys.db", bytes(32), clock)
        keys.get(TENANT, [ERASED, OTHER], create=True)
        database = Database(f"sqlite:///{home / 'bench.db'}", clock)
        await migrate(database)
        log = AuditLog(database, keys, ReceiptSigner(bytes(32)), "installation")
        parties = [AuditParty(TENANT, each, f"person-{each}", "tenant_admin") for each in (ERASED, OTHER)]
        act = NewAuditEntry(TENANT, "update_trunk", "trunk:1", parties[0], parties[1])
        async with database.begin() as uow:
            await uow.session.execute(text("CREATE TABLE changed (number INTEGER)"))
        appended = {acts: await append(database, log, act, acts) for acts in APPENDED}
        await fill_log(database, log, NewAuditEntry(TENANT, "update_trunk", "trunk:1", parties[0]))
        await log.tree.sign_head()
        gc.freeze()  # as a server does
        gc.set_threshold(*GC_THRESHOLDS)
        began = time.process_time()
        with stating(Access("administration", "bench")):
            report = await log.tree.verify()
        verified = time.process_time() - began
        assert (report.ok, report.signed) == (True, LEAVES)
        await database.close()
        keys.close()
    return [
        *(
            metric(f"append an act with two persons to a change, {acts} at once", took, "us", 50)
            for acts, took in appended.items()
        ),
        metric(f"verify {LEAVES} acts, each with its actor", verified, "s", 5),
    ]


async def append(database: Database, log: AuditLog, act: NewAuditEntry, acts: int) -> float:
    """Return the microseconds by which one of several acts lengthens a unit of work, as the median of those in turn
    with others. They do not wait for the disk, which takes the system as long with acts as without."""
    used: dict[int, list[int]] = {0: [], acts: []}
    for _ in range(APPENDED[acts]):
        for size, times in used.items():
            began = time.process_time_ns()
            async with database.begin(repeatable=True) as uow:
                await uow.session.execute(text("INSERT INTO changed VALUES (1)"))
                for _ in range(size):
                    await log.record(uow, act)
            times.append(time.process_time_ns() - began)
    plain, recorded = (statistics.median(each) for each in used.values())
    return (recorded - plain) / acts / 1000


async def fill_log(database: Database, log: AuditLog, act: NewAuditEntry) -> None:
    first = sum(acts * units for acts, units in APPENDED.items())
    for start in range(first, LEAVES, BATCH):
        entries: list[dict[str, object]] = []
        parties: list[dict[str, object]] = []
        for position in range(start, min(start + BATCH, LEAVES)):
            entry, found = log._rows(act)
            entries.append({**entry, "position": position})
            parties += [{**each, "position": position} for each in found]
        async with database.begin() as uow:
            await uow.session.execute(insert(AuditEntryRow), entries)
            await uow.session.execute(insert(AuditPartyRow), parties)


async def write_meanwhile(database: Database, waits: list[float]) -> None:
    while True:
        began = time.perf_counter()
        async with database.begin() as uow:
            await uow.session.execute(text("UPDATE call SET cause = cause WHERE id = '0'"))
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.005)


async def fill(database: Database, keys: KeyStore) -> None:
    part = PartyPart("+49301234567", "Ada Example", None)
    sealed = dict(
        zip((ERASED, OTHER), PARTY_CODEC.seal(keys, TENANT, [(ERASED, "0", part), (OTHER, "0", part)]), strict=True)
    )
    for calls in batches():
        parties = [
            {
                "id": f"{number}/{place}",
                "tenant_id": TENANT,
                "call_id": str(number),
                "place": place,
                "role": ("caller", "callee")[place],
                "subject_id": subject,
                "sealed": sealed[subject],
            }
            for number in calls
            for place, subject in enumerate((ERASED if number % (CALLS // OF_ERASED) == 0 else OTHER, OTHER))
        ]
        rows = [
            {
                "id": str(number),
                "tenant_id": TENANT,
                "direction": "internal",
                "started": DAY + timedelta(seconds=number),
                "ended": DAY + timedelta(seconds=number + 60),
                "talk_seconds": 60,
                "outcome": "answered",
                "cause": 16,
                "recorded": False,
            }
            for number in calls
        ]
        async with database.begin() as uow:
            await uow.session.execute(insert(CallRow), rows)
            await uow.session.execute(insert(CallPartyRow), parties)


def batches() -> Iterator[range]:
    for start in range(0, CALLS, BATCH):
        yield range(start, start + BATCH)
