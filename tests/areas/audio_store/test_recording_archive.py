"""Call recordings on real files, keys and databases: stored, played back, archived, erased, and the playback log."""

import asyncio
import shutil
from datetime import timedelta
from types import ModuleType

import pytest
from recording_setup import ANNA, TENANT, RecordingSetup
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sweeping import sweep

from unificx.audio_store import AudioReader, AudioStore, CorruptAudio
from unificx.audio_store import repository as audio_repository
from unificx.core.errors import Expired, Invalid, NotFound, ServiceUnavailable
from unificx.db import DatabaseUnreachable, Erased, ErasedSubject
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.privacy import Erasure, ErasureJournal, KeyStore
from unificx.recording import (
    CallRecording,
    ConsentEvidence,
    ExtensionRecordingPolicy,
    ExtensionRecordingPolicyChange,
    Listener,
    NewCallRecording,
    NewRecordedParty,
    PartyIdentity,
    TenantRecordingPolicyChange,
    call_recording_repository,
)
from unificx.recording.archive import CallRecordingWriter

MASTER = bytes(range(32))
"""As the fixture `keys` has it."""
SECOND = b"".join(left + right for left, right in zip([b"\x01\x00"] * 8000, [b"\x02\x00"] * 8000, strict=True))


def new_recording(room: RecordingSetup, call_id: str = "call-1", callee: str | None = "s-bert") -> NewCallRecording:
    now = room.clock.now()
    consent = ConsentEvidence("digest", now - timedelta(seconds=2), now - timedelta(seconds=1), "")
    return NewCallRecording(
        TENANT,
        call_id,
        "announce",
        "automatic",
        (
            NewRecordedParty(ANNA.subject, ANNA.id, PartyIdentity("1001", "Anna Example"), consent),
            NewRecordedParty(callee, "e-bert" if callee else None, PartyIdentity("+491511234567", "Bert"), consent),
        ),
    )


async def record(room: RecordingSetup, **options: str | None) -> CallRecording:
    made = await begin_recording(room, **options)
    await made.write(SECOND, 8000)
    await made.finish("over")
    return (await room.archive.of_call(TENANT, made.new.call_id))[-1]


async def begin_recording(room: RecordingSetup, **options: str | None) -> CallRecordingWriter:
    made = await room.archive.begin(new_recording(room, **options))  # type: ignore[arg-type]
    room.writers.append(made.writer)
    return made


@pytest.mark.promise("C8")
async def test_recording_is_stored_with_parties_and_consent_evidence(room: RecordingSetup) -> None:
    made = await begin_recording(room)
    with pytest.raises(NotFound):
        await room.archive.get(TENANT, made.id)
    await made.write(SECOND, 8000)
    await made.mark("paused")
    await made.mark("resumed")
    await made.write(SECOND, 8000)
    await made.finish("over")
    stored = await room.archive.get(TENANT, made.id)
    assert (stored.seconds, stored.ended, stored.mode, stored.begun) == (2.0, "over", "announce", "automatic")
    assert [(mark.kind, mark.at) for mark in stored.marks] == [("paused", 1.0), ("resumed", 1.0)]
    assert [each.identity for each in stored.parties] == [
        PartyIdentity("1001", "Anna Example"),
        PartyIdentity("+491511234567", "Bert"),
    ]
    for party in stored.parties:
        assert party.consent.settled is not None
        assert party.consent.settled < stored.created
    assert (await room.archive.list(TENANT, [ANNA.id])).items == (stored,)
    assert (await room.archive.list(TENANT, None)).items == (stored,)
    assert (await room.archive.list(TENANT, ["e-carl"])).items == ()
    assert (await room.archive.list("other", None)).items == ()


@pytest.mark.promise("C8")
async def test_pauses_are_chapters_of_the_file(room: RecordingSetup) -> None:
    made = await begin_recording(room)
    await made.write(SECOND, 8000)
    await made.mark("paused_for_card")
    await made.mark("resumed")
    await made.write(SECOND, 8000)
    await made.finish("over")
    await room.transcoder.transcode_all()
    stored = await room.archive.get(TENANT, made.id)
    reader = await room.archive.open_for_listener(stored, Listener(ANNA.subject, "Anna", "own"))
    assert reader.ogg is not None
    file = b"".join([piece async for piece in reader.ogg.stream()])
    for number, name in enumerate((b"paused for card", b"resumed"), 1):
        assert b"CHAPTER%03d=00:00:01.000" % number in file
        assert b"CHAPTER%03dNAME=%s" % (number, name) in file


