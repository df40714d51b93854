"""Holds: what is held survives retention, deletion by users and erasure, and goes after the release."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from person_erasures import Alone, person_erasures
from recording_setup import ANNA, TENANT, RecordingSetup, new_message
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sweeping import retention_of
from test_recording_archive import record

from tests.lock_waits import begin_within
from tests.outside_numbers import in_germany
from unificx.audio_store import sound_holding
from unificx.calls.events import CallEnded, CallParty
from unificx.cdr import CdrService, call_record_expiries, call_record_holding
from unificx.core.access import Access, stating
from unificx.core.errors import Conflict, Expired, Invalid, NotFound
from unificx.db import Erased, Outbox, Spool
from unificx.identity.events import ExtensionDeleted
from unificx.privacy import (
    DataSubject,
    Erasure,
    ErasureJournal,
    HoldReleased,
    Holds,
    KeyStore,
    NewHold,
    PersonErasures,
)
from unificx.privacy.holds import repository
from unificx.privacy.key_file import KeysBusy
from unificx.recording import recording_holding
from unificx.voicemail import NewSharedMailbox, mailbox_holding

OWNER = DataSubject(TENANT, ANNA.subject, "p-anna", (ANNA.id,))
REQUESTS = Access("requests", "admin", TENANT)
MASTER = bytes(range(32))


@dataclass
class Site:
    """A site with a call, a recording and a message of Anna."""

    room: RecordingSetup
    holds: Holds
    history: CdrService
    spool: Spool
    erasures: PersonErasures
    call: str = ""
    recording: str = ""
    message: str = ""

    async def fill(self) -> None:
        self.call = await self.record_call()
        self.recording = (await record(self.room)).id
        draft = await self.room.boxes.begin(new_message())
        await draft.write(b"\x10\x27\xf0\xd8" * 8000, 8000)
        assert await draft.store()
        [message] = await self.room.boxes.list(TENANT, [ANNA.id])
        self.message = message.id

    async def record_call(self) -> str:
        now = self.room.clock.now()
        anna = CallParty("caller", ANNA.subject, ANNA.id, number="1001", name="Anna Example", address="192.0.2.1")
        parties = (anna, CallParty("callee", number="+4930111", name="Carl"))
        call = CallEnded(self.room.clock.new_id(), TENANT, "outbound", now, None, now, "missed", 19, parties)
        self.history.record(call)
        await self.spool.drain()
        return call.id

    async def place(self, **target: Any) -> str:
        review = (self.room.clock.now() + timedelta(days=900)).date()
        return await self.holds.place(TENANT, NewHold("Court of Bonn", "12 O 3/26", review, by="admin", **target))

    async def sweep(self) -> None:
        expiries = (*call_record_expiries(self.room.database), *self.room.boxes.expiries, *self.room.archive.expiries)
        await retention_of(self.room.database, expiries).sweep(self.room.clock.now())

    async def opens(self) -> dict[str, bool]:
        """Whether the parts of Anna in the call open, and the sound of recording and message."""
        party = (await self.history.get(TENANT, self.call)).parties[0]
        found = {"call": not isinstance(party.identity, Erased)}
        for name, get in (("recording", self.room.archive.get), ("message", self.room.boxes.get)):
            try:
                await self.room.audio.open(TENANT, (await get(TENANT, getattr(self, name))).audio_id)
                found[name] = True
            except Expired:
                found[name] = False
        return found


class Recorded(Alone):
    """An installation whose records wait in a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    async def settle(self) -> None:
        await self._spool.drain()


ALL = {"call": True, "recording": True, "message": True}
NONE = dict.fromkeys(ALL, False)


