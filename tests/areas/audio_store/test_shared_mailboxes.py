"""Shared mailboxes, and the decision about existing messages when voicemail is disabled."""

import asyncio
from dataclasses import replace

import pytest
from recording_setup import ANNA, TENANT, RecordingSetup, new_message
from sqlalchemy import text

from unificx.audio_store import LocalBlobStore
from unificx.core.errors import Conflict, Expired, Invalid, NotFound
from unificx.core.events import DomainEvent
from unificx.db import Outbox, UnitOfWork
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.media.tones import sine
from unificx.privacy.key_file import KeysBusy
from unificx.voicemail import (
    MailboxSettingsChange,
    NewSharedMailbox,
    SharedMailbox,
    SharedMailboxChange,
    VoicemailSettingsChange,
)
from unificx.voicemail.events import MailboxChanged, OldMessagesErased, SharedMailboxDeleted
from unificx.voicemail.message_counts import MessageCounts
from unificx.voicemail.schemas import OldMessagesUndecided

SALES = NewSharedMailbox("7900", "Sales", ("e-anna", "e-ben", "e-anna"))


@pytest.fixture(autouse=True)
async def acme(room: RecordingSetup) -> None:
    await room.create_tenant()


async def leave_message(room: RecordingSetup, box: SharedMailbox | None = None) -> str:
    new = new_message()
    if box is not None:
        new = replace(new, extension_id=box.id, owner_subject=box.subject)
    draft = await room.boxes.begin(new)
    room.writers.append(draft.writer)
    await draft.write(sine(443.7, 9000, 16000).tobytes(), 8000)
    assert await draft.store()
    return draft.message.id


@pytest.mark.promise("C9")
async def test_shared_mailbox_has_a_number_and_unique_members(room: RecordingSetup) -> None:
    groups = room.boxes.shared
    box = await groups.create(TENANT, SALES)
    assert (box.name, box.members, box.lamp) == ("Sales", ("e-anna", "e-ben"), True)
    assert groups.by_number(TENANT, "7900") == groups.find(TENANT, box.id) == groups.find(TENANT, "7900") == box
    assert list(groups.of_member("e-ben")) == [box]
    assert groups.owners(box.id) == ("e-anna", "e-ben")
    assert groups.owners("e-anna") == ("e-anna",)
    assert groups.by_number("globex", "7900") is None
    with pytest.raises(NotFound):
        groups.find("globex", box.id)
    await room.restart()
    assert room.boxes.shared.find(TENANT, "7900") == box


async def test_number_conflicts_are_rejected(room: RecordingSetup) -> None:
    groups = room.boxes.shared
    box = await groups.create(TENANT, SALES)
    with pytest.raises(Conflict):
        await groups.create(TENANT, NewSharedMailbox("7900"))
    await groups.delete(box)
    assert (await groups.create(TENANT, NewSharedMailbox("7900"))).name == "7900"
    for bad in (NewSharedMailbox("79 00"), NewSharedMailbox("7901", "x" * 101), NewSharedMailbox("7901", "two\nlines")):
        with pytest.raises(Invalid):
            await groups.create(TENANT, bad)
    with pytest.raises(Invalid, match="members"):
        await groups.create(TENANT, NewSharedMailbox("7901", members=tuple(f"e{one}" for one in range(101))))


async def test_shared_mailbox_is_updated(room: RecordingSetup) -> None:
    box = await room.boxes.shared.create(TENANT, SALES)
    changed = await room.boxes.shared.update(box, SharedMailboxChange("Support", ("e-clara",), False))
    assert (changed.name, changed.members, changed.lamp) == ("Support", ("e-clara",), False)
    assert list(room.boxes.shared.of_member("e-anna")) == []
    assert list(room.boxes.shared.of_member("e-clara")) == [changed]
    await room.restart()
    assert room.boxes.shared.find(TENANT, box.id) == changed


async def test_members_who_lose_a_shared_mailbox_see_that_their_messages_have_changed(room: RecordingSetup) -> None:
    events: list[DomainEvent] = []
    box = await room.boxes.shared.create(TENANT, SALES)
    room.database.subscribe(events.extend)
    await room.boxes.shared.update(box, SharedMailboxChange(members=("e-ben", "e-clara")))
    await room.boxes.shared.delete(box)
    changed = [one.extension_id for one in events if isinstance(one, MailboxChanged)]
    assert changed == [box.id, "e-anna", "e-ben", "e-clara"]


