"""Erasure of a person: plan, confirmation, steps, look again, signed receipt."""

import asyncio
import json
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from identity_factory import identity_on
from person_erasures import person_erasures
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound, ServiceUnavailable
from unificx.db import Database
from unificx.identity import Identity, NewPerson, NewTenant, Role, account_holding
from unificx.privacy import (
    DataSubject,
    Erasure,
    ErasureJournal,
    ErasureSchedules,
    KeyStore,
    PersonErasures,
    ReceiptSigner,
    Retained,
    fingerprint,
    verify,
)
from unificx.privacy.models import ErasureRow, ScheduledErasureRow

ANA = DataSubject("one", "ana", "person-1", ("extension-1",))


class Drawer:
    """A holding in memory. `broken`: its next erasures fail; `blind`: its probes after an erasure fail."""

    area = "drawer"
    tables = frozenset({"drawer"})
    retained: Mapping[str, Retained] = {"notes": Retained("Dates.", "Law.", "2030-01-01")}

    def __init__(self, notes: int = 3) -> None:
        self.notes = notes
        self.broken = 0
        self.blind = False
        self.seen: list[DataSubject] = []

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        del owner
        return {"notes": self.notes, "photos": 0}

    async def erase(self, owner: DataSubject) -> None:
        self.seen.append(owner)
        if self.broken:
            self.broken -= 1
            raise OSError("broken")
        self.notes = 0

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        if self.blind:
            raise OSError("blind")
        return await self.find(owner)


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def journal(tmp_path: Path) -> ErasureJournal:
    return ErasureJournal(tmp_path / "erasures.journal")


@pytest.fixture
def erasures(
    database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus, journal: ErasureJournal, drawer: Drawer
) -> PersonErasures:
    keys.get("one", ["ana", "ben"], create=True)
    erasure = Erasure(journal, keys, clock, bus)
    return person_erasures(database, keys, erasure, [drawer])


def as_file(receipt: object) -> bytes:
    return json.dumps(receipt, indent=2).encode()


@pytest.mark.promise("D3", "R4")
async def test_an_erasure_ends_with_a_receipt_that_anybody_can_verify(
    erasures: PersonErasures, keys: KeyStore, journal: ErasureJournal, drawer: Drawer
) -> None:
    plan = await erasures.plan(ANA)
    assert (plan.held, plan.receipt, drawer.notes) == ({"drawer": {"notes": 3, "photos": 0}}, None, 3)
    receipt = await erasures.erase(ANA, plan.digest, "admin")
    assert verify(as_file(receipt)) == receipt
    assert fingerprint(receipt["public_key"]) == plan.fingerprint
    assert receipt["plan"] == plan.digest
    assert receipt["removed"] == [
        {"area": "drawer", "kind": "notes", "count": 3},
        {"area": "privacy", "kind": "key of the person", "count": 1},
    ]
    assert receipt["nothing_held"] == [{"area": "drawer", "kind": "photos"}]
    assert receipt["failed"] == []
    assert [each["area"] for each in receipt["kept"]] == ["drawer", "privacy"]
    assert [entry.id for entry in journal.entries()] == [receipt["id"]]
    assert (keys.is_destroyed("one", "ana"), keys.is_destroyed("one", "ben")) == (True, False)


async def test_erasing_twice_returns_the_first_receipt(erasures: PersonErasures, drawer: Drawer) -> None:
    plan = await erasures.plan(ANA)
    receipt = await erasures.erase(ANA, plan.digest, "admin")
    steps = len(drawer.seen)
    assert await erasures.erase(ANA, "of another plan", "admin") == receipt
    assert (await erasures.plan(ANA)).receipt == receipt
    assert len(drawer.seen) == steps


async def test_a_changed_plan_and_a_refusal_erase_nothing(
    erasures: PersonErasures, keys: KeyStore, drawer: Drawer, monkeypatch
) -> None:
    plan = await erasures.plan(ANA)
    drawer.notes = 4
    with pytest.raises(Conflict) as refused:
        await erasures.erase(ANA, plan.digest, "admin")
    assert refused.value.code == "plan_changed"

    async def refuse(owner: DataSubject) -> None:
        raise Conflict(f"{owner.person_id} is the last one.")

    monkeypatch.setattr(erasures.installation, "check", refuse)
    for attempt in (erasures.plan(ANA), erasures.erase(ANA, plan.digest, "admin")):
        with pytest.raises(Conflict):
            await attempt
    assert (keys.is_destroyed("one", "ana"), drawer.seen) == (False, [])