@pytest.fixture
async def site(room: RecordingSetup, tmp_path: Path) -> AsyncIterator[Site]:
    database, keys, clock = room.database, room.keys, room.clock
    spool = Spool(tmp_path / "spool", database)
    erasure = Erasure(ErasureJournal(tmp_path / "people.journal"), keys, clock, room.bus)
    history = CdrService(database, keys, in_germany(keys), spool)
    holdings = (
        mailbox_holding(database, room.boxes),
        sound_holding(database, room.audio),
        recording_holding(database, room.archive),
        call_record_holding(database, history),
    )
    erasures = person_erasures(database, keys, erasure, holdings, Recorded(spool))
    made = Site(room, erasures.holds, history, spool, erasures)
    await made.fill()
    yield made
    await spool.close()


@pytest.mark.promise("R3")
async def test_retention_removes_nothing_under_a_hold(site: Site) -> None:
    hold = await site.place(subject=ANNA.subject)
    free = await site.record_call()
    recording = await site.room.archive.get(TENANT, site.recording)
    await site.room.archive.archive(recording, [0, 1])
    await site.room.boxes.archive(await site.room.boxes.get(TENANT, site.message))
    for days in (15, 400):
        site.room.clock.advance(days * 86400)
        await site.sweep()
    assert await site.opens() == ALL
    with stating(Access("security", "admin", TENANT)):
        assert (await site.holds.of_subject(TENANT, ANNA.subject))[0].count == 1
    with pytest.raises(NotFound):
        await site.history.get(TENANT, free)
    await site.holds.release(TENANT, hold, "admin")
    await site.sweep()
    with pytest.raises(NotFound):
        await site.history.get(TENANT, site.call)
    for get, held in ((site.room.archive.get, site.recording), (site.room.boxes.get, site.message)):
        with pytest.raises(Expired):
            await get(TENANT, held)


async def test_addresses_of_a_held_call_stay(site: Site) -> None:
    [addresses, _] = call_record_expiries(site.room.database)
    await site.place(kind="call", object_id=site.call)
    site.room.clock.advance(15 * 86400)
    async with site.room.database.read() as session:
        assert (await session.execute(addresses.rows(TENANT))).all() == []


@pytest.mark.promise("R3")
async def test_users_archive_what_is_held_instead_of_deleting_it(site: Site) -> None:
    boxes, archive = site.room.boxes, site.room.archive
    hold = await site.place(subject=ANNA.subject)
    await boxes.erase(await boxes.get(TENANT, site.message))
    await archive.erase(await archive.get(TENANT, site.recording))
    assert await site.opens() == ALL
    assert await boxes.list(TENANT, [ANNA.id]) == ()
    async with site.room.database.begin() as uow:
        await boxes.on_extension_deleted(ExtensionDeleted("event", TENANT, ANNA.id), uow)
    assert await site.opens() == ALL
    assert (await boxes.get(TENANT, site.message)).extension_id == site.message, "held messages are not joined either"
    await site.holds.release(TENANT, hold, "admin")
    site.room.clock.advance(400 * 86400)
    await site.sweep()
    with pytest.raises(Expired):
        await boxes.get(TENANT, site.message)


async def test_a_shared_mailbox_with_a_held_message_stays(site: Site) -> None:
    await site.room.create_tenant()
    box = await site.room.boxes.shared.create(TENANT, NewSharedMailbox("7900", "Support", (ANNA.id,)))
    draft = await site.room.boxes.begin(replace(new_message(), extension_id=box.id, owner_subject=box.subject))
    await draft.write(b"\x10\x27\xf0\xd8" * 8000, 8000)
    assert await draft.store()
    [message] = await site.room.boxes.list(TENANT, [box.id])
    hold = await site.place(kind="message", object_id=message.id)
    with pytest.raises(Conflict, match="under a hold"):
        await site.room.boxes.shared.delete(box)
    await site.room.boxes.open(message)
    await site.holds.release(TENANT, hold, "admin")
    await site.room.boxes.shared.delete(box)