async def test_nothing_changes_between_the_condition_of_a_deletion_and_the_deletion(room: RecordingSetup) -> None:
    groups, changes = room.boxes.shared, list[asyncio.Task[SharedMailbox]]()
    box = await groups.create(TENANT, SALES)

    def change_meanwhile(stored: SharedMailbox) -> None:
        changes.append(asyncio.create_task(groups.update(stored, SharedMailboxChange("Support"))))

    await groups.delete(box, change_meanwhile)
    with pytest.raises(NotFound):
        await changes[0]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_holds_are_locked_before_a_shared_mailbox_as_when_its_member_is_deleted(room: RecordingSetup) -> None:
    """In another order, the two changes could wait for each other. The locks are those of the mailbox and of holds."""
    locks: list[int | None] = []

    async def count_locks(uow: UnitOfWork) -> None:
        mine = "locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
        locks.append(await uow.session.scalar(text(f"SELECT count(*) FROM pg_locks WHERE {mine}")))

    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False, old_messages="erase"), count_locks)
    assert locks == [2]


@pytest.mark.promise("C9")
async def test_messages_are_deleted_with_the_shared_mailbox(room: RecordingSetup) -> None:
    box = await room.boxes.shared.create(TENANT, SALES)
    await leave_message(room, box)
    assert len(await room.boxes.list(TENANT, [box.id])) == 1
    assert await room.boxes.list(TENANT, [ANNA.id]) == ()
    await room.boxes.message_counts.refresh(TENANT, box.id)
    assert room.boxes.message_counts.get(box.id) == MessageCounts(1, 0)
    await room.boxes.change_mailbox(box, MailboxSettingsChange(pin="8264"))
    assert await room.boxes.check_pin(TENANT, box.id, "8264")
    await room.boxes.shared.delete(box)
    await room.restart()  # the key is destroyed although the server ends after the deletion
    await deliver(room)
    assert room.all_files() == []
    assert await room.boxes.list(TENANT, [box.id]) == ()
    assert not await room.boxes.check_pin(TENANT, box.id, "8264")
    assert room.keys.get(TENANT, [box.subject])[box.subject] is None
    with pytest.raises(NotFound):
        room.boxes.shared.find(TENANT, box.id)


async def test_deleted_extensions_are_removed_and_tenant_deletion_deletes_it(room: RecordingSetup) -> None:
    box = await room.boxes.shared.create(TENANT, SALES)
    async with room.database.begin() as uow:
        await room.boxes.on_extension_deleted(ExtensionDeleted("f1", TENANT, "e-anna"), uow)
    assert room.boxes.shared.find(TENANT, box.id).members == ("e-ben",)
    async with room.database.begin() as uow:
        await room.boxes.on_tenant_deleted(TenantDeleted("f2", TENANT), uow)
    assert room.boxes.shared.by_number(TENANT, "7900") is None
    await room.restart()
    assert room.boxes.shared.by_number(TENANT, "7900") is None


@pytest.mark.promise("C9", "R2")
@pytest.mark.parametrize("whose", ["everybody's", "one's own"])
@pytest.mark.parametrize(
    ("sent", "there", "away", "files"), [("keep", 1, 1, 2), ("put_away", 0, 2, 2), ("erase", 0, 0, 0)]
)
async def test_disabling_applies_the_decision_about_messages(
    room: RecordingSetup, whose: str, sent: str, there: int, away: int, files: int
) -> None:
    boxes = room.boxes

    async def off(old: str | None) -> None:
        if whose == "one's own":
            await boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False, old_messages=old))  # type: ignore[arg-type]
        else:
            await boxes.change_tenant(TENANT, VoicemailSettingsChange(enabled=False, old_messages=old))  # type: ignore[arg-type]

    first, _ = await leave_message(room), await leave_message(room)
    await boxes.archive(await boxes.get(TENANT, first))
    with pytest.raises(OldMessagesUndecided, match=r"There are 2 messages"):
        await off(None)
    assert boxes.accepts_messages(ANNA)
    await off(sent)
    await deliver(room)
    assert not boxes.accepts_messages(ANNA)
    assert len(await boxes.list(TENANT, [ANNA.id])) == there
    assert len(await boxes.list(TENANT, [ANNA.id], hidden=True)) == away
    assert len(room.all_files()) == files
    await off(None)  # already disabled: no decision needed