async def test_nothing_is_erased_without_a_journal_entry(
    erasures: PersonErasures, keys: KeyStore, drawer: Drawer, journal: ErasureJournal, monkeypatch
) -> None:
    def full(entry: object) -> None:
        raise OSError(28, "No space left on device")

    plan = await erasures.plan(ANA)
    with monkeypatch.context() as patched:
        patched.setattr(journal, "append", full)
        with pytest.raises(ServiceUnavailable) as refused:
            await erasures.erase(ANA, plan.digest, "admin")
    assert (keys.is_destroyed("one", "ana"), drawer.seen) == (False, [])
    await erasures.resume()
    assert (keys.is_destroyed("one", "ana"), drawer.seen) == (True, [ANA]), "it was confirmed, and cannot be undone"
    assert "the server repeats it" in refused.value.hint
    assert (await erasures.erase(ANA, plan.digest, "admin"))["failed"] == []


@pytest.mark.promise("D3")
async def test_what_is_left_is_named_and_erased_later(
    erasures: PersonErasures, keys: KeyStore, drawer: Drawer, clock: ManualClock
) -> None:
    plan = await erasures.plan(ANA)
    drawer.broken = 2
    receipt = await erasures.erase(ANA, plan.digest, "admin")
    assert receipt["failed"] == [{"area": "drawer", "kind": "notes", "count": 3}]
    assert verify(as_file(receipt)) == receipt
    assert keys.is_destroyed("one", "ana"), "it is unreadable all the same"
    drawer.blind = True
    await erasures.resume()
    assert (await erasures.plan(ANA)).receipt is None, "a probe that fails proves nothing"
    clock.advance(3600)
    assert await erasures.stuck() == []
    clock.advance(1)
    assert await erasures.stuck() == [ANA.id], "an operator has to know of it"
    drawer.blind = False
    await erasures.resume()
    assert await erasures.stuck() == []
    found = (await erasures.plan(ANA)).receipt
    assert found is not None
    assert (found["id"], found["failed"], found["removed"][0]["count"]) == (receipt["id"], [], 3)
    assert drawer.seen[-1] == ANA


