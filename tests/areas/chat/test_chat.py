"""Conversations and messages on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from identity_factory import identity_on
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sweeping import retention_of

from unificx.attachments import AttachmentDependencies, Attachments
from unificx.audio_store import LocalBlobStore
from unificx.chat import (
    Chat,
    ChatDependencies,
    ConversationChange,
    Encrypted,
    GroupChange,
    Message,
    NewConversation,
    NewGroupChange,
    NewMessage,
    OwnChange,
    Party,
    chat_expiries,
    chat_holding,
    conversations,
)
from unificx.chat.dependencies import ChatOff
from unificx.chat.events import ConversationChanged, MarksChanged, MemberTyping, MessageChanged, MessageSent
from unificx.chat.models import (
    ChatDeviceRow,
    ChatMessageRow,
    ConversationMemberRow,
    ConversationRow,
    GroupChangeRow,
    GroupDeviceRow,
    KeyPackageRow,
    ReactionRow,
)
from unificx.cluster import local_cluster
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from unificx.db import Database, Outbox
from unificx.identity import NewExtension, NewTenant, TenantChange
from unificx.identity.events import SessionEnded, TenantDeleted
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.privacy import DataSubject, KeyStore, Period, Records

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROWS = (ConversationRow, ConversationMemberRow, ChatMessageRow, ReactionRow)


@dataclass
class Office:
    """A tenant with Ada, Ben and Cleo, and Dan of another one."""

    chat: Chat
    database: Database
    keys: KeyStore
    clock: ManualClock
    parts: ChatDependencies
    people: Any
    parties: dict[str, Party] = field(default_factory=dict)
    signals: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> Party:
        return self.parties[name]

    async def direct(self) -> str:
        """Return the conversation of Ada and Ben."""
        return (await self.chat.conversations.create(self.ada, NewConversation(("1002",)))).conversation.id

    async def group(self) -> str:
        """Return a group of Ada, who owns it, Ben and Cleo."""
        new = NewConversation(("1002", "1003"), "Workshop")
        return (await self.chat.conversations.create(self.ada, new)).conversation.id

    async def send(self, sender: Party, conversation: str, text: str, client_id: str = "", **more: Any) -> Message:
        new = NewMessage(client_id or f"c-{text.encode().hex()[:60]}", text, **more)
        return await self.chat.messages.send(sender, conversation, new)

    async def texts(self, reader: Party, conversation: str) -> list[str | None]:
        """Return the texts as a member sees them, oldest first."""
        return [each.text for each in reversed((await self.chat.messages.page(reader, conversation)).items)]

    async def rows(self) -> list[int]:
        async with self.database.read() as session:
            return [await session.scalar(select(func.count()).select_from(row)) or 0 for row in ROWS]


def fail(fault: BaseException) -> None:
    raise fault


@pytest.fixture
async def office(database: Database, keys: KeyStore, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Office]:
    people = identity_on(database, keys, clock)
    await people.start()
    signals: list[Any] = []
    attachments = Attachments(
        AttachmentDependencies(database, keys, LocalBlobStore(tmp_path / "files"), PhotoImporter())
    )
    counters = local_cluster(clock, fail).counters
    period = Period(days=90)
    parts = ChatDependencies(database, keys, people.directory, counters, signals.append, lambda _: period, attachments)
    office = Office(Chat(parts), database, keys, clock, parts, people, signals=signals)
    for slug, names in (("acme", ("ada", "ben", "cleo")), ("globex", ("dan",))):
        tenant = await people.tenants.create(NewTenant(slug, slug, f"{slug}.example"))
        for number, name in enumerate(names, 1001):
            new = NewExtension(str(number), name, f"{name}@{slug}.example")
            made = (await people.extensions.create(tenant.id, new)).extension
            office.parties[name] = Party(tenant.id, made.person_id or "", made.subject)
    yield office
    await people.join_background_tasks()


@pytest.mark.promise("C11")
async def test_messages_have_one_order_and_are_sent_once(office: Office) -> None:
    conversation = await office.direct()
    first = await office.send(office.ada, conversation, "Hello", "c-1")
    again = await office.send(office.ada, conversation, "Hello", "c-1")
    other = await office.send(office.ben, conversation, "Hi", "c-1")
    assert (again, first.seq < other.seq) == (first, True)
    await asyncio.gather(*(office.send(office.ada, conversation, "Twice", "c-2") for _ in range(4)))
    for reader in (office.ada, office.ben):
        assert await office.texts(reader, conversation) == ["Hello", "Hi", "Twice"]
    assert [type(each) for each in office.signals] == [ConversationChanged, *3 * [MessageSent]]
    assert sorted(office.signals[1].person_ids) == sorted((office.ada.person_id, office.ben.person_id))


async def test_the_database_refuses_a_second_message_with_the_same_id_or_place(office: Office) -> None:
    await office.send(office.ada, await office.direct(), "Hello", "c-1")
    async with office.database.read() as session:
        row = (await session.scalars(select(ChatMessageRow))).one()
        values = {column.name: getattr(row, column.name) for column in ChatMessageRow.__table__.columns}
    for changed in ({"seq": 99}, {"client_id": "c-2"}):
        with pytest.raises(IntegrityError):
            async with office.database.begin() as uow:
                await uow.session.execute(insert(ChatMessageRow).values({**values, "id": "another", **changed}))


@ON_SQLITE
async def test_the_direct_conversation_of_two_people_exists_once(office: Office) -> None:
    conversation = await office.direct()
    assert await office.direct() == conversation
    view = await office.chat.conversations.create(office.ben, NewConversation(("1001", "1001", "1002")))
    assert (view.conversation.id, view.conversation.kind, view.member_count) == (conversation, "direct", 2)
    with pytest.raises(Conflict):
        await office.chat.conversations.remove_member(office.ada, conversation, office.ada.person_id)
    with pytest.raises(Conflict):
        await office.chat.conversations.add_members(office.ada, conversation, ["1003"])


@pytest.mark.promise("C11", "T3")
async def test_only_members_read_and_write(office: Office) -> None:
    conversation = await office.direct()
    message = await office.send(office.ada, conversation, "Between us")
    chat = office.chat
    for outsider in (office.cleo, office.dan, Party(office.dan.tenant_id, office.ada.person_id, office.ada.subject)):
        assert (await chat.conversations.page(outsider)).items == ()
        for refused in (
            chat.conversations.get(outsider, conversation),
            chat.messages.page(outsider, conversation),
            chat.messages.changed_since(outsider, conversation, 0),
            office.send(outsider, conversation, "Hello"),
            chat.messages.edit(outsider, conversation, message.id, "Hello"),
            chat.messages.delete(outsider, conversation, message.id),
            chat.messages.react(outsider, conversation, message.id, "👍"),
            chat.conversations.mark(outsider, conversation, 1, 1),
            chat.conversations.choose(outsider, conversation, OwnChange(shares_marks=False)),
            chat.conversations.update(outsider, conversation, ConversationChange(period="P1D")),
        ):
            with pytest.raises(NotFound):
                await refused
    for reference in ("1001", "nobody"):
        with pytest.raises(Invalid) as unknown:
            await chat.conversations.create(
                office.dan, NewConversation((reference, office.people.directory.extensions(office.ada.tenant_id)[0].id))
            )
        assert unknown.value.field == "members"
    assert await office.texts(office.ben, conversation) == ["Between us"]


async def test_pages_go_back_in_time_and_changes_forward(office: Office) -> None:
    conversation = await office.direct()
    sent = [await office.send(office.ada, conversation, f"m{number}") for number in range(5)]
    page = await office.chat.messages.page(office.ben, conversation, None, 2)
    rest = await office.chat.messages.page(office.ben, conversation, page.next, 3)
    assert [each.text for each in (*page.items, *rest.items)] == ["m4", "m3", "m2", "m1", "m0"]
    assert rest.next is None
    await office.chat.messages.edit(office.ada, conversation, sent[1].id, "changed")
    await office.chat.messages.react(office.ben, conversation, sent[0].id, "👍")
    changes = await office.chat.messages.changed_since(office.ben, conversation, sent[4].seq, 1)
    later = await office.chat.messages.changed_since(office.ben, conversation, int(changes.next or 0))
    assert [each.text for each in (*changes.items, *later.items)] == ["changed", "m0"]
    with pytest.raises(Invalid):
        await office.chat.messages.page(office.ben, conversation, "²")


@ON_SQLITE
@pytest.mark.promise("D2")
async def test_authors_change_their_messages_and_owners_delete_those_of_others(office: Office) -> None:
    conversation, chat = await office.group(), office.chat
    message = await office.send(office.ben, conversation, "Wrong")
    edited = await chat.messages.edit(office.ben, conversation, message.id, "Right")
    assert (edited.text, edited.seq, edited.edited) == ("Right", message.seq, office.clock.now())
    for refused in (
        chat.messages.edit(office.ada, conversation, message.id, "Mine"),
        chat.messages.delete(office.cleo, conversation, message.id),
    ):
        with pytest.raises(Forbidden):
            await refused
    await chat.messages.react(office.cleo, conversation, message.id, "🎉")
    reacted = await chat.messages.react(office.ada, conversation, message.id, "👍")
    assert reacted.reactions == {office.cleo.person_id: "🎉", office.ada.person_id: "👍"}
    assert (await chat.messages.react(office.cleo, conversation, message.id, "")).reactions == {
        office.ada.person_id: "👍"
    }
    await chat.messages.delete(office.ada, conversation, message.id)
    [left] = (await chat.messages.page(office.cleo, conversation)).items
    assert (left.state, left.text, left.reactions, left.id) == ("deleted", None, {}, message.id)
    assert isinstance(office.signals[-1], MessageChanged)
    with pytest.raises(NotFound):
        await chat.messages.edit(office.ben, conversation, message.id, "Again")
    assert await office.send(office.ben, conversation, "Wrong") == left, "sent again, not written anew"


@ON_SQLITE
async def test_replies_and_mentions_name_what_is_there(office: Office) -> None:
    conversation, other = await office.direct(), await office.group()
    message = await office.send(office.ada, conversation, "Question")
    answer = await office.send(office.ben, conversation, "A", reply_to=message.id, mentions=(office.ada.person_id,))
    assert (answer.reply_to, answer.mentions) == (message.id, (office.ada.person_id,))
    wrong: tuple[dict[str, Any], ...] = ({"mentions": (office.cleo.person_id,)}, {"reply_to": "nothing"})
    for more in wrong:
        with pytest.raises(Invalid) as refused:
            await office.send(office.ben, conversation, "B", **more)
        assert refused.value.field in more
    with pytest.raises(Invalid):
        await office.send(office.ada, other, "C", reply_to=message.id)


@ON_SQLITE
async def test_marks_only_grow_and_are_shown_to_those_who_share_theirs(office: Office) -> None:
    conversation, chat = await office.direct(), office.chat
    for number in range(3):
        await office.send(office.ada, conversation, f"m{number}")
    [seen] = (await chat.conversations.page(office.ben)).items
    assert (seen.unread, seen.newest and seen.newest.text) == (3, "m2")
    assert (await chat.conversations.get(office.ada, conversation)).unread == 0
    await chat.conversations.mark(office.ben, conversation, 2, 3)
    await chat.conversations.mark(office.ben, conversation, 1, 1)
    me = (await chat.conversations.get(office.ben, conversation)).me
    assert (me.read_seq, me.delivered_seq) == (2, 3)
    await chat.conversations.mark(office.ben, conversation, 2**40, 0)
    assert (await chat.conversations.get(office.ben, conversation)).unread == 0
    marks = [each for each in office.signals if isinstance(each, MarksChanged)]
    assert [len(each.person_ids) for each in marks] == [2, 2]
    await chat.conversations.choose(office.ben, conversation, OwnChange(shares_marks=False))
    await office.send(office.ada, conversation, "m3")
    await chat.conversations.mark(office.ben, conversation, 4, 4)
    assert list(office.signals[-1].person_ids) == [office.ben.person_id]


@ON_SQLITE
async def test_members_who_join_later_see_what_is_sent_from_then_on(office: Office) -> None:
    created = await office.chat.conversations.create(office.ada, NewConversation(("1002",), "Two of us"))
    conversation, chat = created.conversation.id, office.chat
    before = await office.send(office.ada, conversation, "Before")
    with pytest.raises(Forbidden):
        await chat.conversations.add_members(office.ben, conversation, ["1003"])
    assert (await chat.conversations.add_members(office.ada, conversation, ["1003", "1002"])).member_count == 3
    await office.send(office.ada, conversation, "After")
    assert await office.texts(office.cleo, conversation) == ["After"]
    with pytest.raises(NotFound):
        await chat.messages.react(office.cleo, conversation, before.id, "👍")
    with pytest.raises(Invalid):
        await office.send(office.cleo, conversation, "What?", reply_to=before.id)
    with pytest.raises(Forbidden):
        await chat.conversations.remove_member(office.ben, conversation, office.cleo.person_id)
    await chat.conversations.remove_member(office.ada, conversation, office.cleo.person_id)
    with pytest.raises(NotFound):
        await chat.messages.page(office.cleo, conversation)


@ON_SQLITE
async def test_a_group_keeps_an_owner_and_ends_with_its_last_member(office: Office) -> None:
    conversation, chat = await office.group(), office.chat
    await office.send(office.ada, conversation, "Bye")
    await chat.conversations.remove_member(office.ada, conversation, office.ada.person_id)
    left = (await chat.conversations.get(office.ben, conversation)).members
    assert sorted(each.role for each in left) == ["member", "owner"]
    for leaving in (office.ben, office.cleo):
        await chat.conversations.remove_member(leaving, conversation, leaving.person_id)
    assert await office.rows() == [0, 0, 0, 0]


@pytest.mark.promise("D3", "C11")
async def test_an_erasure_removes_what_is_theirs_and_leaves_the_rest(office: Office) -> None:
    direct, group = await office.direct(), await office.group()
    mine = await office.send(office.ada, direct, "Secret of Ada", "c-1")
    others = await office.send(office.ben, direct, "Of Ben", reply_to=mine.id)
    await office.chat.messages.react(office.ada, direct, others.id, "👍")
    await office.send(office.ada, group, "Also of Ada")
    holding, ada = chat_holding(office.database, office.chat.conversations), office.ada
    owner = DataSubject(ada.tenant_id, ada.subject, ada.person_id)
    found = dict(await holding.find(owner))
    assert sorted(found.values()) == [1, 2, 2]
    exported = {
        one.kind.title: [each async for each in one.read()]
        for one in holding.export(owner, office.keys)
        if isinstance(one, Records)
    }
    assert sorted(each["text"] for each in exported["messages in conversations"]) == ["Also of Ada", "Secret of Ada"]
    assert [each["emoji"] for each in exported["reactions to messages"]] == ["👍"]
    office.keys.destroy(ada.tenant_id, ada.subject)
    [unread, _] = reversed((await office.chat.messages.page(office.ben, direct)).items)
    assert (unread.state, unread.text, unread.person_id) == ("erased", None, "")
    for _ in range(2):
        await holding.erase(owner)
    assert set((await holding.remains(owner)).values()) == {0}
    assert await office.texts(office.ben, direct) == [None, "Of Ben"]
    async with office.database.read() as session:
        for row in ROWS:
            table = row.__table__
            for stored in (await session.execute(select(table))).all():
                assert ada.person_id not in str(stored)
                assert ada.subject not in str(stored)
    view = await office.chat.conversations.get(office.ben, direct)
    assert (view.member_count, view.conversation.kind) == (1, "direct")
    assert [each.role for each in (await office.chat.conversations.get(office.ben, group)).members].count("owner") == 1
    await office.chat.conversations.erase(office.ben.tenant_id, office.ben.subject)
    assert (await office.chat.conversations.page(office.cleo)).items[0].conversation.id == group


@pytest.mark.promise("R3", "C11")
async def test_messages_end_with_the_period_of_the_tenant_or_of_their_conversation(office: Office) -> None:
    direct, group = await office.direct(), await office.group()
    with pytest.raises(Invalid) as longer:
        await office.chat.conversations.update(office.ben, direct, ConversationChange(period="P1Y"))
    assert longer.value.field == "period"
    with pytest.raises(Forbidden):
        await office.chat.conversations.update(office.ben, group, ConversationChange(period="P1D"))
    await office.chat.conversations.update(office.ben, direct, ConversationChange(period="P1D"))
    await office.send(office.ada, direct, "For a day")
    await office.send(office.ada, group, "For longer")
    office.clock.advance(86_400 + 1)
    assert await office.texts(office.ben, direct) == []
    assert (await office.chat.conversations.get(office.ben, direct)).newest is None
    assert (await office.chat.conversations.get(office.ben, direct)).unread == 0
    expiries = chat_expiries(office.database, office.chat.attachments)
    retention = retention_of(office.database, expiries, *office.people.directory.tenants())
    await retention.sweep(office.clock.now())
    assert (await office.rows())[2] == 1
    office.clock.advance(366 * 86_400)
    await retention.sweep(office.clock.now())
    assert (await office.rows())[2:] == [0, 0]


@ON_SQLITE
@pytest.mark.promise("C11", "T2")
async def test_texts_are_sealed_and_end_with_their_tenant(office: Office) -> None:
    group = await office.group()
    message = await office.send(office.ada, group, "Confidential")
    await office.chat.messages.react(office.ben, group, message.id, "👍")
    async with office.database.read() as session:
        for row in (ConversationRow, ChatMessageRow, ReactionRow):
            stored = (await session.scalars(select(row.sealed))).all()
            assert stored
            assert not [
                each for each in stored if any(text in (each or b"") for text in (b"Conf", b"Work", "👍".encode()))
            ]
    outbox = Outbox(office.database, lambda _: None, office.clock)
    outbox.subscribe(TenantDeleted, office.chat.on_tenant_deleted)
    await office.people.tenants.delete(office.ada.tenant_id)
    await outbox.deliver()
    assert await office.rows() == [0, 0, 0, 0]


@ON_SQLITE
async def test_a_sender_is_slowed_and_others_are_not(office: Office) -> None:
    conversation = await office.direct()
    for number in range(39):  # after the conversation, which counts too
        await office.send(office.ada, conversation, f"m{number}")
    with pytest.raises(TooManyRequests) as slowed:
        await office.send(office.ada, conversation, "m39")
    assert 0 < slowed.value.retry_after <= 1
    await office.send(office.ben, conversation, "Hello")
    office.clock.advance(slowed.value.retry_after)
    await office.send(office.ada, conversation, "Later")


@ON_SQLITE
async def test_owners_make_others_owners_and_one_is_always_left(office: Office) -> None:
    group, chat = await office.group(), office.chat.conversations
    ada, ben = office.ada.person_id, office.ben.person_id
    with pytest.raises(Forbidden):
        await chat.set_role(office.ben, group, ben, "owner")
    with pytest.raises(NotFound):
        await chat.set_role(office.ada, group, office.dan.person_id, "owner")
    with pytest.raises(Conflict):
        await chat.set_role(office.ada, group, ada, "member")
    with pytest.raises(Conflict):
        await chat.set_role(office.ada, await office.direct(), ben, "owner")
    made = await chat.set_role(office.ada, group, ben, "owner")
    assert {each.person_id for each in made.members if each.role == "owner"} == {ada, ben}
    left = await chat.set_role(office.ben, group, ada, "member")
    assert [each.person_id for each in left.members if each.role == "owner"] == [ben]
    with pytest.raises(Forbidden):
        await chat.set_role(office.ada, group, ada, "owner")


@ON_SQLITE
async def test_a_group_has_others_and_a_limited_number_of_members(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, group = office.chat.conversations, await office.group()
    pair = (await chat.create(office.ada, NewConversation(("1002",), "Pair"))).conversation.id
    with pytest.raises(NotFound):
        await chat.remove_member(office.ada, group, office.dan.person_id)
    monkeypatch.setattr(conversations, "MAX_MEMBERS", 2)
    monkeypatch.setattr(conversations, "MAX_ENCRYPTED_MEMBERS", 1)
    for refused in (
        chat.create(office.ada, NewConversation(("1001",))),
        chat.create(office.ada, NewConversation(("1002", "1003"), "Three")),
        chat.create(office.ada, NewConversation(("1002",), "Two", encrypted=True)),
        chat.add_members(office.ada, pair, ("1003",)),
    ):
        with pytest.raises(Invalid) as fault:
            await refused
        assert fault.value.field == "members"
    assert len((await chat.get(office.ada, pair)).members) == 2


@ON_SQLITE
async def test_a_muted_conversation_notifies_of_mentions_only(office: Office) -> None:
    group, ben = await office.group(), office.ben.person_id
    view = await office.chat.conversations.choose(office.ben, group, OwnChange(muted=True))
    assert (view.me.muted, view.me.shares_marks) == (True, True)
    assert list(office.signals[-1].person_ids) == [ben], "a private choice"
    await office.send(office.ada, group, "Lunch?")
    assert (set(office.signals[-1].silent), len(office.signals[-1].person_ids)) == ({ben}, 3)
    await office.send(office.ada, group, f"@[{ben}]?", mentions=(ben,))
    assert set(office.signals[-1].silent) == set()


async def test_an_edit_may_mention_others_of_the_conversation(office: Office) -> None:
    group, direct = await office.group(), await office.direct()
    ben, cleo = office.ben.person_id, office.cleo.person_id
    first = await office.send(office.ada, group, f"@[{ben}]", mentions=(ben,))
    unchanged = await office.chat.messages.edit(office.ada, group, first.id, f"Hi @[{ben}]")
    assert unchanged.mentions == (ben,)
    changed = await office.chat.messages.edit(office.ada, group, first.id, f"@[{cleo}]", (cleo,))
    [read] = (await office.chat.messages.page(office.ben, group)).items
    assert (changed.mentions, read.mentions, read.text) == ((cleo,), (cleo,), f"@[{cleo}]")
    other = await office.send(office.ada, direct, "Hello")
    for wrong in ((cleo,), (ben,) * 51):
        with pytest.raises(Invalid) as refused:
            await office.chat.messages.edit(office.ada, direct, other.id, "Hello", wrong)
        assert refused.value.field == "mentions"


@pytest.mark.promise("D3")
async def test_a_mention_of_an_erased_person_has_no_reference(office: Office) -> None:
    group, ben = await office.group(), office.ben
    text = f"@[{ben.person_id}] and @[{office.cleo.person_id}]"
    mentions = (ben.person_id, office.cleo.person_id)
    message = await office.send(office.ada, group, text, mentions=mentions)
    await office.chat.messages.pin(office.ada, group, message.id, pinned=True)
    await office.people.users.close(ben.tenant_id, ben.person_id)
    office.keys.destroy(ben.tenant_id, ben.subject)
    await office.chat.conversations.erase(ben.tenant_id, ben.subject)
    view = await office.chat.conversations.get(office.cleo, group)
    since = (await office.chat.messages.changed_since(office.cleo, group, 0)).items
    pinned = await office.chat.messages.pinned(office.cleo, group)
    reacted = await office.chat.messages.react(office.cleo, group, message.id, "👍")
    for shown in (view.newest, *since, *pinned, reacted, *(await office.chat.messages.page(office.ada, group)).items):
        assert shown is not None
        assert (shown.text, shown.mentions) == (f"@[] and @[{office.cleo.person_id}]", (office.cleo.person_id,))


@ON_SQLITE
async def test_typing_is_shown_to_those_who_share_their_marks_and_is_slowed(office: Office) -> None:
    group, chat = await office.group(), office.chat.conversations
    rows = await office.rows()
    await chat.choose(office.cleo, group, OwnChange(shares_marks=False))
    await chat.typing(office.ada, group)
    typing = office.signals[-1]
    assert isinstance(typing, MemberTyping)
    assert (typing.person_id, list(typing.person_ids)) == (office.ada.person_id, [office.ben.person_id])
    await chat.typing(office.cleo, group)
    assert office.signals[-1] is typing, "not from a member who hides their marks"
    with pytest.raises(NotFound):
        await chat.typing(office.dan, group)
    for _ in range(4):
        await chat.typing(office.ada, group)
    with pytest.raises(TooManyRequests):
        await chat.typing(office.ada, group)
    assert await office.rows() == rows


@ON_SQLITE
async def test_typing_and_marks_are_not_sent_in_large_groups(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.chat.conversations.MAX_SIGNALLED", 2)
    group = await office.group()
    before = len(office.signals)
    await office.chat.conversations.typing(office.ada, group)
    assert len(office.signals) == before


async def test_pinned_messages_are_few_and_chosen_by_owners(office: Office) -> None:
    group, direct, messages = await office.group(), await office.direct(), office.chat.messages
    sent = [await office.send(office.ben, group, f"m{number}") for number in range(11)]
    with pytest.raises(Forbidden):
        await messages.pin(office.ben, group, sent[0].id, pinned=True)
    for each in sent[:10]:
        office.clock.advance(1)
        await messages.pin(office.ada, group, each.id, pinned=True)
    assert isinstance(office.signals[-1], MessageChanged)
    again = await messages.pin(office.ada, group, sent[0].id, pinned=True)
    with pytest.raises(Conflict):
        await messages.pin(office.ada, group, sent[10].id, pinned=True)
    assert [each.text for each in await messages.pinned(office.cleo, group)] == [f"m{9 - n}" for n in range(10)]
    assert again.pinned is not None
    await messages.pin(office.ada, group, sent[9].id, pinned=False)
    await messages.delete(office.ben, group, sent[8].id)
    await messages.pin(office.ada, group, sent[10].id, pinned=True)
    assert [each.text for each in await messages.pinned(office.ben, group)][:2] == ["m10", "m7"]
    own = await office.send(office.ada, direct, "Between us")
    assert (await messages.pin(office.ben, direct, own.id, pinned=True)).pinned == office.clock.now()
    with pytest.raises(NotFound):
        await messages.pinned(office.cleo, direct)
    await office.chat.conversations.erase(office.ada.tenant_id, office.ada.subject)
    assert await messages.pinned(office.ben, direct) == []


@ON_SQLITE
async def test_conversations_are_found_by_name_or_number(office: Office) -> None:
    direct, group, chat = await office.direct(), await office.group(), office.chat.conversations

    async def found(text: str, party: Party | None = None) -> list[str]:
        return [each.conversation.id for each in await chat.search(party or office.ada, text)]

    assert await found("work") == [group]
    assert await found("BEN") == await found("1002") == await found("b 1002") == [direct]
    assert await found("ada", office.ben) == [direct]
    assert await found("shop") == await found("") == await found("work", office.dan) == []
    assert await found("work", office.cleo) == [group]


@ON_SQLITE
@pytest.mark.promise("C11")
async def test_a_tenant_may_switch_chat_off(office: Office) -> None:
    conversation, chat, ada = await office.direct(), office.chat, office.ada
    message = await office.send(ada, conversation, "Before")
    await office.people.tenants.update(ada.tenant_id, TenantChange(chat=False))
    for refused in (
        chat.conversations.page(ada),
        chat.conversations.search(ada, "ben"),
        chat.conversations.get(ada, conversation),
        chat.conversations.create(ada, NewConversation(("1003",))),
        chat.conversations.update(ada, conversation, ConversationChange(period="P1D")),
        chat.conversations.typing(ada, conversation),
        chat.messages.page(ada, conversation),
        chat.messages.changed_since(ada, conversation, 0),
        chat.messages.pinned(ada, conversation),
        chat.messages.edit(ada, conversation, message.id, "After"),
        office.send(ada, conversation, "After"),
    ):
        with pytest.raises(ChatOff):
            await refused
    assert (await chat.conversations.page(office.dan)).items == (), "another tenant"
    await office.people.tenants.update(ada.tenant_id, TenantChange(name="Acme"))
    assert not office.people.directory.tenant(ada.tenant_id).chat
    await office.people.tenants.update(ada.tenant_id, TenantChange(chat=True))
    assert await office.texts(ada, conversation) == ["Before"]


@dataclass
class EncryptedPair:
    """An encrypted conversation of Ada and Ben, with a device of each in its group, and a message of Ada."""

    office: Office
    id: str = ""

    async def begin(self) -> "EncryptedPair":
        office, chat = self.office, self.office.chat
        for party, name in ((office.ada, "ada"), (office.ben, "ben")):
            await chat.encryption.register(party, f"session-{name}", f"{name}-device-00001", [b"key"], b"last")
        made = await chat.conversations.create(office.ada, NewConversation(("1002",), encrypted=True))
        self.id = made.conversation.id
        start = NewGroupChange(GroupChange(0, True, b"x", b"w"), ("ada-device-00001", "ben-device-00001"), ())
        assert await chat.encryption.change(office.ada, "session-ada", self.id, start) == 1
        await office.send(office.ada, self.id, "", "c-1", encrypted=Encrypted(1, "b3BhcXVl"))
        return self

    async def rows(self) -> list[int]:
        async with self.office.database.read() as session:
            counted = (ChatDeviceRow, KeyPackageRow, GroupDeviceRow, GroupChangeRow, ChatMessageRow)
            return [await session.scalar(select(func.count()).select_from(row)) or 0 for row in counted]


@pytest.mark.promise("C11", "T2")
async def test_encrypted_messages_and_devices_end_as_others_do(office: Office) -> None:
    pair = await EncryptedPair(office).begin()
    assert await pair.rows() == [2, 4, 2, 1, 1]
    async with office.database.read() as session:
        [sealed] = (await session.scalars(select(ChatMessageRow.sealed))).all()
    assert b"b3BhcXVl" not in (sealed or b"b3BhcXVl")  # also the ciphertext ends with the key of its author
    outbox = Outbox(office.database, lambda _: None, office.clock)
    outbox.subscribe(SessionEnded, office.chat.on_session_ended)
    async with office.database.begin() as uow:
        uow.publish(SessionEnded("e", office.ben.tenant_id, "session-ben", office.ben.person_id))
    await outbox.deliver()
    assert await pair.rows() == [1, 2, 1, 1, 1]
    await office.chat.conversations.erase(office.ada.tenant_id, office.ada.subject)
    assert await pair.rows() == [0, 0, 0, 1, 1]
    [left] = (await office.chat.messages.page(office.ben, pair.id)).items
    assert (left.state, left.encrypted) == ("erased", None)
    expiries = chat_expiries(office.database, office.chat.attachments)
    retention = retention_of(office.database, expiries, *office.people.directory.tenants())
    office.clock.advance(366 * 86_400)
    await retention.sweep(office.clock.now())
    assert await pair.rows() == [0, 0, 0, 0, 0]


@ON_SQLITE
async def test_only_authors_change_encrypted_messages_and_only_encrypted_conversations_have_groups(
    office: Office,
) -> None:
    pair, chat = await EncryptedPair(office).begin(), office.chat
    [message] = (await chat.messages.page(office.ben, pair.id)).items
    other = Encrypted(1, "b3RoZXJz")
    with pytest.raises(Forbidden):
        await chat.messages.edit_encrypted(office.ben, pair.id, message.id, other)
    assert (await chat.messages.page(office.ben, pair.id)).items == (message,)
    edited = await chat.messages.edit_encrypted(office.ada, pair.id, message.id, other)
    assert edited.encrypted == other
    with pytest.raises(Conflict):
        await chat.encryption.view(office.ada, "session-ada", await office.group(), 0)


@ON_SQLITE
async def test_a_person_has_a_limited_number_of_devices_and_key_packages(office: Office) -> None:
    pair, encryption = await EncryptedPair(office).begin(), office.chat.encryption
    for number in range(6):
        await encryption.register(office.ben, f"session-{number}", f"ben-device-1000{number}", [b"k"] * 60, b"last")
    view = await encryption.view(office.ada, "session-ada", pair.id, 0)
    assert [each.id[-1] for each in view.devices if each.person_id == office.ben.person_id] == list("12345")
    assert (await encryption.view(office.ben, "session-5", pair.id, 0)).key_packages == 50
    for refused, fault in (
        (encryption.register(office.ben, "", "ben-device-99999", [], b"last"), Forbidden),
        (encryption.register(office.ben, "session-new", "ben-device-99999", [], None), Invalid),
        (encryption.register(office.cleo, "session-new", "ada-device-00001", [], b"last"), Conflict),
        (encryption.register(office.ben, "session-5", "ben-device-10005", [b"x" * 5_000], None), Invalid),
        (encryption.view(office.cleo, "session-new", pair.id, 0), NotFound),
    ):
        with pytest.raises(fault):
            await refused
    large = NewConversation(("1002", "1003"), "Large", encrypted=True)
    assert (await office.chat.conversations.create(office.ada, large)).conversation.is_encrypted