async def deliver(room: RecordingSetup) -> None:
    outbox = Outbox(room.database, room.bus.publish, room.clock)
    outbox.subscribe(OldMessagesErased, room.boxes.on_old_messages_erased)
    outbox.subscribe(SharedMailboxDeleted, room.boxes.shared.on_deleted)
    await outbox.deliver()


async def test_a_change_that_is_refused_erases_no_messages(room: RecordingSetup) -> None:
    """As one of a group mailbox that another administrator has changed meanwhile."""

    async def refuse(_: UnitOfWork) -> None:
        raise Conflict("It has changed.")

    message = await leave_message(room)
    with pytest.raises(Conflict):
        await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False, old_messages="erase"), refuse)
    await deliver(room)
    assert room.boxes.accepts_messages(ANNA)
    assert (await room.boxes.open(await room.boxes.get(TENANT, message))).seconds == 2


async def test_messages_are_erased_although_the_server_ends_after_the_change(room: RecordingSetup) -> None:
    message = await leave_message(room)
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False, old_messages="erase"))
    await room.restart()
    assert await room.boxes.list(TENANT, [ANNA.id], hidden=True) == ()
    with pytest.raises(Expired):
        await room.boxes.get(TENANT, message)
    await deliver(room)
    assert room.all_files() == []
    assert room.keys.is_destroyed(TENANT, await audio_subject(room))


async def test_a_file_that_cannot_be_removed_leaves_no_key_of_the_others(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(blobs: LocalBlobStore, name: str) -> None:
        raise PermissionError(name)

    messages = [await leave_message(room) for _ in range(3)]
    audio_ids = [(await room.boxes.get(TENANT, each)).audio_id for each in messages]
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False, old_messages="erase"))
    with monkeypatch.context() as patch:
        patch.setattr(LocalBlobStore, "remove", refuse)
        await deliver(room)
    assert [room.keys.is_destroyed(TENANT, f"audio-{each}") for each in audio_ids] == [True] * 3
    room.clock.advance(3600)  # the event is delivered again
    await deliver(room)
    assert room.all_files() == []


async def audio_subject(room: RecordingSetup) -> str:
    async with room.database.read() as session:
        return f"audio-{await session.scalar(text('SELECT audio_id FROM voicemail'))}"


async def test_disabling_without_messages_needs_no_decision(room: RecordingSetup) -> None:
    await room.boxes.change_mailbox(ANNA, MailboxSettingsChange(enabled=False))
    await room.boxes.change_tenant(TENANT, VoicemailSettingsChange(enabled=False))
    assert not room.boxes.accepts_messages(ANNA)


async def test_a_busy_key_store_refuses_no_deletion_that_was_committed(
    room: RecordingSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(tenant: str, subject: str, head: object) -> int:
        raise KeysBusy

    box = await room.boxes.shared.create(TENANT, SALES)
    await room.boxes.change_mailbox(box, MailboxSettingsChange(pin="8264"))
    with monkeypatch.context() as busy:
        busy.setattr(room.keys, "destroy", interrupt)
        await room.boxes.shared.delete(box)
        await deliver(room)
    assert not room.keys.is_destroyed(TENANT, box.subject)
    room.clock.advance(60)
    await deliver(room)
    assert room.keys.is_destroyed(TENANT, box.subject)


async def test_a_deleted_mailbox_is_neither_changed_nor_deleted_again(room: RecordingSetup) -> None:
    groups = room.boxes.shared
    box = await groups.create(TENANT, SALES)
    await groups.delete(box)
    again = await groups.create(TENANT, SALES)
    with pytest.raises(NotFound):
        await groups.update(box, SharedMailboxChange(name="Support"))
    with pytest.raises(NotFound):
        await groups.delete(box)
    assert groups.by_number(TENANT, "7900") == again, "the number is that of another mailbox by now"
