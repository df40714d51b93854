"""A backup that is taken while a person is in a recorded call, their erasure, and the restored home."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_app_erasure import (
    SPOKEN,
    add_personal_settings,
    create_user_with_data,
    ignore,
    installation,
    keys_left,
    opens,
    sealed_values,
    wait_until_deleted,
)

from unificx.calls import repository
from unificx.calls.models import LiveCallPart
from unificx.identity import Extension
from unificx.privacy import DataSubject
from unificx.recording import ConsentEvidence, NewCallRecording, NewRecordedParty, PartyIdentity
from unificx.server.backup.operations import back_up, restore
from unificx.server.container import Container

VALUES = (
    "Anna",
    "anna@acme.example",
    "192.0.2.17",
    "+4930111",
    "0301234567",
    "Mother",
    "At home",
    "microphone of Anna",
)
"""Personal values of the user, in the clear."""


def journal_call(rooms: Container, mine: Extension) -> None:
    """Journal an answered call of the user, as at its INVITE."""
    now, call_id = rooms.clock.now(), rooms.clock.new_id()
    caller = (mine.tenant_id, mine.id, "d-anna", mine.subject, "1001", "Anna")
    dialog = ("call-id", "a", "sip:1001@acme.example", "b", "sip:1002@acme.example", "1", "sip:1002@192.0.2.17", "UDP")
    part = LiveCallPart(
        caller, "1002", ("", ""), (now, now), dialog, dialog, ("", ""), "", (), "", "", "internal", (), False
    )
    key_id, call = rooms.journal._pool.take(), (mine.tenant_id, call_id)
    rooms.journal._key_ids[call_id] = key_id
    entry = repository.seal_live_call(rooms.keys, call, key_id, [mine.subject, "s-bert"], part)
    rooms.journal._entries.put(entry)


async def live_calls(rooms: Container) -> list[str]:
    """Return the callers of the journalled calls that can be read."""
    async with rooms.database.read() as session:
        found = repository.unseal_live_calls(rooms.keys, await repository.list_live_calls(session))
    return [part.caller[-1] for _, part in found]


def wrapped_keys(home: Path, subject: str) -> Iterator[bytes]:
    """Yield the key of a subject and those of its sounds as they are stored."""
    stored = sqlite3.connect(home / "keys.db")
    rows = stored.execute("SELECT wrapped FROM subject_key WHERE subject = ? OR subject LIKE 'audio-%'", (subject,))
    yield from (bytes(wrapped) for (wrapped,) in rows.fetchall())
    stored.close()


def traces(home: Path, needles: list[bytes]) -> set[bytes]:
    """Return which of these bytes any file below the home has."""
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert files
    return {needle for needle in needles for content in files if needle in content}


@pytest.mark.promise("D3", "R4", "T2")
async def test_a_backup_taken_during_a_call_brings_nothing_of_an_erased_person_back(
    tmp_path: Path, sqlite_template: bytes
) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup.tar"
    home.mkdir(mode=0o700)
    (home / "unificx.db").write_bytes(sqlite_template)
    async with installation(home) as rooms:
        mine = await create_user_with_data(rooms)
        assert mine.person_id is not None
        tenant, subject = mine.tenant_id, mine.subject
        await add_personal_settings(rooms, mine)
        journal_call(rooms, mine)
        now = rooms.clock.now()
        party = NewRecordedParty(
            subject, mine.id, PartyIdentity("1001", "Anna"), ConsentEvidence("digest", now, now, "")
        )
        recording = await rooms.archive.begin(NewCallRecording(tenant, "call-3", "announce", "automatic", (party,)))
        await recording.write(SPOKEN, 8000)
        await rooms.spool.drain()
        assert await live_calls(rooms) == ["Anna"], "control"
        values = await sealed_values(rooms, subject)
        keys = list(wrapped_keys(home, subject))
        assert len(keys) >= 4
        present = list(keys_left(rooms))
        assert all(opens(each, present, tenant, subject) for each in values), "control"
        back_up(rooms.paths, {}, backup, now, ignore)

        await recording.finish("over")
        owner = DataSubject(tenant, subject, mine.person_id, (mine.id,))
        receipt = await rooms.erasures.erase(owner, (await rooms.erasures.plan(owner)).digest, "")
        assert receipt["failed"] == []
    shutil.rmtree(home)
    restore(backup, home, {}, ignore)
    assert set(keys) <= traces(home, keys), "control: they are in the backup"
    async with installation(home) as rooms:
        await wait_until_deleted(rooms, mine)
        async with asyncio.timeout(30):
            while rooms.erasure.unfinished():
                await asyncio.sleep(0.02)
        assert await live_calls(rooms) == []
        left = list(keys_left(rooms))
        assert not any(opens(each, left, tenant, subject) for each in values)
    assert traces(home, [each.encode() for each in VALUES] + keys) == set()
