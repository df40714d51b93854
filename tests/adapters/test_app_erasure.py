"""Erasure removes all data of a subject in every area, also after failures and crashes."""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from unificx.audio_store.content_keys import unwrap_content_key
from unificx.audio_store.repository import get_many, ids_of_owner
from unificx.calls.events import CallEnded, CallParty
from unificx.cdr import CallErasure, CallRecord
from unificx.conferencing import NewRoom
from unificx.core.clock import SystemClock
from unificx.core.errors import NotFound
from unificx.db import Base, Erased, Key, SealedCodec, UnsealError
from unificx.db.base import sealed_part
from unificx.identity import Extension, NewExtension, NewPerson, NewTenant, SignInContext
from unificx.media.sounds import Sound
from unificx.presence import PresenceChange
from unificx.privacy import DataSubject, NewHold, erasure_journal_file
from unificx.privacy.holds.models import HoldRow
from unificx.queues import NewAgent, NewQueue
from unificx.recording import ConsentEvidence, NewCallRecording, NewRecordedParty, PartyIdentity
from unificx.server.backup.operations import back_up, restore
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url
from unificx.voicemail import NewMessage, NewSharedMailbox

SPOKEN = b"\x10\x27\xf0\xd8" * 8000
LEAVE = "voicemail/leave"


@asynccontextmanager
async def installation(home: Path) -> AsyncIterator[Container]:
    site = InstallationPaths(home)
    async with open_installation(site, database_url(site, {}), {}, SystemClock()) as rooms:
        yield rooms


async def create_user_with_data(rooms: Container) -> Extension:
    """Create a user with a voicemail message, a custom sound and a call recording."""
    tenant = await rooms.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    await rooms.identity.users.create(tenant.id, NewPerson("Anna", "anna@acme.example", password="long enough for her"))
    found = await rooms.identity.extensions.create(tenant.id, NewExtension("1001", "Anna", "anna@acme.example"))
    mine = found.extension
    draft = await rooms.mailboxes.begin(
        NewMessage(tenant.id, mine.id, mine.subject, "call-1", None, "+4930111", "Carl")
    )
    await draft.write(SPOKEN, 8000)
    assert await draft.store()
    await rooms.custom_sounds.put((tenant.id, "en", LEAVE), Sound(SPOKEN), mine.subject)
    now = rooms.clock.now()
    reported = ConsentEvidence("digest", now - timedelta(seconds=2), now - timedelta(seconds=1), "")
    parties = (
        NewRecordedParty(mine.subject, mine.id, PartyIdentity("1001", "Anna"), reported),
        NewRecordedParty("s-bert", "e-bert", PartyIdentity("1002", "Bert"), reported),
    )
    made = await rooms.archive.begin(NewCallRecording(tenant.id, "call-2", "announce", "automatic", parties))
    await made.write(SPOKEN * 2, 8000)
    await made.finish("over")
    return mine


async def remaining_data(rooms: Container, mine: Extension) -> list[str]:
    """Return the remaining data of the user."""
    tenant = mine.tenant_id
    messages = await rooms.mailboxes.list(tenant, [mine.id])
    recordings = (await rooms.archive.list(tenant, None)).items
    sounds = rooms.custom_sounds.all(tenant)
    files = [path for path in rooms.paths.audio.rglob("*") if path.is_file()]
    return [
        *("message" for _ in messages),
        *("recording" for _ in recordings),
        *("sound" for _ in sounds),
        *map(str, files),
    ]


NAMING = {"erasure", "person"}
"""Tables that still have a random id of an erased person: its erasure and the closed account. They join nothing else."""


async def tables_that_name(rooms: Container, ids: set[str]) -> set[str]:
    """Return the tables with one of these ids in a row, also in a list of ids."""
    found: set[str] = set()
    async with rooms.database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = (await session.execute(select(table))).all()
            found |= {table.name for row in rows for each in ids if any(each in str(value) for value in row)}
    return found