async def test_each_party_has_a_channel(room: RecordingSetup) -> None:
    stored = await record(room)
    reader = await room.archive.open_for_listener(stored, Listener(ANNA.subject, "Anna", "own"))
    assert reader.header.channels == 2
    assert await reader.read() == SECOND


@pytest.mark.promise("R1")
async def test_empty_recording_is_not_stored(room: RecordingSetup) -> None:
    made = await begin_recording(room)
    await made.finish("refused")
    assert room.all_files() == []
    assert (await room.archive.list(TENANT, None)).items == ()


@pytest.mark.promise("S3")
async def test_playback_is_logged_for_the_recorded_parties(room: RecordingSetup) -> None:
    stored = await record(room)
    await room.archive.open_for_listener(stored, Listener("s-boss", "The Boss", "complaint"))
    [listen] = await room.archive.playback_log(stored)
    assert (listen.listener, listen.purpose, listen.moment) == ("The Boss", "complaint", room.clock.now())
    assert "Boss" not in repr(listen)
    room.keys.destroy(TENANT, "s-boss")
    await room.archive.erase_listener(TENANT, "s-boss")
    [listen] = await room.archive.playback_log(stored)
    assert listen.listener == Erased()
    assert (await room.archive.list(TENANT, None)).items


async def test_pagination_includes_recordings_with_equal_timestamps(room: RecordingSetup) -> None:
    for number in range(5):
        await record(room, call_id=f"call-{number}")
        room.clock.advance(60 if number % 2 else 0)
    found: list[CallRecording] = []
    cursor: str | None = None
    while True:
        page = await room.archive.list(TENANT, [ANNA.id], cursor=cursor, limit=2)
        assert len(page.items) <= 2
        found += page.items
        cursor = page.next
        if cursor is None:
            break
        await room.archive.erase(page.items[-1])  # the cursor works although its recording is erased
    assert [one.call_id for one in found] == ["call-4", "call-3", "call-2", "call-1", "call-0"]
    with pytest.raises(Invalid):
        await room.archive.list(TENANT, None, cursor="nonsense")


async def test_the_id_of_a_recording_is_still_a_cursor(room: RecordingSetup) -> None:
    newer, older = [await record(room, call_id=call_id) for call_id in ("older", "newer")][::-1]
    await room.archive.erase(newer)
    assert [one.call_id for one in (await room.archive.list(TENANT, None, cursor=newer.id)).items] == ["older"]
    for unknown in (TENANT, room.clock.new_id()):
        with pytest.raises(Invalid):
            await room.archive.list(TENANT, None, cursor=unknown)
    with pytest.raises(Invalid):
        await room.archive.list("globex", None, cursor=older.id)


@pytest.mark.promise("D3")
async def test_archiving_by_one_party_does_not_affect_the_other(room: RecordingSetup) -> None:
    stored = await record(room)
    await room.archive.archive(stored, [0])
    assert (await room.archive.list(TENANT, [ANNA.id])).items == ()
    assert len((await room.archive.list(TENANT, [ANNA.id], hidden=True)).items) == 1
    assert len((await room.archive.list(TENANT, ["e-bert"])).items) == 1
    await room.archive.restore(stored, [0])
    assert len((await room.archive.list(TENANT, [ANNA.id])).items) == 1


async def test_archiving_again_does_not_extend_the_retention(room: RecordingSetup) -> None:
    stored = await record(room)
    await room.archive.archive(stored, [0])
    room.clock.advance(86400)
    await room.archive.archive(stored, [0, 1])
    archived = [each.hidden for each in (await room.archive.get(TENANT, stored.id)).parties]
    assert archived == [room.clock.now() - timedelta(days=1), room.clock.now()]


async def test_recording_archived_by_all_parties_is_purged_after_retention(room: RecordingSetup) -> None:
    await room.archive.change_tenant(TENANT, TenantRecordingPolicyChange(restorable_days=10))
    stored = await record(room)
    outside = await record(room, call_id="call-2", callee=None)
    await room.archive.archive(stored, [0])
    await room.archive.archive(outside, [0])
    room.clock.advance(11 * 86400)
    await sweep(room.database, room.clock, room.archive.expiries)
    assert await room.archive.get(TENANT, stored.id)
    with pytest.raises(Expired):
        await room.archive.get(TENANT, outside.id)
    await room.archive.archive(stored, [1])
    await sweep(room.database, room.clock, room.archive.expiries)
    assert await room.archive.get(TENANT, stored.id)
    room.clock.advance(11 * 86400)
    await sweep(room.database, room.clock, room.archive.expiries)
    with pytest.raises(Expired):
        await room.archive.get(TENANT, stored.id)
    assert room.all_files() == []