@pytest.mark.promise("D3", "R4")
async def test_an_erasure_cuts_access_keeps_what_is_held_and_ends_on_release(site: Site) -> None:
    other = await site.record_call()
    holds = [
        await site.place(kind="call", object_id=site.call),
        await site.place(kind="recording", object_id=site.recording),
        await site.place(kind="message", object_id=site.message),
    ]
    plan = await site.erasures.plan(OWNER)
    assert plan.held["held objects"] == {"call": 1, "recording": 1, "message": 1}
    receipt = await site.erasures.erase(OWNER, plan.digest, "admin")
    stays = {each["kind"]: each for each in receipt["kept"] if each["area"] in ("held objects", "privacy")}
    assert stays.keys() == {"call", "recording", "message", "key of the person", "erasure"}
    assert "under a hold" in stays["call"]["why"]
    assert str(max(each.review for each in await site.holds.list(TENANT))) in stays["call"]["until"]
    assert (receipt["failed"], "key of the person" in {each["kind"] for each in receipt["removed"]}) == ([], False)
    assert {each["kind"]: each["count"] for each in receipt["removed"]}["party of calls"] == 1
    assert await site.opens() == NONE
    with stating(REQUESTS):
        assert await site.opens() == ALL
        party = (await site.history.get(TENANT, other)).parties[0]
        assert isinstance(party.identity, Erased), "only what is held"
    await site.erasures.resume()
    assert await site.erasures.erase(OWNER, "", "admin") == receipt, "nothing changes until the release"
    await site.holds.release(TENANT, holds[0], "admin")
    await site.erasures.resume()
    second = await site.erasures.erase(OWNER, "", "admin")
    assert {each["kind"] for each in second["kept"] if each["area"] == "held objects"} == {"recording", "message"}
    with stating(REQUESTS):
        assert await site.opens() == {"call": False, "recording": True, "message": True}
    for hold in holds[1:]:
        await site.holds.release(TENANT, hold, "admin")
    await site.erasures.resume()
    last = await site.erasures.erase(OWNER, "", "admin")
    removed = {each["kind"]: each["count"] for each in last["removed"]}
    assert (last["id"], last["failed"]) == (receipt["id"], [])
    assert removed["key of the person"] == removed["call"] == removed["recording"] == removed["message"] == 1
    assert "held objects" not in {each["area"] for each in last["kept"]}
    assert site.room.keys.withdrawn.all() == []
    with stating(REQUESTS):
        assert await site.opens() == NONE


async def fail(tenant_id: str, subject: str) -> None:
    raise OSError(f"{tenant_id} {subject}")