async def wait_until_deleted(rooms: Container, mine: Extension) -> None:
    async with asyncio.timeout(30):
        while await remaining_data(rooms, mine) or mine.subject in [one.subject for one in rooms.erasure.unfinished()]:
            await asyncio.sleep(0.02)


def ignore(count: int) -> None:
    """Do not show the progress."""


def fails(*args: object, **options: object) -> None:
    raise OSError(f"{args} {options}")


@pytest.mark.promise("D3", "R4")
async def test_erasure_deletes_message_sound_and_recording(migrated_home: Path) -> None:
    async with installation(migrated_home) as rooms:
        mine = await create_user_with_data(rooms)
        assert {"message", "recording", "sound"} <= set(await remaining_data(rooms, mine))
        assert await rooms.custom_sounds.load(mine.tenant_id, "en", LEAVE) is not None
        directory = rooms.identity.directory
        assert directory.extension(mine.tenant_id, "1001") is not None
        rooms.erasure.erase_subject(mine.tenant_id, mine.subject)
        assert directory.extension(mine.tenant_id, "1001") is None, "not only once the rows are deleted"
        await wait_until_deleted(rooms, mine)
        assert await rooms.custom_sounds.load(mine.tenant_id, "en", LEAVE) is None


@pytest.mark.promise("D3")
@pytest.mark.parametrize(
    "broken",
    [
        lambda rooms: (rooms.history, "erase"),
        lambda rooms: (rooms.identity.users, "erase"),
        lambda rooms: (rooms.audio, "erase_subject"),
    ],
)
async def test_failed_deletions_are_repeated_at_the_next_start(
    migrated_home: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[Container], tuple[object, str]]
) -> None:
    async with installation(migrated_home) as rooms:
        mine = await create_user_with_data(rooms)
        monkeypatch.setattr(*broken(rooms), fails)  # until it is closed
        rooms.erasure.erase_subject(mine.tenant_id, mine.subject)
    async with installation(migrated_home) as rooms:
        await wait_until_deleted(rooms, mine)


@pytest.mark.promise("D3")
async def test_crash_after_key_destruction_is_completed_at_the_next_start(migrated_home: Path) -> None:
    async with installation(migrated_home) as rooms:
        mine = await create_user_with_data(rooms)
        [recording] = (await rooms.archive.list(mine.tenant_id, None)).items
        rooms.erasure.erase_subject(mine.tenant_id, f"audio-{recording.audio_id}")
        assert "recording" in await remaining_data(rooms, mine)
    async with installation(migrated_home) as rooms:
        async with asyncio.timeout(30):
            while "recording" in (found := await remaining_data(rooms, mine)):
                await asyncio.sleep(0.02)
        assert {"message", "sound"} <= set(found)