@pytest.mark.promise("T2", "D3")
async def test_erased_recording_cannot_be_read_from_a_backup(room: RecordingSetup) -> None:
    stored = await record(room)
    backup = room.home / "backup"
    shutil.copytree(room.files, backup / "audio")
    for part in room.home.glob("keys.db*"):
        shutil.copy(part, backup / part.name)
    await room.archive.erase(stored)
    assert room.all_files() == []
    with pytest.raises(Expired):
        await room.archive.get(TENANT, stored.id)
    shutil.copytree(backup / "audio", room.files, dirs_exist_ok=True)
    own = f"audio-{stored.audio_id}"
    old = KeyStore(backup / "keys.db", MASTER, room.clock)
    try:
        assert old.get(TENANT, [own])[own] is not None  # otherwise the test would prove nothing
        Erasure(ErasureJournal(room.home / "erased.journal"), old, room.clock, room.bus).replay()
        assert old.get(TENANT, [own])[own] is None
        room.keys = old
        room.crash()
        with pytest.raises(Expired):
            await room.audio.open(TENANT, stored.audio_id)
    finally:
        old.close()


@pytest.mark.promise("T3")
async def test_a_recording_is_not_found_by_its_id_in_another_tenant(room: RecordingSetup) -> None:
    stored = await record(room)
    with pytest.raises(NotFound):
        await room.archive.get("another", stored.id)
    assert (await room.archive.get(TENANT, stored.id)).id == stored.id


@pytest.mark.promise("D3")
@pytest.mark.parametrize("subject", [ANNA.subject, "s-bert"])
async def test_recording_is_erased_with_either_party(room: RecordingSetup, subject: str) -> None:
    stored = await record(room)
    room.keys.destroy(TENANT, subject)
    with pytest.raises(Expired):
        await room.archive.open_for_listener(stored, Listener(ANNA.subject, "Anna", "own"))
    await room.audio.erase_subject(TENANT, subject)
    assert room.all_files() == []
    assert (await room.archive.list(TENANT, None)).items == ()
    with pytest.raises(ErasedSubject):
        await begin_recording(room)


@pytest.mark.promise("T2")
@pytest.mark.promise("D3")
@pytest.mark.parametrize("words_before", [0, 1])
async def test_recording_erased_while_in_progress_is_not_stored(room: RecordingSetup, words_before: int) -> None:
    made = await begin_recording(room)
    await made.write(SECOND * words_before, 8000)
    room.keys.destroy(TENANT, "s-bert")
    await room.audio.erase_subject(TENANT, "s-bert")
    await made.write(SECOND, 8000)
    await made.finish("over")
    assert await room.archive.of_call(TENANT, "call-1") == ()
    with pytest.raises(Expired):
        await room.archive.get(TENANT, made.id)
    assert room.all_files() == []


@pytest.mark.parametrize(
    "fault",
    [
        DatabaseUnreachable("gone", "Start it."),
        PoolTimeout(),
        OperationalError("s", {}, Exception("full")),
        ServiceUnavailable("The key store is in use."),
    ],
)
@pytest.mark.parametrize("step", [(audio_repository, "close"), (call_recording_repository, "mark_stored")])
async def test_the_end_of_a_recording_is_stored_once_the_database_is_back(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch, step: tuple[ModuleType, str], fault: Exception
) -> None:
    """Without a restart of the server: it was away as the call ended, before or after its audio was stored."""

    async def away(*_: object) -> bool:
        raise fault

    made = await begin_recording(room)
    await made.write(SECOND, 8000)
    with monkeypatch.context() as patch:
        patch.setattr(*step, away)
        await made.finish("over")
        await room.archive.unended.repeat()
    with pytest.raises(NotFound):
        await room.archive.get(TENANT, made.id)
    await room.archive.unended.repeat()
    stored = await room.archive.get(TENANT, made.id)
    assert (stored.seconds, stored.ended) == (1.0, "over")
    assert await (await room.audio.open(TENANT, made.writer.id)).read() == SECOND


async def test_recording_cut_off_by_a_crash_is_stored_and_reported(room: RecordingSetup) -> None:
    made = await begin_recording(room)
    await made.write(SECOND, 8000)
    empty = await begin_recording(room, call_id="call-2")
    await room.restart()
    stored = await room.archive.get(TENANT, made.id)
    assert (stored.seconds, stored.ended) == (1.0, "cut_off")
    with pytest.raises(Expired):
        await room.archive.get(TENANT, empty.id)
    assert room.archive.interrupted == {"call-1": "automatic", "call-2": "automatic"}