@pytest.mark.promise("D3")
@pytest.mark.parametrize("step", ["announce", "erase_rows", "_settle", "destroy_key", "_count"])
async def test_an_erasure_that_was_killed_ends_in_the_same_state(
    erasures: PersonErasures, keys: KeyStore, drawer: Drawer, journal: ErasureJournal, step: str, monkeypatch
) -> None:
    """The process ends after this step; the next one goes on."""

    class Killed(BaseException):
        pass

    target = erasures.erasure if step in ("announce", "destroy_key") else erasures
    original = getattr(target, step)
    plan = await erasures.plan(ANA)
    calls = 0

    def kill(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls > (1 if step in ("_settle", "_count") else 0):  # the first one belongs to the plan
            raise Killed
        return original(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(target, step, kill)
        with pytest.raises(Killed):
            await erasures.erase(ANA, plan.digest, "admin")
    await erasures.resume()
    receipt = (await erasures.plan(ANA)).receipt
    assert receipt is not None
    assert (receipt["failed"], drawer.notes, keys.is_destroyed("one", "ana")) == ([], 0, True)
    assert {entry.id for entry in journal.entries()} == {receipt["id"]}


@pytest.mark.promise("D3")
async def test_a_busy_key_store_is_named_and_the_erasure_ends_once_it_is_free(
    erasures: PersonErasures, keys: KeyStore, drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process reads the log of the key store, in which the bytes of the key still are."""
    plan = await erasures.plan(ANA)
    monkeypatch.setattr("unificx.privacy.key_file.ATTEMPTS", 1)
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM subject_key").fetchone()
        receipt = await erasures.erase(ANA, plan.digest, "admin")
    assert receipt["failed"] == [{"area": "privacy", "kind": "key of the person", "count": 1}]
    assert (drawer.notes, keys.is_destroyed("one", "ana")) == (0, True)
    await erasures.resume()
    found = (await erasures.plan(ANA)).receipt
    assert found is not None
    assert (found["id"], found["failed"]) == (receipt["id"], [])


@pytest.mark.promise("D3")
@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN IMMEDIATE"])
async def test_the_event_loop_runs_while_an_erasure_waits_for_another_process(
    erasures: PersonErasures, keys: KeyStore, tmp_path: Path, begin: str
) -> None:
    """The other process reads or writes until the loop has turned 1,000 times since the key store was busy."""
    plan = await erasures.plan(ANA)
    attempts, turns = 0, 0
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as other:
        [wrapped] = other.execute("SELECT wrapped FROM subject_key WHERE subject = 'ana'").fetchone()

        def busy() -> bool:
            nonlocal attempts
            attempts += 1
            return original()

        name = "_try_to_clear" if begin == "BEGIN" else "_try_to_begin"
        original = getattr(keys.file, name)
        setattr(keys.file, name, busy)
        other.execute(begin)
        other.execute("SELECT count(*) FROM subject_key").fetchone()
        erasing = asyncio.create_task(erasures.erase(ANA, plan.digest, "admin"))
        while not erasing.done():
            await asyncio.sleep(0)
            turns += attempts > 0
            if turns == 1000:
                assert (await erasures.plan(ANA)).receipt is None, "the bytes of the key are still there"
                assert wrapped in b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))
                other.execute("ROLLBACK")
    receipt = await erasing
    assert (receipt["failed"], turns > 1000) == ([], True)
    assert wrapped not in b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))


@pytest.mark.promise("D3")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL has no such limit
async def test_a_full_disk_leaves_an_erasure_that_ends_later(
    erasures: PersonErasures,
    keys: KeyStore,
    drawer: Drawer,
    journal: ErasureJournal,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everything is erased, but its receipt cannot be stored. SQLite, pragma.html#pragma_max_page_count"""

    async def run(statement: str) -> None:
        async with database.begin() as uow:
            await uow.session.execute(text(statement))

    async def find(owner: DataSubject) -> Mapping[str, int]:
        del owner
        return {"notes": drawer.notes, **{f"kind {number}": drawer.notes for number in range(500)}}

    async def fill_the_disk(owner: DataSubject) -> None:
        await erase(owner)
        await run("PRAGMA max_page_count = 1")  # less than it has: it cannot grow any more
        with suppress(OperationalError):
            while True:  # pages that are free inside it
                await run("INSERT INTO filler VALUES (zeroblob(8000))")

    await run("CREATE TABLE filler (value BLOB)")
    erase = drawer.erase
    monkeypatch.setattr(drawer, "find", find)  # so much that its receipt needs a page more
    plan = await erasures.plan(ANA)
    with monkeypatch.context() as full:
        full.setattr(drawer, "erase", fill_the_disk)
        with pytest.raises(OperationalError, match="full"):
            await erasures.erase(ANA, plan.digest, "admin")
    assert (drawer.notes, keys.is_destroyed("one", "ana")) == (0, True)
    await run("PRAGMA max_page_count = 1000000")
    await erasures.resume()
    receipt = (await erasures.plan(ANA)).receipt
    assert receipt is not None
    assert receipt["failed"] == []
    assert {entry.id for entry in journal.entries()} == {receipt["id"]}


@pytest.mark.promise("D3")
async def test_a_scheduled_erasure_begins_after_its_days_and_erases_what_is_held_then(
    erasures: PersonErasures, clock: ManualClock, keys: KeyStore, drawer: Drawer
) -> None:
    plan = await erasures.plan(ANA)
    due = await ErasureSchedules(erasures).schedule(ANA, plan.digest, "admin", 14)
    assert (await erasures.plan(ANA)).scheduled == due == clock.now() + timedelta(days=14)
    clock.advance(14 * 86400 - 1)
    await ErasureSchedules(erasures).begin_due()
    assert (keys.is_destroyed("one", "ana"), drawer.notes) == (False, 3)
    drawer.notes = 5
    clock.advance(1)
    await ErasureSchedules(erasures).begin_due()
    after = await erasures.plan(ANA)
    assert after.receipt is not None
    assert (after.receipt["removed"][0]["count"], after.receipt["plan"] == plan.digest) == (5, False)
    assert (after.scheduled, keys.is_destroyed("one", "ana")) == (None, True)
    with pytest.raises(Conflict):
        await ErasureSchedules(erasures).schedule(ANA, after.digest, "admin", 14)


@pytest.mark.promise("D3")
async def test_a_cancelled_erasure_never_begins(erasures: PersonErasures, clock: ManualClock, drawer: Drawer) -> None:
    plan = await erasures.plan(ANA)
    await ErasureSchedules(erasures).schedule(ANA, plan.digest, "admin", 1)
    await ErasureSchedules(erasures).cancel(ANA)
    clock.advance(2 * 86400)
    await ErasureSchedules(erasures).begin_due()
    with pytest.raises(Conflict, match="cancelled"):  # as if the job had read the schedule before
        await erasures.erase(ANA, None, "admin")
    with pytest.raises(NotFound):
        await ErasureSchedules(erasures).cancel(ANA)
    assert (drawer.seen, (await erasures.plan(ANA)).scheduled) == ([], None)


@pytest.mark.promise("D3")
async def test_a_person_does_not_replace_what_an_administrator_schedules_at_the_same_time(
    erasures: PersonErasures, clock: ManualClock
) -> None:
    schedules = ErasureSchedules(erasures)
    plan, _ = await asyncio.gather(erasures.plan(ANA), erasures.plan(ANA))
    own, by_admin = await asyncio.gather(
        schedules.schedule_own(ANA, 30), schedules.schedule(ANA, plan.digest, "admin", 1), return_exceptions=True
    )
    assert (await erasures.plan(ANA)).scheduled == by_admin == clock.now() + timedelta(days=1)
    assert isinstance(own, Conflict | datetime)


async def test_an_erasure_at_once_ends_its_schedule(erasures: PersonErasures, clock: ManualClock) -> None:
    plan = await erasures.plan(ANA)
    await ErasureSchedules(erasures).schedule(ANA, plan.digest, "admin", 1)
    receipt = await erasures.erase(ANA, plan.digest, "admin")
    with pytest.raises(NotFound):
        await ErasureSchedules(erasures).cancel(ANA)
    clock.advance(2 * 86400)
    await ErasureSchedules(erasures).begin_due()
    assert (await erasures.plan(ANA)).receipt == receipt


async def test_a_refused_scheduled_erasure_is_tried_again(
    erasures: PersonErasures, clock: ManualClock, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(owner: DataSubject) -> None:
        raise Conflict(f"{owner.person_id} is the last one.")

    plan = await erasures.plan(ANA)
    for digest, days, error in (("0" * 64, 1, Conflict), (plan.digest, 0, Invalid), (plan.digest, 91, Invalid)):
        with pytest.raises(error):
            await ErasureSchedules(erasures).schedule(ANA, digest, "admin", days)
    await ErasureSchedules(erasures).schedule(ANA, plan.digest, "admin", 1)
    clock.advance(86400)
    with monkeypatch.context() as patched:
        patched.setattr(erasures.installation, "check", refuse)
        await ErasureSchedules(erasures).begin_due()
    assert drawer.seen == []
    await ErasureSchedules(erasures).begin_due()
    assert drawer.notes == 0


@pytest.mark.parametrize("way", ["scheduled", "left"])
async def test_an_erasure_that_fails_does_not_stop_the_others(
    erasures: PersonErasures, clock: ManualClock, drawer: Drawer, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    async def fail_once(stored: ErasureRow) -> dict[str, Any]:
        monkeypatch.setattr(erasures, "_run", run)
        raise OSError(f"no space for {stored.person_id}")

    async def ended() -> int:
        receipts = [(await erasures.plan(owner)).receipt for owner in owners]
        return sum(receipt is not None and receipt["failed"] == [] for receipt in receipts)

    owners = ANA, DataSubject("one", "ben", "person-2")
    for owner in owners:
        plan = await erasures.plan(owner)
        if way == "left":
            drawer.broken = 2
            await erasures.erase(owner, plan.digest, "admin")
        else:
            await ErasureSchedules(erasures).schedule(owner, plan.digest, "admin", 1)
    clock.advance(86400)
    run = erasures._run
    monkeypatch.setattr(erasures, "_run", fail_once)
    await (erasures.resume() if way == "left" else ErasureSchedules(erasures).begin_due())
    assert await ended() == 1
    await erasures.resume()
    assert await ended() == 2


async def test_a_scheduled_erasure_whose_extensions_are_not_found_does_not_stop_the_others(
    erasures: PersonErasures, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_once(owner: DataSubject) -> tuple[str, ...]:
        monkeypatch.setattr(erasures.installation, "extensions", extensions)
        raise OSError(owner.person_id)

    owners = ANA, DataSubject("one", "ben", "person-2")
    for owner in owners:
        await ErasureSchedules(erasures).schedule(owner, (await erasures.plan(owner)).digest, "admin", 1)
    clock.advance(86400)
    extensions = erasures.installation.extensions
    monkeypatch.setattr(erasures.installation, "extensions", fail_once)
    for ended in (1, 2):
        await ErasureSchedules(erasures).begin_due()
        assert sum([(await erasures.plan(owner)).receipt is not None for owner in owners]) == ended


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: as_file({**r, "finished": "2020-01-01T00:00:00+00:00"}), "signature"),
        (lambda r: as_file({**r, "removed": []}), "signature"),
        (lambda r: as_file({**r, "signature": "AAAA"}), "signature"),
        (lambda r: as_file({**r, "public_key": 7}), "signature"),
        (lambda r: as_file({**r, "public_key": ReceiptSigner(b"x" * 32).public_key}), "signature"),
        (lambda r: as_file({**r, "failed": [1.5]}), "integer"),
        (lambda r: as_file({**r, "note": "more"}), "format"),
        (lambda r: as_file({**r, "format": "unificx erasure receipt 2"}), "format"),
        (lambda r: as_file(r)[:-40], "cut off"),
        (lambda r: as_file(r).replace(b'"id"', b'"id": "other", "id"', 1), "cut off"),
        (lambda r: b"[]", "object"),
        (lambda r: b"\xff\x00", "JSON"),
        (lambda r: b"[" * 100_000, "JSON"),
    ],
)
def test_a_forged_or_truncated_receipt_is_refused(change, message: str) -> None:
    names = ("id", "installation", "tenant", "person", "requested", "finished", "plan")
    lists = ("removed", "nothing_held", "kept", "failed")
    receipt = ReceiptSigner(bytes(32)).sign({**dict.fromkeys(names, "x"), **{each: [{"count": 1}] for each in lists}})
    assert verify(as_file(receipt)) == receipt
    with pytest.raises(Invalid) as refused:
        verify(change(receipt))
    assert message in refused.value.message


class TwoAtOnce:
    """Two nodes that erase at the same time: each has checked before the other one begins."""

    def __init__(self, people: Identity) -> None:
        self.people, self.checked = people, asyncio.Barrier(2)

    async def check(self, owner: DataSubject) -> None:
        await self.people.users.require_erasable(owner)
        await self.checked.wait()

    async def admit(self, session: AsyncSession, owner: DataSubject, leaving: Collection[str]) -> None:
        await self.people.users.require_other(session, owner, leaving)

    async def settle(self) -> None:
        return

    def extensions(self, owner: DataSubject) -> tuple[str, ...]:
        return owner.extension_ids


@pytest.mark.promise("D3", "T3")
async def test_two_nodes_cannot_erase_the_last_two_administrators(
    database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus, journal: ErasureJournal
) -> None:
    people, erasure = identity_on(database, keys, clock), Erasure(journal, keys, clock, bus)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme", "acme.example"))
    admins: list[DataSubject] = []
    for name in ("ada", "ben"):
        new = NewPerson(name, f"{name}@acme.example", Role.TENANT_ADMIN)
        async with people.store.transaction() as tx:
            made = await people.users.add(tx, tenant.id, new, "active")
        admins.append(DataSubject(tenant.id, made.subject, made.id))
    parts = ([account_holding(database, people.users)], TwoAtOnce(people))
    nodes = [person_erasures(database, keys, erasure, *parts) for _ in admins]
    work = (node.erase(owner, None, "console") for node, owner in zip(nodes, admins, strict=True))
    async with database.begin() as uow:
        for owner in admins:  # as if it had been scheduled: no digest to confirm
            row = {"subject_id": owner.subject, "requested_by": "", "requested": clock.now(), "due": clock.now()}
            uow.session.add(ScheduledErasureRow(tenant_id=owner.tenant_id, person_id=owner.id, **row))
    done = await asyncio.gather(*work, return_exceptions=True)
    [refused] = [each for each in done if isinstance(each, Conflict)]
    assert "last administrator" in refused.message
    left = (await people.users.page(tenant.id)).items
    assert [each.state for each in left] == ["active"]
    await people.join_background_tasks()