async def test_a_failing_step_is_not_covered_by_a_hold(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await site.record_call()
    await site.place(kind="call", object_id=site.call)
    plan = await site.erasures.plan(OWNER)
    with monkeypatch.context() as patched:
        patched.setattr(site.erasures.holdings[3], "_erase", fail)
        receipt = await site.erasures.erase(OWNER, plan.digest, "admin")
    assert receipt["failed"] == [{"area": "cdr", "kind": "party of calls", "count": 1}]
    await site.erasures.resume()
    assert (await site.erasures.erase(OWNER, "", "admin"))["failed"] == []


async def test_an_erasure_that_fails_after_the_release_is_named_as_stuck(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = await site.place(kind="call", object_id=site.call)
    await site.erasures.erase(OWNER, (await site.erasures.plan(OWNER)).digest, "admin")
    site.room.clock.advance(7200)
    assert await site.erasures.stuck() == [], "the hold delays it"
    await site.holds.release(TENANT, hold, "admin")
    with monkeypatch.context() as patched:
        patched.setattr(site.erasures.holdings[3], "_erase", fail)
        await site.erasures.resume()
    assert await site.erasures.stuck() == []
    site.room.clock.advance(3601)
    assert await site.erasures.stuck() == [OWNER.id]
    await site.erasures.resume()
    assert await site.erasures.stuck() == []


@pytest.mark.promise("D3", "R4")
async def test_a_restored_key_store_withdraws_the_key_again(site: Site, tmp_path: Path) -> None:
    keys, clock, bus = site.room.keys, site.room.clock, site.room.bus
    hold = await site.place(kind="call", object_id=site.call)
    backup = tmp_path / "backup.db"
    keys.file.db.execute("VACUUM INTO ?", (str(backup),))
    plan = await site.erasures.plan(OWNER)
    await site.erasures.erase(OWNER, plan.digest, "admin")

    def replayed(name: str) -> KeyStore:
        (tmp_path / name).write_bytes(backup.read_bytes())
        restored = KeyStore(tmp_path / name, MASTER, clock)
        Erasure(ErasureJournal(tmp_path / "people.journal"), restored, clock, bus).replay()
        return restored

    first = replayed("first.db")
    assert (first.is_destroyed(TENANT, ANNA.subject), first.withdrawn.all()) == (True, [(TENANT, ANNA.subject)])
    with stating(REQUESTS):
        assert first.get(TENANT, [ANNA.subject])[ANNA.subject] is not None
    first.close()
    await site.holds.release(TENANT, hold, "admin")
    await site.erasures.resume()
    second = replayed("second.db")
    assert (second.is_destroyed(TENANT, ANNA.subject), second.withdrawn.all()) == (True, [])
    second.close()


@pytest.mark.promise("R3")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_hold_is_placed_on_what_an_erasure_makes_unreadable(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, plan = site.erasures.installation.settle, await site.erasures.plan(OWNER)

    async def place_meanwhile() -> None:
        with pytest.raises(Conflict):
            await site.place(kind="call", object_id=site.call)
        await settle()

    monkeypatch.setattr(site.erasures.installation, "settle", place_meanwhile)
    monkeypatch.setattr("unificx.privacy.erasing.log.error", pytest.fail)
    monkeypatch.setattr(site.erasures, "confirm", lambda *_: asyncio.sleep(0, plan))
    await site.erasures.erase(OWNER, plan.digest, "admin")
    await site.place(kind="call", object_id=site.call)


@pytest.mark.promise("R3")
async def test_no_hold_is_placed_while_the_erasure_that_the_last_one_delayed_ends(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def place_meanwhile(owner: DataSubject) -> bool:
        with pytest.raises(Conflict):
            await site.place(kind="call", object_id=site.call)
        return await erase_rows(owner)

    erase_rows, hold = site.erasures.erase_rows, await site.place(subject=ANNA.subject)
    await site.erasures.erase(OWNER, (await site.erasures.plan(OWNER)).digest, "admin")
    other = await site.place(kind="call", object_id=site.call)
    for each in (hold, other):
        await site.holds.release(TENANT, each, "admin")
    monkeypatch.setattr(site.erasures, "erase_rows", place_meanwhile)
    await site.erasures.resume()
    assert not site.room.keys.withdrawn.has(TENANT, ANNA.subject)
    await site.place(kind="call", object_id=site.call)


@pytest.mark.promise("R3")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_an_erasure_that_begins_while_a_hold_is_placed_withdraws_the_key(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, plan, add = list[asyncio.Future[Any]](), await site.erasures.plan(OWNER), repository.add_objects

    async def erase_meanwhile(session: AsyncSession, *values: Any) -> int:
        begun.append(await begin_within(session, site.erasures.erase(OWNER, plan.digest, "admin")))
        return await add(session, *values)

    monkeypatch.setattr(repository, "add_objects", erase_meanwhile)
    await site.place(kind="call", object_id=site.call)
    await begun[0]
    assert site.room.keys.withdrawn.has(TENANT, ANNA.subject)


async def test_the_key_of_a_hold_is_destroyed_although_its_release_was_interrupted(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(tenant_id: str, subject: str) -> int:
        raise KeysBusy

    keys, outbox = site.room.keys, Outbox(site.room.database, site.room.bus.publish, site.room.clock)
    outbox.subscribe(HoldReleased, site.holds.on_released)
    hold = await site.place(kind="call", object_id=site.call)
    async with site.room.database.read() as session:
        row = await repository.find(session, TENANT, hold)
    assert row is not None
    with monkeypatch.context() as late:
        late.setattr(keys, "destroy", interrupt)
        with suppress(KeysBusy):
            await site.holds.release(TENANT, hold, "admin")
        await outbox.deliver()
    assert ((await site.holds.get(TENANT, hold)).released_by, keys.is_destroyed(TENANT, row.subject_id)) == (
        "admin",
        False,
    )
    site.room.clock.advance(60)
    await outbox.deliver()
    assert keys.is_destroyed(TENANT, row.subject_id)


async def test_a_withdrawn_key_that_nothing_holds_is_destroyed(site: Site) -> None:
    """As after the restore of a database from before the hold and the erasure."""
    hold = await site.place(kind="call", object_id=site.call)
    site.room.keys.destroy(TENANT, ANNA.subject, withdraw=True)
    await site.erasures.resume()
    assert site.room.keys.withdrawn.has(TENANT, ANNA.subject)
    await site.holds.release(TENANT, hold, "admin")
    await site.erasures.resume()
    assert not site.room.keys.withdrawn.has(TENANT, ANNA.subject)


async def test_a_withdrawn_key_that_cannot_be_destroyed_does_not_stop_the_others(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail_once(tenant_id: str, subject: str) -> Sequence[Any]:
        monkeypatch.setattr(holds, "of_subject", of_subject)
        raise OSError(tenant_id, subject)

    keys, holds = site.room.keys, site.erasures.holds
    of_subject = holds.of_subject
    for subject in ("s-first", "s-second"):
        keys.get(TENANT, [subject], create=True)
        keys.destroy(TENANT, subject, withdraw=True)
    assert len(keys.withdrawn.all()) == 2
    monkeypatch.setattr(holds, "of_subject", fail_once)
    for left in (1, 0):
        await site.erasures.resume()
        assert len(keys.withdrawn.all()) == left


async def test_a_hold_ends_without_its_reason_and_alarms_after_its_review_date(site: Site) -> None:
    hold = await site.place(kind="call", object_id=site.call)
    [placed] = await site.holds.list(TENANT)
    assert (placed.id, placed.authority, placed.reason, placed.objects) == (
        hold,
        "Court of Bonn",
        "12 O 3/26",
        {"call": 1},
    )
    await site.holds.check_reviews()
    assert (site.holds.overdue, placed.overdue) == (0, False)
    site.room.clock.advance(901 * 86400)
    await site.holds.check_reviews()
    assert (site.holds.overdue, (await site.holds.get(TENANT, hold)).overdue) == (1, True)
    await site.holds.release(TENANT, hold, "admin")
    await site.holds.release(TENANT, hold, "other")
    await site.holds.check_reviews()
    [ended] = await site.holds.list(TENANT)
    assert (ended.authority, ended.reason, ended.objects, ended.released_by) == ("", "", {}, "admin")
    assert (site.holds.overdue, ended.overdue) == (0, False)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"authority": " "}, "authority"), ({"reason": "x" * 1001}, "reason"), ({"review": date(2020, 1, 1)}, "review")],
)
async def test_an_invalid_hold_is_refused(site: Site, change: dict[str, Any], field: str) -> None:
    values = {"authority": "Court", "reason": "Evidence", "review": date(2099, 1, 1), "subject": ANNA.subject, **change}
    with pytest.raises(Invalid) as refused:
        await site.holds.place(TENANT, NewHold(**values))
    assert refused.value.field == field
    with pytest.raises(NotFound):
        await site.place(kind="call", object_id="unknown")
    assert await site.holds.list(TENANT) == []


async def test_a_hold_is_loaded_without_others(site: Site) -> None:
    wanted = await site.place(kind="call", object_id=site.call)
    await site.place(kind="message", object_id=site.message)
    loaded: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        loaded.append((statement, parameters))

    event.listen(site.room.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        hold = await site.holds.get(TENANT, wanted)
    finally:
        event.remove(site.room.database.engine.sync_engine, "before_cursor_execute", note)
    assert (hold.id, hold.objects, hold.reason) == (wanted, {"call": 1}, "12 O 3/26")
    selected = [parameters for statement, parameters in loaded if "SELECT" in statement]
    assert len(selected) == 2
    assert all(wanted in parameters for parameters in selected)
