"""Voicemail: messages from recording to erasure, and mailbox settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from recording_setup import ANNA, TENANT, RecordingSetup, new_message
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from sweeping import sweep

from unificx.audio_store import AudioWriter
from unificx.audio_store import repository as audio_repository
from unificx.core.clock import ManualClock
from unificx.core.errors import Expired, Invalid, NotFound, TooManyRequests
from unificx.core.events import DomainEvent
from unificx.db import DatabaseUnreachable, Erased, ErasedSubject, Outbox, UnitOfWork
from unificx.identity import Extension
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.media.sounds import Sound
from unificx.media.tones import sine
from unificx.voicemail import (
    CallerId,
    MailboxSettingsChange,
    NewMessage,
    VoicemailSettingsChange,
    message_repository,
)
from unificx.voicemail.events import MessageLeft
from unificx.voicemail.service import MessageWriter

BEN = Extension("e-ben", TENANT, "1002", None, "s-ben", 30, 3600, "Ben Example")


def noise(seconds: float) -> bytes:
    return sine(443.7, 9000, round(seconds * 8000)).tobytes()


async def begin_message(room: RecordingSetup, new: NewMessage | None = None, seconds: float = 2.0) -> MessageWriter:
    begun = await room.boxes.begin(new or new_message())
    room.writers.append(begun.writer)
    await begun.write(noise(seconds), 8000)
    return begun


async def leave_message(room: RecordingSetup, new: NewMessage | None = None, seconds: float = 2.0) -> str:
    begun = await begin_message(room, new, seconds)
    assert await begun.store()
    return begun.message.id


@pytest.mark.promise("C9")
async def test_message_is_stored_with_its_caller(room: RecordingSetup) -> None:
    message_id = await leave_message(room)
    [found] = await room.boxes.list(TENANT, [ANNA.id])
    assert (found.id, found.seconds, found.heard, found.hidden) == (message_id, 2.0, None, None)
    assert found.caller == CallerId("+491511234567", "Carl Caller")
    assert await (await room.boxes.open(found)).read() == noise(2.0)
    assert await room.boxes.list(TENANT, [BEN.id]) == ()
    assert await room.boxes.list("globex", [ANNA.id]) == ()


async def test_a_message_is_stored_once_the_database_is_back(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a restart of the server: it was away as the caller hung up."""

    async def away(*_: object) -> bool:
        raise DatabaseUnreachable("gone", "Start it.")

    begun = await begin_message(room)
    with monkeypatch.context() as patch:
        patch.setattr(audio_repository, "close", away)
        with pytest.raises(DatabaseUnreachable):
            await begun.store()
        await room.boxes.unended.repeat()
    assert await room.boxes.list(TENANT, [ANNA.id]) == ()
    await room.boxes.unended.repeat()
    [found] = await room.boxes.list(TENANT, [ANNA.id])
    assert await (await room.boxes.open(found)).read() == noise(2.0)