async def test_unreadable_recording_blocks_neither_start_nor_others(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = ("call-unexpected", "call-away", "call-damaged", "call-whole")
    made = {call_id: await begin_recording(room, call_id=call_id) for call_id in calls}
    for each in made.values():
        await each.write(SECOND, 8000)
    room.crash()
    faults: dict[str, Exception] = {
        made["call-away"].writer.id: ServiceUnavailable("The store does not answer."),
        made["call-damaged"].writer.id: CorruptAudio("torn"),
        made["call-unexpected"].writer.id: ValueError("a fault of the server"),
    }

    async def reader(audio: AudioStore, tenant_id: str, audio_id: str) -> AudioReader:
        if audio_id in faults:
            raise faults[audio_id]
        return await read(audio, tenant_id, audio_id)

    read = AudioStore.open
    monkeypatch.setattr(AudioStore, "open", reader)
    await room.boxes.start()
    await room.archive.start()

    async def stored() -> set[str]:
        return {one.call_id for one in (await room.archive.list(TENANT, None)).items}

    assert await stored() == {"call-whole"}
    del faults[made["call-away"].writer.id]
    await room.archive.unended.repeat()
    assert await stored() == {"call-whole", "call-away"}
    assert set(room.archive.interrupted) == set(calls)


async def test_recordings_cut_off_are_stored_once_the_database_is_back(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise DatabaseUnreachable("gone", "Start it.")

    made = [await begin_recording(room, call_id=call_id) for call_id in ("call-1", "call-2")]
    for each in made:
        await each.write(SECOND, 8000)
    room.crash()
    await room.boxes.start()
    with monkeypatch.context() as patch:
        patch.setattr(call_recording_repository, "mark_stored", away)
        await room.archive.start()
    await room.archive.unended.repeat()
    assert [(await room.archive.get(TENANT, each.id)).ended for each in made] == ["cut_off"] * 2


async def test_concurrent_policy_changes_are_merged(room: RecordingSetup) -> None:
    await room.archive.change_tenant(TENANT, TenantRecordingPolicyChange(mode="announce"))
    await asyncio.gather(
        room.archive.change_tenant(TENANT, TenantRecordingPolicyChange(mode="off")),
        room.archive.change_tenant(TENANT, TenantRecordingPolicyChange(beep_seconds=20)),
        room.archive.change_extension(TENANT, ANNA.id, ExtensionRecordingPolicyChange(when="never")),
        room.archive.change_extension(TENANT, ANNA.id, ExtensionRecordingPolicyChange(mode="opt_in")),
    )
    for _ in range(2):
        assert (room.archive.tenant(TENANT).mode, room.archive.tenant(TENANT).beep_seconds) == ("off", 20)
        assert room.archive.extension(ANNA.id) == ExtensionRecordingPolicy("never", "opt_in")
        await room.restart()


async def test_policies_survive_restart_and_are_deleted_with_their_owner(room: RecordingSetup) -> None:
    archive = room.archive
    assert archive.decide(TENANT, [ANNA.id]) is None
    await archive.change_tenant(TENANT, TenantRecordingPolicyChange(mode="announce", beep_seconds=0))
    await archive.change_extension(TENANT, ANNA.id, ExtensionRecordingPolicyChange(when="always", mode="opt_in"))
    await room.restart()
    found = room.archive.decide(TENANT, [ANNA.id, "e-bert"])
    assert found is not None
    assert (found.automatic, found.terms.mode, found.terms.beep_interval) == (True, "opt_in", 0)
    for wrong in (TenantRecordingPolicyChange(beep_seconds=3), TenantRecordingPolicyChange(restorable_days=400)):
        with pytest.raises(Invalid):
            await room.archive.change_tenant(TENANT, wrong)
    stored = await record(room)
    async with room.database.begin() as uow:
        await room.archive.on_extension_deleted(ExtensionDeleted("f1", TENANT, ANNA.id), uow)
    await room.restart()
    assert room.archive.extension(ANNA.id).when == "on_demand"
    assert await room.archive.get(TENANT, stored.id)
    async with room.database.begin() as uow:
        await room.archive.on_tenant_deleted(TenantDeleted("f2", TENANT), uow)
    assert room.all_files() == []
    assert room.archive.tenant(TENANT).mode == "off"
