"""Random schedules of requests and answers that are lost or repeated, of tabs that are reloaded and of a server that
dies: the server stores each message once and in the order of its author, and readers end with what it stores.

The clients follow the rules of the app's outbox, whose own schedules are in client/src/features/chat/outbox.test.ts.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from identity_factory import identity_on

from unificx.attachments import AttachmentDependencies, Attachments
from unificx.audio_store import LocalBlobStore
from unificx.chat import Chat, ChatDependencies, Message, NewConversation, NewMessage, Party
from unificx.cluster import local_cluster
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, NotFound
from unificx.db import Database
from unificx.identity import DirectoryCache, NewExtension, NewTenant
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.privacy import KeyStore, Period

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SCHEDULES, STEPS = 50, 14


class Killed(Exception):
    """The process has died."""


@dataclass
class Server:
    """A server on a database; `restart` replaces everything but the database."""

    database: Database
    keys: KeyStore
    directory: DirectoryCache
    clock: ManualClock
    files: Path
    dies_before_commit: bool = False
    dies_after_commit: bool = False

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        counters = local_cluster(self.clock, lambda fault: None).counters
        stores, period = (self.database, self.keys), Period(days=90)
        attachments = Attachments(AttachmentDependencies(*stores, LocalBlobStore(self.files), PhotoImporter()))
        parts = ChatDependencies(*stores, self.directory, counters, self._publish, lambda _: period, attachments, self)
        self.chat = Chat(parts)
        self.dies_before_commit = self.dies_after_commit = False

    def of_persons(self, tenant_id: str, person_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Asked within the transaction that stores a message."""
        if self.dies_before_commit:
            raise Killed
        return ()

    def _publish(self, signal: object) -> None:
        if self.dies_after_commit:
            raise Killed


@dataclass
class Device:
    """A device of an author, with the messages that were not confirmed, and what it has read."""

    party: Party
    waiting: list[NewMessage] = field(default_factory=list[NewMessage])
    read: dict[str, Message] = field(default_factory=dict[str, Message])
    since: int = 0


@dataclass
class World:
    server: Server
    conversation: str
    devices: list[Device]
    draw: random.Random
    written: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    edited: dict[str, str] = field(default_factory=dict[str, str])
    deleted: set[str] = field(default_factory=set[str])

    def write(self, device: Device) -> None:
        texts = self.written.setdefault(device.party.person_id, [])
        number = sum(map(len, self.written.values()))
        texts.append(f"m{number}")
        device.waiting.append(NewMessage(f"c{number}", f"m{number}"))

    async def flush(self, device: Device, *, healthy: bool = False) -> None:
        """Send what waits, as one tab does, until a fault."""
        while device.waiting:
            fault = "" if healthy else self.draw.choice(("", "", "lost", "answer", "twice", "before", "after"))
            if fault == "lost":
                return
            self.server.dies_before_commit, self.server.dies_after_commit = fault == "before", fault == "after"
            tabs = 3 if fault == "twice" else 1
            send = self.server.chat.messages.send
            results = await asyncio.gather(
                *(send(device.party, self.conversation, device.waiting[0]) for _ in range(tabs)), return_exceptions=True
            )
            if fault in ("before", "after"):
                self.server.restart()
            if fault in ("answer", "before", "after"):
                return
            assert len({each.id for each in results if isinstance(each, Message)}) == 1, results
            device.waiting.pop(0)

    async def change(self, device: Device) -> None:
        """Edit or delete a message of one's own that was read."""
        own = [each for each in device.read.values() if each.person_id == device.party.person_id and each.text]
        if not own:
            return
        message, messages = self.draw.choice(own), self.server.chat.messages
        try:
            if self.draw.random() < 0.3:
                await messages.delete(device.party, self.conversation, message.id)
                self.deleted.add(message.client_id)
            else:
                text = f"{message.text}!"
                await messages.edit(device.party, self.conversation, message.id, text)
                self.edited[message.client_id] = text
        except NotFound:
            assert message.client_id in self.deleted

    async def read(self, device: Device) -> None:
        """Fetch what has changed, in small pages; any of them may be lost."""
        while True:
            page = await self.server.chat.messages.changed_since(device.party, self.conversation, device.since, limit=3)
            if self.draw.random() < 0.2:
                return
            for each in page.items:
                device.read[each.id] = each
                device.since = max(device.since, each.revision)
            if page.next is None:
                return

    async def run(self) -> None:
        for _ in range(STEPS):
            device = self.draw.choice(self.devices)
            match self.draw.choice(("write", "write", "flush", "flush", "change", "read", "restart")):
                case "write":
                    self.write(device)
                case "flush":
                    await self.flush(device)
                case "change":
                    await self.change(device)
                case "read":
                    await self.read(device)
                case _:
                    self.server.restart()
        self.server.restart()
        for device in self.devices:
            await self.flush(device, healthy=True)
        self.draw.random = lambda: 1.0  # type: ignore[method-assign]
        for device in self.devices:
            await self.read(device)


@pytest.fixture
async def people(
    database: Database, keys: KeyStore, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[tuple[Server, list[Party]]]:
    identity = identity_on(database, keys, clock)
    await identity.start()
    parties: list[Party] = []
    tenant = await identity.tenants.create(NewTenant("acme", "acme", "acme.example"))
    for number, name in enumerate(("ada", "ben"), 1001):
        new = NewExtension(str(number), name, f"{name}@acme.example")
        made = (await identity.extensions.create(tenant.id, new)).extension
        parties.append(Party(tenant.id, made.person_id or "", made.subject))
    yield Server(database, keys, identity.directory, clock, tmp_path / "files"), parties
    await identity.join_background_tasks()


@pytest.mark.promise("C11")
@ON_SQLITE
async def test_each_message_is_stored_once_and_in_order(people: tuple[Server, list[Party]]) -> None:
    server, parties = people
    for seed in range(SCHEDULES):
        server.clock.advance(3_600)
        new = NewConversation(("1002",), f"Group {seed}")
        conversation = (await server.chat.conversations.create(parties[0], new)).conversation.id
        devices = [Device(parties[0]), Device(parties[1])]
        world = World(server, conversation, devices, random.Random(seed))
        await world.run()
        stored = [*reversed((await server.chat.messages.page(parties[0], conversation, limit=100)).items)]
        for party in parties:
            own = [f"m{each.client_id[1:]}" for each in stored if each.person_id == party.person_id]
            assert own == world.written.get(party.person_id, []), seed
        for each in stored:
            text = world.edited.get(each.client_id, f"m{each.client_id[1:]}")
            assert each.text == (None if each.client_id in world.deleted else text), seed
        for device in devices:
            assert sorted(device.read.values(), key=lambda each: each.seq) == stored, seed
    assert seed == SCHEDULES - 1


@ON_SQLITE
async def test_another_text_with_the_same_id_is_refused_and_not_lost(people: tuple[Server, list[Party]]) -> None:
    server, (ada, ben) = people
    new = NewConversation(("1002",))
    conversation = (await server.chat.conversations.create(ada, new)).conversation.id
    send, edit = server.chat.messages.send, server.chat.messages.edit
    first = await send(ada, conversation, NewMessage("c-1", "One"))
    with pytest.raises(Conflict):
        await send(ada, conversation, NewMessage("c-1", "Two"))
    edited = await edit(ada, conversation, first.id, "One, changed")
    assert await send(ada, conversation, NewMessage("c-1", "One")) == edited
    await send(ben, conversation, NewMessage("c-1", "Of Ben"))