async def test_a_message_that_cannot_be_stored_does_not_block_the_others(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All connections may be in use as the database is back, and its disk may be full."""

    async def close_others(session: AsyncSession, tenant_id: str, audio_id: str, *more: Any) -> bool:
        if audio_id in faults:
            raise faults[audio_id]
        return await close(session, tenant_id, audio_id, *more)

    close, begun = audio_repository.close, [await begin_message(room) for _ in range(3)]
    full = OperationalError("s", {}, Exception("full"))
    faults = dict(zip([each.message.audio_id for each in begun], (PoolTimeout(), full, PoolTimeout()), strict=True))
    monkeypatch.setattr(audio_repository, "close", close_others)
    for each in begun:
        with pytest.raises(SQLAlchemyError):
            await each.store()
    del faults[begun[2].message.audio_id]
    await room.boxes.unended.repeat()
    assert [each.id for each in await room.boxes.list(TENANT, [ANNA.id])] == [begun[2].message.id]
    faults.clear()
    await room.boxes.unended.repeat()
    assert len(await room.boxes.list(TENANT, [ANNA.id])) == 3


async def test_a_discarded_message_leaves_nothing_once_the_database_is_back(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise DatabaseUnreachable("gone", "Start it.")

    begun = await begin_message(room)
    with monkeypatch.context() as patch:
        patch.setattr(audio_repository, "mark_erased", away)
        with pytest.raises(DatabaseUnreachable):
            await begun.discard()
        await room.boxes.unended.repeat()
    await room.boxes.unended.repeat()
    with pytest.raises(Expired):
        await room.boxes.get(TENANT, begun.message.id)
    assert room.all_files() == []


async def test_a_discarded_message_is_not_stored_by_a_restart(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away from the moment at which the caller discarded it to the end of the server."""

    @asynccontextmanager
    async def away() -> AsyncIterator[UnitOfWork]:
        raise DatabaseUnreachable("gone", "Start it.")
        yield

    begun = await begin_message(room)
    with monkeypatch.context() as patch:
        patch.setattr(room.database, "begin", away)
        with pytest.raises(DatabaseUnreachable):
            await begun.discard()
    await room.restart()
    assert await room.boxes.list(TENANT, [ANNA.id]) == ()
    with pytest.raises(Expired):
        await room.boxes.get(TENANT, begun.message.id)


async def test_a_message_is_stored_although_the_server_stops_meanwhile(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it stores the messages left over from an outage of the database."""

    async def away(*_: object) -> bool:
        raise DatabaseUnreachable("gone", "Start it.")

    async def close_late(*values: Any) -> bool:
        begun_again.set()
        await goes_on.wait()
        return await close(*values)

    close, begun_again, goes_on = audio_repository.close, asyncio.Event(), asyncio.Event()
    begun = await begin_message(room)
    with monkeypatch.context() as patch:
        patch.setattr(audio_repository, "close", away)
        with pytest.raises(DatabaseUnreachable):
            await begun.store()
        patch.setattr(audio_repository, "close", close_late)
        ending = asyncio.create_task(room.boxes.unended.repeat())
        await begun_again.wait()
        ending.cancel()
        goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await ending
        [found] = await room.boxes.list(TENANT, [ANNA.id])
    assert found.id == begun.message.id


async def test_a_message_stays_if_the_answer_to_its_commit_was_lost(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = room.database.begin

    @asynccontextmanager
    async def begin_and_lose_answer() -> AsyncIterator[UnitOfWork]:
        async with begin() as uow:
            yield uow
        raise DatabaseUnreachable("gone", "Start it.")

    events: list[DomainEvent] = []
    room.database.subscribe(events.extend)
    begun = await begin_message(room)
    with monkeypatch.context() as patch:
        patch.setattr(room.database, "begin", begin_and_lose_answer)
        with pytest.raises(DatabaseUnreachable):
            await begun.store()
    await room.boxes.unended.repeat()
    [found] = await room.boxes.list(TENANT, [ANNA.id])
    assert await (await room.boxes.open(found)).read() == noise(2.0)
    assert [type(each) for each in events] == [MessageLeft]


async def test_length_of_the_messages_of_a_call_is_known_while_they_exist(room: RecordingSetup) -> None:
    message_id = await leave_message(room, seconds=3.0)
    [found] = await room.boxes.list(TENANT, [ANNA.id])
    assert await room.boxes.seconds_by_call(TENANT, [found.call_id, "another"]) == {found.call_id: 3.0}
    assert await room.boxes.seconds_by_call("globex", [found.call_id]) == {}
    assert await room.boxes.seconds_by_call(TENANT, []) == {}
    await room.boxes.erase(await room.boxes.get(TENANT, message_id))
    assert await room.boxes.seconds_by_call(TENANT, [found.call_id]) == {}


@pytest.mark.promise("T2")
async def test_caller_is_sealed(room: RecordingSetup) -> None:
    await leave_message(room)
    async with room.database.read() as session:
        rows = repr((await session.execute(text("SELECT * FROM voicemail"))).all())
    assert "511234567" not in rows
    assert "Carl" not in rows


async def test_message_in_progress_is_not_listed(room: RecordingSetup) -> None:
    begun = await begin_message(room)
    assert await room.boxes.list(TENANT, [ANNA.id]) == ()
    with pytest.raises(NotFound):
        await room.boxes.get(TENANT, begun.message.id)
    assert await begun.store()
    assert len(await room.boxes.list(TENANT, [ANNA.id])) == 1


@pytest.mark.parametrize("way", ["dropped", "too short"])
async def test_discarded_message_leaves_nothing(room: RecordingSetup, way: str) -> None:
    begun = await begin_message(room, seconds=2.0 if way == "dropped" else 0.6)
    if way == "dropped":
        await begun.discard()
    else:
        assert not await begun.store()
    assert await room.boxes.list(TENANT, [ANNA.id]) == ()
    assert room.all_files() == []


async def test_crash_keeps_recorded_messages_and_drops_empty_ones(room: RecordingSetup) -> None:
    begun = await begin_message(room, seconds=4.3)
    silent = await room.boxes.begin(new_message())
    room.crash()
    await room.audio.recover()  # of a start that ends here
    await room.restart()
    [found] = await room.boxes.list(TENANT, [ANNA.id])
    assert found.id == begun.message.id
    assert 3.3 < found.seconds <= 4.3
    with pytest.raises(Expired):
        await room.boxes.get(TENANT, silent.message.id)
    await room.restart()
    assert len(await room.boxes.list(TENANT, [ANNA.id])) == 1


@pytest.mark.parametrize("seconds", [2.0, 3.0, 13.0])
async def test_crash_keeps_short_messages(room: RecordingSetup, seconds: float) -> None:
    begun = await begin_message(room, seconds=seconds)
    await room.restart()
    [found] = await room.boxes.list(TENANT, [ANNA.id])
    assert found.id == begun.message.id
    assert seconds - 0.5 <= found.seconds <= seconds


async def test_times_of_the_first_playback_and_of_archiving_stay(room: RecordingSetup, clock: ManualClock) -> None:
    message = await room.boxes.get(TENANT, await leave_message(room))
    first = clock.now()
    for _ in range(2):  # from two devices, which have both listed the message as new
        await room.boxes.mark_heard(message)
        await room.boxes.archive(message)
        clock.advance(86400)
    found = await room.boxes.get(TENANT, message.id)
    assert (found.heard, found.hidden) == (first, first)
    await room.boxes.mark_heard(message, heard=False)
    await room.boxes.restore(message)
    found = await room.boxes.get(TENANT, message.id)
    assert (found.heard, found.hidden) == (None, None)


async def test_archived_messages_count_towards_the_limit(room: RecordingSetup) -> None:
    await room.boxes.change_tenant(TENANT, VoicemailSettingsChange(most_messages=2))
    await room.boxes.archive(await room.boxes.get(TENANT, await leave_message(room)))
    assert not await room.boxes.is_full(TENANT, ANNA.id)
    second = await room.boxes.get(TENANT, await leave_message(room))
    assert await room.boxes.is_full(TENANT, ANNA.id)
    await room.boxes.erase(second)
    assert not await room.boxes.is_full(TENANT, ANNA.id)


@pytest.mark.promise("R2")
async def test_archived_message_is_purged_after_retention(room: RecordingSetup, clock: ManualClock) -> None:
    old = await room.boxes.get(TENANT, await leave_message(room))
    await room.boxes.archive(old)
    clock.advance(timedelta(days=20).total_seconds())
    young, stored = await room.boxes.get(TENANT, await leave_message(room)), await leave_message(room)
    await room.boxes.archive(young)
    clock.advance(timedelta(days=10, seconds=1).total_seconds())
    await sweep(room.database, clock, room.boxes.expiries)
    assert [one.id for one in await room.boxes.list(TENANT, [ANNA.id], hidden=True)] == [young.id]
    assert [one.id for one in await room.boxes.list(TENANT, [ANNA.id])] == [stored]
    assert len(room.all_files()) == 2
    with pytest.raises(Expired):
        await room.boxes.get(TENANT, old.id)


@pytest.mark.promise("T2", "D3")
@pytest.mark.parametrize("subject", ["s-anna", "s-carl"])
async def test_message_is_erased_with_caller_or_owner(room: RecordingSetup, subject: str) -> None:
    gone = await leave_message(room, new_message(caller="s-carl"))
    stays = await leave_message(room, new_message(extension=BEN, caller="s-dora"))
    room.keys.destroy(TENANT, subject)
    await room.audio.erase_subject(TENANT, subject)
    with pytest.raises(Expired):
        await room.boxes.get(TENANT, gone)
    assert len(room.all_files()) == 1
    assert isinstance((await room.boxes.get(TENANT, stays)).caller, CallerId)
    await room.audio.erase_subject(TENANT, subject)


@pytest.mark.promise("D3")
async def test_erasing_the_caller_while_recording_leaves_no_message(room: RecordingSetup) -> None:
    reported: list[MessageLeft] = []
    room.bus.subscribe(MessageLeft, reported.append)
    Outbox(room.database, room.bus.publish, room.clock)
    begun = await begin_message(room, new_message(caller="s-carl"))
    room.keys.destroy(TENANT, "s-carl")
    await room.audio.erase_subject(TENANT, "s-carl")
    await begun.write(noise(1), 8000)
    assert not await begun.store()
    assert await room.boxes.list(TENANT, [ANNA.id]) == ()
    with pytest.raises(Expired):
        await room.boxes.get(TENANT, begun.message.id)
    assert room.all_files() == []
    assert reported == []


async def test_caller_is_anonymous_between_key_and_row_erasure(room: RecordingSetup) -> None:
    message_id = await leave_message(room, new_message(caller="s-carl"))
    room.keys.destroy(TENANT, "s-carl")
    found = await room.boxes.get(TENANT, message_id)
    assert found.caller == Erased()
    with pytest.raises(Expired):
        await room.boxes.open(found)
    with pytest.raises(ErasedSubject):
        await room.boxes.begin(new_message(caller="s-carl"))


async def test_external_caller_is_identified_by_number(room: RecordingSetup) -> None:
    await leave_message(room, new_message("+4930111"))
    subject = room.keys.find(TENANT, "number", "+4930111")
    assert subject is not None
    room.keys.destroy(TENANT, subject)
    await room.audio.erase_subject(TENANT, subject)
    assert await room.boxes.list(TENANT, [ANNA.id]) == ()


async def test_mailbox_is_deleted_with_extension_or_tenant(room: RecordingSetup) -> None:
    await leave_message(room)
    other = await leave_message(room, new_message(extension=BEN))
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False, old_messages="keep", pin="8264"))
    async with room.database.begin() as uow:
        await room.boxes.on_extension_deleted(ExtensionDeleted("fact-1", TENANT, ANNA.id), uow)
    assert [path.name for path in room.all_files()] == [(await room.boxes.get(TENANT, other)).audio_id]
    assert room.boxes.mailbox_settings(ANNA.id).enabled
    async with room.database.read() as session:
        left = (await session.execute(text("SELECT id, extension_id FROM voicemail WHERE state = 'erased'"))).all()
    assert [row.extension_id == row.id for row in left] == [True], "erased messages of a mailbox are not joined"
    async with room.database.begin() as uow:
        await room.boxes.on_tenant_deleted(TenantDeleted("fact-2", TENANT), uow)
    assert room.all_files() == []
    async with room.database.read() as session:
        for table in ("audio", "audio_owner", "voicemail", "voicemail_box", "voicemail_tenant"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


@pytest.mark.promise("C9")
async def test_settings_survive_a_restart(room: RecordingSetup) -> None:
    await room.boxes.change_tenant(TENANT, VoicemailSettingsChange(longest_seconds=60))
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False, old_messages="keep"))
    await room.restart()
    assert room.boxes.tenant_settings(TENANT).longest_seconds == 60
    assert not room.boxes.accepts_messages(ANNA)
    assert room.boxes.accepts_messages(BEN)
    await room.boxes.change_tenant(TENANT, VoicemailSettingsChange(enabled=False, old_messages="keep"))
    assert not room.boxes.accepts_messages(BEN)


async def test_pin_opens_only_its_own_mailbox(room: RecordingSetup) -> None:
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    await room.restart()
    assert room.boxes.mailbox_settings(ANNA.id).has_pin
    assert await room.boxes.check_pin(TENANT, ANNA.id, "8264")
    for tenant, box, pin in ((TENANT, ANNA.id, "8265"), (TENANT, BEN.id, "8264"), ("globex", ANNA.id, "8264")):
        assert not await room.boxes.check_pin(tenant, box, pin)
    async with room.database.read() as session:
        stored = repr((await session.execute(text("SELECT * FROM voicemail_box"))).all())
    assert "argon2" not in stored
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin=""))
    assert not await room.boxes.check_pin(TENANT, ANNA.id, "8264")
    assert not await room.boxes.check_pin(TENANT, ANNA.id, "")


@pytest.mark.promise("T3")
async def test_a_pin_is_stored_as_a_salted_hash(room: RecordingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[str] = []
    original = message_repository.put_pin

    async def put(*values: Any) -> None:
        stored.append(values[-1])
        await original(*values)

    monkeypatch.setattr(message_repository, "put_pin", put)
    for _ in range(2):
        await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    assert all(digest.startswith("$argon2id$") and "8264" not in digest[:10] for digest in stored)
    assert len(set(stored)) == len(stored) == 2


async def test_attempts_at_unknown_mailboxes_displace_no_counter(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.identity.policies.pin_throttle.MAX_ENTRIES", 3)
    await room.restart()
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    for attempt in range(5):
        assert not await room.boxes.check_pin(TENANT, ANNA.id, f"700{attempt}")
    for number in range(4):
        assert not await room.boxes.check_pin(TENANT, f"70{number}", "8264")
    with pytest.raises(TooManyRequests):
        await room.boxes.check_pin(TENANT, ANNA.id, "8264")


async def test_a_pin_that_was_not_checked_is_not_counted(room: RecordingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    for attempt in range(4):
        assert not await room.boxes.check_pin(TENANT, ANNA.id, f"700{attempt}")
    with monkeypatch.context() as patched:
        patched.setattr("unificx.identity.passwords.MAX_WAITING", 0)
        for _ in range(10):
            with pytest.raises(TooManyRequests, match="signing in"):
                await room.boxes.check_pin(TENANT, ANNA.id, "8264")
    assert not await room.boxes.check_pin(TENANT, ANNA.id, "7004")
    with pytest.raises(TooManyRequests):
        await room.boxes.check_pin(TENANT, ANNA.id, "8264")


async def test_a_pin_that_was_not_checked_does_not_delay_the_next_one(
    room: RecordingSetup, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    for attempt in range(5):
        assert not await room.boxes.check_pin(TENANT, ANNA.id, f"700{attempt}")
    clock.advance(1)
    with monkeypatch.context() as patched:
        patched.setattr("unificx.identity.passwords.MAX_WAITING", 0)
        for _ in range(3):
            with pytest.raises(TooManyRequests, match="signing in"):
                await room.boxes.check_pin(TENANT, ANNA.id, "8264")
    assert await room.boxes.check_pin(TENANT, ANNA.id, "8264")


async def test_pin_attempts_are_rate_limited(room: RecordingSetup, clock: ManualClock) -> None:
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="8264"))
    for attempt in range(5):
        assert not await room.boxes.check_pin(TENANT, ANNA.id, f"700{attempt}")
    waits = []
    for _ in range(6):
        with pytest.raises(TooManyRequests) as early:
            await room.boxes.check_pin(TENANT, ANNA.id, "8264")
        waits.append(early.value.retry_after)
        clock.advance(early.value.retry_after)
        assert not await room.boxes.check_pin(TENANT, ANNA.id, "7777")
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    clock.advance(64)
    assert await room.boxes.check_pin(TENANT, ANNA.id, "8264")
    assert await room.boxes.check_pin(TENANT, ANNA.id, "8264")


@pytest.mark.parametrize("pin", ["1234", "0000", "4321", "123", "1" * 13, "12ab", "９８２６"])
async def test_trivial_pin_is_rejected(room: RecordingSetup, pin: str) -> None:
    with pytest.raises(Invalid):
        await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin=pin))


async def test_new_greeting_replaces_the_old_one(room: RecordingSetup) -> None:
    with pytest.raises(NotFound):
        await room.boxes.greetings.open_current(TENANT, ANNA.id, "missed")
    for seconds in (1.5, 2.5):
        writer = await room.boxes.greetings.begin(ANNA)
        room.writers.append(writer)
        await writer.write(noise(seconds), 8000)
        await room.boxes.greetings.activate(ANNA, writer, "no_answer")
        assert await (await room.boxes.greetings.open_current(TENANT, ANNA.id, "missed")).read() == noise(seconds)
        assert len(room.all_files()) == 1
    await room.restart()
    assert (await room.boxes.greetings.open_current(TENANT, ANNA.id, "missed")).seconds == 2.5
    await room.boxes.greetings.remove(ANNA)
    with pytest.raises(NotFound):
        await room.boxes.greetings.open_current(TENANT, ANNA.id, "missed")
    assert room.all_files() == []


async def test_concurrent_mailbox_changes_are_merged(room: RecordingSetup) -> None:
    sound = Sound(noise(1))
    await asyncio.gather(
        room.boxes.change_mailbox(ANNA, MailboxSettingsChange(pin="4711")),
        room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False)),
        room.boxes.greetings.store(ANNA, sound, "busy"),
        room.boxes.change_mailbox(ANNA, MailboxSettingsChange(mail=False)),
    )
    await asyncio.gather(
        room.boxes.change_tenant(TENANT, VoicemailSettingsChange(enabled=False)),
        room.boxes.change_tenant(TENANT, VoicemailSettingsChange(most_messages=7)),
    )
    for _ in range(2):
        box, tenant = room.boxes.mailbox_settings(ANNA.id), room.boxes.tenant_settings(TENANT)
        assert (box.enabled, box.mail, box.has_pin, set(box.greetings)) == (False, False, True, {"busy"})
        assert (tenant.enabled, tenant.most_messages) == (False, 7)
        await room.restart()


@pytest.mark.promise("D3")
async def test_a_greeting_of_an_erased_user_is_not_activated(room: RecordingSetup) -> None:
    writer = await room.boxes.greetings.begin(ANNA)
    room.writers.append(writer)
    await writer.write(noise(1), 8000)
    await room.audio.erase(TENANT, [writer.id])
    with pytest.raises(ErasedSubject):
        await room.boxes.greetings.activate(ANNA, writer, "no_answer")
    with pytest.raises(NotFound):
        await room.boxes.greetings.open_current(TENANT, ANNA.id, "missed")


@pytest.mark.promise("D3")
async def test_a_sound_of_a_speaker_erased_meanwhile_is_not_stored(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = AudioWriter.write

    async def write_and_erase(writer: AudioWriter, pcm: bytes, rate: int) -> None:
        await write(writer, pcm, rate)
        await room.audio.erase(TENANT, [writer.id])

    monkeypatch.setattr(AudioWriter, "write", write_and_erase)
    with pytest.raises(ErasedSubject):
        await room.custom_sounds.put((TENANT, "any", "music/hold"), Sound(noise(1), 8000), ANNA.subject)
    assert not room.custom_sounds.all(TENANT)
    assert not room.all_files()