@pytest.mark.promise("D3", "R4")
async def test_a_deleted_tenant_is_in_the_journal_before_its_keys_go(
    migrated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the process ends in between: otherwise a restored backup would bring the tenant back."""
    journal = erasure_journal_file(migrated_home, {})
    async with installation(migrated_home) as rooms:
        mine = await create_user_with_data(rooms)
        length = len(journal.read_bytes().splitlines())
        with monkeypatch.context() as killed:
            killed.setattr(rooms.erasure, "erase_tenant", fails)  # as if the process had ended before
            await rooms.identity.tenants.delete(mine.tenant_id)
            await rooms.outbox.deliver()
        assert len(journal.read_bytes().splitlines()) == length
        assert not rooms.keys.is_destroyed(mine.tenant_id, mine.subject)
    async with installation(migrated_home) as rooms:
        async with asyncio.timeout(30):
            while not rooms.keys.is_destroyed(mine.tenant_id, mine.subject):
                await asyncio.sleep(0.02)
        [line] = journal.read_bytes().splitlines()[length:]
        assert [json.loads(line)[name] for name in ("tenant", "subject")] == [mine.tenant_id, ""]


async def record_call(rooms: Container, mine: Extension) -> CallRecord:
    """Return a call of the user and another party."""
    now, call_id = rooms.clock.now(), rooms.clock.new_id()
    anna = CallParty("caller", mine.subject, mine.id, None, "1001", "Anna", "192.0.2.17")
    other = CallParty("callee", "s-bert", "e-bert", None, "1002", "Bert")
    call = CallEnded(call_id, mine.tenant_id, "internal", now, now, now, "answered", 16, (anna, other))
    rooms.history.record(call)
    await rooms.spool.drain()
    return await rooms.history.get(mine.tenant_id, call_id)


@pytest.mark.promise("D3", "R1", "R2", "R4")
async def test_a_restored_home_directory_undoes_no_erasure(tmp_path: Path, sqlite_template: bytes) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup.tar"
    home.mkdir(mode=0o700)
    (home / "unificx.db").write_bytes(sqlite_template)
    (home / "unificx.db").chmod(0o600)
    mask = os.umask(0o022)
    async with installation(home) as rooms:
        os.umask(mask)
        modes = {path.stat().st_mode & 0o077 for path in (home, *home.rglob("*"))}
        assert modes == {0}, "readable by this user only, also what other libraries create"
        mine = await create_user_with_data(rooms)
        call = await record_call(rooms, mine)
        back_up(rooms.paths, {}, backup, rooms.clock.now(), ignore)
        await CallErasure(rooms.database, rooms.erasure, rooms.bus.publish).erase(call)
        rooms.erasure.erase_subject(mine.tenant_id, mine.subject)
        await wait_until_deleted(rooms, mine)
    shutil.rmtree(home)
    files = restore(backup, home, {}, ignore).files
    # One that is being transcoded is there in both forms.
    assert len({Path(name).name.removeprefix("opus-") for name in files if name.startswith("audio/")}) == 3
    async with installation(home) as rooms:
        assert rooms.keys.is_destroyed(mine.tenant_id, mine.subject)
        await wait_until_deleted(rooms, mine)
        while rooms.erasure.unfinished():
            await asyncio.sleep(0.02)
        with pytest.raises(NotFound):
            await rooms.history.get(call.tenant_id, call.id)


async def test_deleting_a_recording_does_not_erase_a_user(migrated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with installation(migrated_home) as rooms:
        mine = await create_user_with_data(rooms)
        asked: list[object] = []
        monkeypatch.setattr(type(rooms.history), "erase", lambda *args: asked.append(args))
        [recording] = (await rooms.archive.list(mine.tenant_id, None)).items
        await rooms.archive.erase(recording)
        assert "recording" not in await remaining_data(rooms, mine)
        assert asked == []


async def add_personal_settings(rooms: Container, mine: Extension) -> None:
    """Give the user a session, a call, presence, a speed dial, a blocked number, a room, a queue, and a report."""
    tenant = mine.tenant_id
    assert mine.person_id is not None
    await rooms.identity.sign_in.by_password("anna@acme.example", "long enough for her", SignInContext())
    await record_call(rooms, mine)
    await rooms.routing.presence.update(mine, PresenceChange(state="lunch", note="At home"))
    await rooms.routing.speed_dials.put(mine, "01", "0301234567", "Mother")
    await rooms.routing.outbound.blocks.create(tenant, "+49301234567", extension_id=mine.id)
    await rooms.conference_rooms.create(tenant, NewRoom("8001", hosts=(mine.id,)))
    await rooms.routing.queues.service.create(tenant, NewQueue("7001", agents=(NewAgent(mine.id),)))
    await rooms.support.submit(tenant, mine.person_id, mine.subject, "microphone of Anna: allowed")


SealedValue = tuple[SealedCodec[Any], str, bytes]
"""A codec, the row id, and what is stored."""


async def sealed_values(rooms: Container, subject: str) -> list[SealedValue]:
    """Return every part that is sealed for a subject, except those under the keys of recordings."""
    found: list[SealedValue] = []
    async with rooms.database.read() as session:
        for mapper in [each for each in Base.registry.mappers if each.class_.__module__.startswith("unificx.")]:
            for column in mapper.local_table.columns:
                declared = sealed_part(column)  # type: ignore[arg-type]
                if declared is None:
                    continue
                table = mapper.local_table
                codec = SealedCodec(mapper.class_, declared.part)
                for row in (
                    await session.execute(select(table).where(table.c[declared.subject] == subject))
                ).mappings():
                    row_id = "/".join(str(row[each.name]) for each in table.primary_key)
                    if row[column.name] is not None:
                        found.append((codec, row_id, row[column.name]))
    return found


def keys_left(rooms: Container) -> Iterator[Key]:
    """Yield every key of the key store that is not destroyed."""
    stored = sqlite3.connect(rooms.paths.keys)
    pairs = stored.execute("SELECT tenant, subject FROM subject_key WHERE wrapped IS NOT NULL").fetchall()
    stored.close()
    for tenant, subject in pairs:
        key = rooms.keys.get(tenant, [subject])[subject]
        assert key is not None
        yield key


def opens(value: SealedValue, keys: Iterable[Key], tenant_id: str, subject: str) -> bool:
    """Return whether one of these keys opens a sealed part."""
    codec, row_id, blob = value
    for key in keys:
        with suppress(UnsealError):
            codec._open({subject: key}, tenant_id, [(subject, row_id, blob)])
            return True
    return False


@pytest.mark.promise("D3", "R4", whole=True)
async def test_no_sealed_part_of_an_erased_person_opens_with_the_keys_that_are_left(migrated_home: Path) -> None:
    """D3 as a whole: after an erasure no row with a part of the person is left in any table, and none of a copy opens.
    Each table has a holding: `test_every_sealed_column_has_a_holding_or_a_reason`; a person with a value in each field of all
    tables: `test_nothing_of_an_erased_person_opens_in_any_table`, on PostgreSQL
    `test_nothing_of_an_erased_person_opens_on_postgresql`. Files and the directory, which is also
    the search: `test_erasure_deletes_message_sound_and_recording`; address books:
    `test_erasing_a_number_removes_it_from_all_address_books`; logs never had it: `test_logs_contain_no_personal_data`. The
    plan and the receipt name what stays and why: `test_an_erasure_ends_with_a_receipt_that_anybody_can_verify`; what a hold
    keeps: `test_an_erasure_cuts_access_keeps_what_is_held_and_ends_on_release`.

    R4 as a whole: the person's key and those of each sound are destroyed, so that copies lose the data too: a backup,
    `test_a_restored_home_directory_undoes_no_erasure`, and the key's own bytes,
    `test_files_contain_no_byte_of_a_destroyed_key`. Expired data goes the same way: `test_each_other_kind_goes_after_its_period`,
    and a person without rows loses the key: `test_a_subject_without_rows_loses_its_key_after_some_days`. The other
    parties of a call keep it without the person (`test_the_other_party_keeps_the_call_after_an_erasure`), without fractions
    of a second by which lists could be joined (`test_times_are_stored_to_the_second`). The certificate is the receipt:
    `test_an_erasure_ends_with_a_receipt_that_anybody_can_verify`."""
    async with installation(migrated_home) as rooms:
        mine = await create_user_with_data(rooms)
        await add_personal_settings(rooms, mine)
        tenant, subject = mine.tenant_id, mine.subject
        values = await sealed_values(rooms, subject)
        tables = {codec.table for codec, *_ in values}
        assert tables >= {"person", "credential", "session", "extension", "call_party", "presence", "speed_dial"}
        assert tables >= {"recording_party", "diagnostics_report"}
        for codec, row_id, blob in values:
            [part] = codec.open(rooms.keys, tenant, [(subject, row_id, blob)])
            assert not isinstance(part, Erased), "control: it opens before the erasure"
        present = list(keys_left(rooms))
        assert all(opens(each, present, tenant, subject) for each in values), "control"
        async with rooms.database.read() as session:
            sounds = await get_many(session, tenant, await ids_of_owner(session, tenant, subject))
        assert len(sounds) == 3

        assert mine.person_id is not None
        owner = DataSubject(tenant, subject, mine.person_id, (mine.id,))
        plan = await rooms.erasures.plan(owner)
        assert plan.held["queues"]["memberships as an agent"] == plan.held["conferencing"]["rooms as a host"] == 1
        receipt = await rooms.erasures.erase(owner, plan.digest, "")
        assert receipt["failed"] == []
        removed = {each["kind"]: each["count"] for each in receipt["removed"]}
        planned = {kind: count for kinds in plan.held.values() for kind, count in kinds.items() if count}
        assert removed == {**planned, "key of the person": 1}
        assert {"rooms as a host", "memberships as an agent", "entries of the block list"} <= set(removed)
        until = {each["kind"]: each["until"] for each in receipt["kept"]}
        assert until["party of calls"] == "the period of the call history ends", "as their retention class does"

        assert await sealed_values(rooms, subject) == []
        assert await tables_that_name(rooms, {subject, mine.id}) <= NAMING
        assert "recording" not in await remaining_data(rooms, mine)
        left = list(keys_left(rooms))
        assert left, "Bert's key"
        assert not any(opens(each, left, tenant, subject) for each in values)
        for each in sounds:
            assert unwrap_content_key(rooms.keys, tenant, each.id, each.owners, each.wrapped) is None
            assert rooms.keys.is_destroyed(tenant, f"audio-{each.id}")
        assert (await rooms.erasures.plan(owner)).receipt == receipt


@pytest.mark.promise("D3")
async def test_an_interrupted_erasure_gets_its_receipt_at_the_next_start(
    migrated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installation(migrated_home) as rooms:
        mine = await create_user_with_data(rooms)
        assert mine.person_id is not None
        owner = DataSubject(mine.tenant_id, mine.subject, mine.person_id, (mine.id,))
        evidence = NewHold("Court", "1", date(2099, 1, 1), by="", subject=mine.subject)
        hold = await rooms.holds.place(mine.tenant_id, evidence)
        async with rooms.database.read() as session:
            row = await session.get_one(HoldRow, hold)
        await rooms.holds.release(mine.tenant_id, hold, "")
        box = await rooms.mailboxes.shared.create(mine.tenant_id, NewSharedMailbox("7911"))
        await rooms.mailboxes.shared.delete(box)
        await rooms.outbox.deliver()
        assert rooms.keys.is_destroyed(mine.tenant_id, row.subject_id), "the key of a hold goes with its release"
        assert rooms.keys.is_destroyed(mine.tenant_id, box.subject), "the key of a mailbox goes with it"
        plan = await rooms.erasures.plan(owner)
        with monkeypatch.context() as patched:
            patched.setattr(rooms.identity.users, "erase", fails)
            patched.setattr(rooms.erasure, "destroy_key", fails)
            with pytest.raises(OSError, match="acme|" + mine.subject):
                await rooms.erasures.erase(owner, plan.digest, "")
            assert not rooms.keys.is_destroyed(mine.tenant_id, mine.subject)
    async with installation(migrated_home) as rooms:
        assert rooms.keys.is_destroyed(mine.tenant_id, mine.subject)
        await rooms.erasures.resume()
        assert await remaining_data(rooms, mine) == []
        receipt = (await rooms.erasures.plan(owner)).receipt
        assert receipt is not None
        assert receipt["failed"] == []
        assert {"account", "extensions", "sound files"} <= {each["kind"] for each in receipt["removed"]}
