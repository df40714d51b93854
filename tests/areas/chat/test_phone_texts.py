"""Messages to phones without the app: queued with the message, sent once the phone can be reached."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from identity_factory import identity_on
from sqlalchemy import func, select

from unificx.attachments import AttachmentDependencies, Attachments
from unificx.audio_store import LocalBlobStore
from unificx.chat import (
    Chat,
    ChatDependencies,
    Message,
    NewConversation,
    NewMessage,
    OwnChange,
    Party,
    PhoneDeliveries,
    PhoneText,
)
from unificx.chat.events import MarksChanged, PhoneTextsQueued
from unificx.chat.models import PhoneDeliveryRow
from unificx.cluster import LocalEventBus, local_cluster
from unificx.core.clock import ManualClock
from unificx.core.errors import Forbidden, NotFound
from unificx.db import Database
from unificx.identity import DeviceAuth, NewExtension, NewTenant
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.privacy import KeyStore, Period
from unificx.server.phone_texts import ChatTextInbox, ChatTextSender
from unificx.sip_server import ReceivedText, SentText

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class FakePhones:
    """Phones by person; each answers with its status, or once `open` is set."""

    devices: dict[str, str] = field(default_factory=dict[str, str])
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    sent: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    silent: set[str] = field(default_factory=set[str])

    def of_persons(self, tenant_id: str, person_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        return [(each, self.devices[each]) for each in person_ids if each in self.devices]

    async def send(self, text: PhoneText) -> int:
        device = text.delivery.device_id
        self.sent.append((device, f"{text.group}:{text.text}", text.delivery.attempts))
        if device in self.silent:
            await asyncio.Event().wait()
        return self.statuses.get(device, 200)


def fail(fault: BaseException) -> None:
    raise fault


@dataclass
class Office:
    """A tenant with Ada, Ben and Cleo; Ben and Cleo have a phone."""

    chat: Chat
    phones: FakePhones
    clock: ManualClock
    database: Database
    deliveries: PhoneDeliveries
    people: Any
    parties: list[Party] = field(default_factory=list)
    signals: list[Any] = field(default_factory=list)

    async def conversation(self, *numbers: str, name: str = "") -> str:
        new = NewConversation(numbers, name)
        return (await self.chat.conversations.create(self.parties[0], new)).conversation.id

    async def send(self, conversation: str, text: str) -> Message:
        return await self.chat.messages.send(self.parties[0], conversation, NewMessage(f"c-{text}", text))

    async def deliver(self) -> None:
        """Deliver what is due, until phones that do not answer are waited for."""
        work = self.deliveries
        await work.start_due()
        for _ in range(500):
            if not work.busy - self.phones.silent:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("still busy")

    async def waiting(self) -> int:
        async with self.database.read() as session:
            return await session.scalar(select(func.count()).select_from(PhoneDeliveryRow)) or 0


@pytest.fixture
async def office(database: Database, keys: KeyStore, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Office]:
    people, phones, signals = identity_on(database, keys, clock), FakePhones(), list[Any]()
    await people.start()
    counters = local_cluster(clock, fail).counters
    attachments = Attachments(
        AttachmentDependencies(database, keys, LocalBlobStore(tmp_path / "files"), PhotoImporter())
    )
    publish, period = signals.append, Period(days=90)
    parts = ChatDependencies(database, keys, people.directory, counters, publish, lambda _: period, attachments, phones)
    chat = Chat(parts)
    office = Office(
        chat, phones, clock, database, PhoneDeliveries(parts, chat.conversations, phones), people, signals=signals
    )
    tenant = await people.tenants.create(NewTenant("acme", "acme", "acme.example"))
    for number, name in enumerate(("ada", "ben", "cleo"), 1001):
        made = await people.extensions.create(tenant.id, NewExtension(str(number), name, f"{name}@acme.example"))
        office.parties.append(Party(tenant.id, made.extension.person_id or "", made.extension.subject))
    for party, device in zip(office.parties[1:], ("desk-ben", "desk-cleo"), strict=True):
        phones.devices[party.person_id] = device
    yield office
    await office.deliveries.close()
    await people.join_background_tasks()


@pytest.mark.promise("C11")
async def test_a_message_is_sent_to_the_phones_of_the_others(office: Office) -> None:
    ada, ben, _ = office.parties
    office.phones.devices[ada.person_id] = "desk-ada"
    direct, group = await office.conversation("1002"), await office.conversation("1002", "1003", name="Workshop")
    message = await office.send(direct, "Hello")
    await office.send(group, "All")
    assert [type(each) for each in office.signals].count(PhoneTextsQueued) == 2
    assert office.phones.sent == []
    await office.deliver()
    expected = [("desk-ben", ":Hello", 0), ("desk-ben", "Workshop:All", 0), ("desk-cleo", "Workshop:All", 0)]
    assert sorted(office.phones.sent) == sorted(expected)
    assert await office.waiting() == 0
    [of_ben] = [each for each in office.signals if isinstance(each, MarksChanged) and each.conversation_id == direct]
    assert (of_ben.person_id, of_ben.delivered_seq, of_ben.read_seq) == (ben.person_id, message.seq, 0)
    assert set(of_ben.person_ids) == {ada.person_id, ben.person_id}


@ON_SQLITE
async def test_a_member_who_shares_no_marks_is_not_reported(office: Office) -> None:
    ben, direct = office.parties[1], await office.conversation("1002")
    await office.chat.conversations.choose(ben, direct, OwnChange(shares_marks=False))
    await office.send(direct, "Hello")
    await office.deliver()
    assert office.phones.sent == [("desk-ben", ":Hello", 0)]
    [marks] = [each for each in office.signals if isinstance(each, MarksChanged)]
    assert list(marks.person_ids) == [ben.person_id]


@ON_SQLITE
async def test_a_phone_that_does_not_answer_delays_no_other_one(office: Office) -> None:
    group = await office.conversation("1002", "1003", name="G")
    office.phones.silent.add("desk-ben")
    for text in ("one", "two"):
        await office.send(group, text)
    await office.deliver()
    assert [each for each in office.phones.sent if each[0] == "desk-cleo"] == [
        ("desk-cleo", "G:one", 0),
        ("desk-cleo", "G:two", 0),
    ]
    assert [each for each in office.phones.sent if each[0] == "desk-ben"] == [("desk-ben", "G:one", 0)]
    assert await office.waiting() == 2
    await office.deliveries.close()  # as when the process is killed: what was not confirmed is sent again
    office.phones.silent.clear()
    await office.deliver()
    assert [text for device, text, _ in office.phones.sent if device == "desk-ben"] == ["G:one", "G:one", "G:two"]


@pytest.mark.parametrize(("status", "seconds"), [(503, 30), (408, 30)])
@ON_SQLITE
async def test_a_temporary_failure_is_repeated_later_and_in_order(office: Office, status: int, seconds: int) -> None:
    direct = await office.conversation("1002")
    office.phones.statuses["desk-ben"] = status
    for text in ("one", "two"):
        await office.send(direct, text)
    await office.deliver()
    office.clock.advance(seconds - 1)
    await office.deliver()
    assert office.phones.sent == [("desk-ben", ":one", 0)]
    office.phones.statuses.clear()
    office.clock.advance(2)
    await office.deliver()
    assert office.phones.sent[1:] == [("desk-ben", ":one", 1), ("desk-ben", ":two", 0)]


@ON_SQLITE
async def test_a_refusal_is_final_and_lets_the_next_message_pass(office: Office) -> None:
    direct = await office.conversation("1002")
    office.phones.statuses["desk-ben"] = 415
    for text in ("one", "two"):
        await office.send(direct, text)
    await office.deliver()
    assert [text for _, text, _ in office.phones.sent] == [":one", ":two"]
    assert await office.waiting() == 0
    assert not [each for each in office.signals if isinstance(each, MarksChanged)]


@ON_SQLITE
async def test_a_phone_that_was_away_gets_its_messages_when_it_registers_within_a_day(office: Office) -> None:
    direct = await office.conversation("1002")
    office.phones.statuses["desk-ben"] = 480
    await office.send(direct, "one")
    await office.deliver()
    office.phones.statuses.clear()
    office.clock.advance(3_600)
    await office.deliver()
    assert len(office.phones.sent) == 1
    office.deliveries.device_registered("desk-other")
    office.deliveries.device_registered("desk-ben")
    await office.deliveries.joined()
    await office.deliver()
    assert office.phones.sent[1:] == [("desk-ben", ":one", 1)]
    office.phones.statuses["desk-ben"] = 480
    await office.send(direct, "two")
    await office.deliver()
    office.clock.advance(86_400)
    await office.deliver()
    assert await office.waiting() == 0


@ON_SQLITE
async def test_what_is_deleted_or_left_meanwhile_is_not_sent(office: Office) -> None:
    direct, group = await office.conversation("1002"), await office.conversation("1002", "1003", name="G")
    message = await office.send(direct, "one")
    await office.chat.messages.delete(office.parties[0], direct, message.id)
    await office.send(group, "two")
    await office.chat.conversations.remove_member(office.parties[1], group, office.parties[1].person_id)
    await office.deliver()
    assert [device for device, _, _ in office.phones.sent] == ["desk-cleo"]
    assert await office.waiting() == 0
    await office.send(group, "three")
    await office.chat.conversations.erase(office.parties[2].tenant_id, office.parties[2].subject)
    assert await office.waiting() == 0


@ON_SQLITE
async def test_a_message_that_is_sent_again_is_queued_once(office: Office) -> None:
    direct = await office.conversation("1002")
    for _ in range(2):
        await office.send(direct, "one")
    assert await office.waiting() == 1


@ON_SQLITE
async def test_a_muted_conversation_is_sent_only_where_it_mentions_the_member(office: Office) -> None:
    ada, ben, _ = office.parties
    direct = await office.conversation("1002")
    await office.chat.conversations.choose(ben, direct, OwnChange(muted=True))
    await office.send(direct, "one")
    await office.chat.messages.send(ada, direct, NewMessage("c-2", "Ben: two", mentions=(ben.person_id,)))
    await office.deliver()
    assert [text for _, text, _ in office.phones.sent] == [":Ben: two"]


# ---- the connection with SIP


@dataclass
class FakeTextSender:
    """Takes the place of `sip_server.TextSender`."""

    sent: list[SentText] = field(default_factory=list[SentText])

    async def send(self, device: DeviceAuth, text: SentText) -> int:
        self.sent.append(text)
        return 200


def container_of(office: Office) -> Any:
    bus = LocalEventBus(fail)
    return SimpleNamespace(identity=office.people, chat=office.chat, bus=bus, derive_secret=lambda purpose: bytes(32))


def device_of(office: Office, number: str) -> DeviceAuth:
    extension = office.people.directory.extension(office.parties[0].tenant_id, number)
    return office.people.directory.devices_of(extension.id)[0]


@pytest.mark.promise("C11")
@ON_SQLITE
async def test_a_text_of_a_phone_is_stored_once(office: Office) -> None:
    inbox, ada = ChatTextInbox(container_of(office)), device_of(office, "1001")
    texts = [ReceivedText("1002", "ok", "a@192.0.2.1", 1)] * 2
    texts += [ReceivedText("1002", "ok", "a@192.0.2.1", 2), ReceivedText("1002", "other", "a@192.0.2.1", 2)]
    for each in texts:
        await inbox.store(ada, each)
    page = await office.chat.messages.page(office.parties[1], await office.conversation("1002"))
    assert [each.text for each in reversed(page.items)] == ["ok", "ok", "other"]
    assert not any("192.0.2.1" in each.client_id for each in page.items)


@ON_SQLITE
async def test_texts_without_a_user_at_either_end_are_refused(office: Office) -> None:
    tenant_id, container = office.parties[0].tenant_id, container_of(office)
    await office.people.extensions.create(tenant_id, NewExtension("1009", "Lobby"))
    inbox = ChatTextInbox(container)
    for number, target, fault in (
        ("1001", "1999", NotFound),
        ("1001", "1009", NotFound),
        ("1001", "112", NotFound),
        ("1001", "1001", Forbidden),
        ("1009", "1001", Forbidden),
    ):
        with pytest.raises(fault):
            await inbox.store(device_of(office, number), ReceivedText(target, "Hello", "a", 1))


@ON_SQLITE
async def test_a_phone_shows_the_author_the_group_and_the_names_of_mentions(office: Office) -> None:
    ada, ben, _ = office.parties
    sender, container = FakeTextSender(), container_of(office)
    connection: Any = ChatTextSender(container, sender)  # type: ignore[arg-type]
    office.phones.devices[ben.person_id] = device_of(office, "1002").device_id
    group = await office.conversation("1002", "1003", name="Workshop")
    new = NewMessage("c-1", f"Ask @[{ben.person_id}]", mentions=(ben.person_id,))
    await office.chat.messages.send(ada, group, new)
    office.phones.send = connection.send  # type: ignore[method-assign]
    await office.deliver()
    [text, *_] = sender.sent
    assert text.text == "[Workshop] Ask @ben"
    assert text.author.address == '"ada" <sip:1001@acme.example>'
    assert (text.attempt, bool(text.id)) == (1, True)
