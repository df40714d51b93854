"""Chat: a message to 1,000 members who are online, idle event sockets, and a page of history.

The server side runs in this process: the service on SQLite, the live events, and the HTTP server with its WebSockets.
The other ends are in a process of their own.
"""

import asyncio
import gc
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from bench import Metric, metric
from unificx.api import EventHub
from unificx.api.connection_limiter import HttpLimits
from unificx.api.events_websocket import PATH, EventsWebSocket
from unificx.api.schemas.chat import ChatMessage
from unificx.api.schemas.core import Page
from unificx.attachments import AttachmentDependencies, Attachments
from unificx.audio_store import LocalBlobStore
from unificx.chat import Chat, ChatDependencies, NewConversation, NewMessage, Party
from unificx.cluster import LocalEventBus, local_cluster
from unificx.core.access import Access, stating
from unificx.core.clock import SystemClock
from unificx.db import Database
from unificx.db.migrations import migrate
from unificx.identity import DirectoryCache, Extension, Principal, Role, Tenant
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.privacy import KeyStore, Period
from unificx.registrar import LocationService
from unificx.server.chat_events import ChatEvents
from unificx.server.http_server import HttpServers, add_sip_websocket
from unificx.server.registered_phones import RegisteredPhones
from unificx.transport.binding import BindAddress
from unificx.transport.connections import Connections

TENANT, MEMBERS, IDLE = "tenant", 1_000, 5_000
MESSAGES, PAGES = 30, 100
CLIENTS = Path(__file__).parent / "load" / "event_clients.py"
TEXT = "Are you in tomorrow? The meeting has moved to ten o'clock, in the large room on the second floor."


def run() -> list[Metric]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 20_000)), hard))
    with tempfile.TemporaryDirectory() as folder, stating(Access("telephony", "bench")):
        return uvloop.run(_measure(Path(folder)))


class _Push:
    """Takes the place of the push messages: all members are connected."""

    def send_message(self, person_id: str, conversation_id: str, is_connected: Callable[[str], bool]) -> None: ...


class _Identity:
    """Takes the place of sign-in: the token is the person."""

    passwords: Any = None

    async def authenticate(self, token: str) -> Principal:
        return Principal(token, TENANT, Role.USER, session_id=f"session of {token}", key_id="bench")


async def _measure(folder: Path) -> list[Metric]:
    clock = SystemClock()
    keys, database = KeyStore(folder / "keys.db", bytes(32), clock), Database(f"sqlite:///{folder / 'bench.db'}", clock)
    await migrate(database)
    directory, bus, hub = _directory(), LocalEventBus(_fail), EventHub()
    counters, phones = local_cluster(clock, _fail).counters, RegisteredPhones(directory, LocationService(), clock)
    attachments = Attachments(AttachmentDependencies(database, keys, LocalBlobStore(folder / "files"), PhotoImporter()))
    publish, period = bus.publish, Period(months=12)
    chat = Chat(ChatDependencies(database, keys, directory, counters, publish, lambda _: period, attachments, phones))
    ChatEvents(hub, bus, _Push())  # type: ignore[arg-type]
    servers = HttpServers(HttpLimits(connections=20_000, per_source_loopback=20_000))
    host, port = servers.listen(_app(hub), BindAddress("tcp", "127.0.0.1", 0))
    serving = [asyncio.ensure_future(each) for each in servers.serving()]
    try:
        return [
            await _message(chat, hub, host, port),
            await _history(chat),
            await _idle(hub, host, port),
        ]
    finally:
        servers.stop()
        for each in serving:
            each.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await database.close()
        keys.close()


def _app(hub: EventHub) -> Any:
    """The live events within what an installation serves around them."""
    events = EventsWebSocket(_Identity(), hub)  # type: ignore[arg-type]
    connections = Connections(lambda data, flow: None, lambda flow: None)
    return add_sip_websocket(Starlette(routes=[WebSocketRoute(PATH, events)]), connections)


async def _message(chat: Chat, hub: EventHub, host: str, port: int) -> Metric:
    """A message to a group whose members are all online: from the service to the last socket, all CPU time of the
    server, the kernel's part of the sockets with it."""
    ada = _party(0)
    numbers = tuple(str(10_000 + number) for number in range(1, MEMBERS))
    group = (await chat.conversations.create(ada, NewConversation(numbers, "All hands"))).conversation.id
    taken: list[float] = []
    with _clients(host, port, MEMBERS) as ready:
        await ready()
        assert len(hub) == MEMBERS
        gc.collect()
        gc.freeze()
        for number in range(MESSAGES):
            await asyncio.sleep(1.1)
            before = time.process_time()
            await chat.messages.send(ada, group, NewMessage(f"c-{number}", f"{number}: {TEXT}"))
            await asyncio.sleep(0.5)
            taken.append(time.process_time() - before)
        idle = time.process_time()
        await asyncio.sleep(5)
        idle = (time.process_time() - idle) / 10
    await asyncio.sleep(0.5)
    gc.unfreeze()
    return metric(f"a message to {MEMBERS:,} members online", (statistics.median(taken) - idle) * 1e3, "ms", 20)


async def _history(chat: Chat) -> Metric:
    """A page of the newest 50 messages, from the database to JSON."""
    ada, ben = _party(0), _party(1)
    pair = await chat.conversations.direct(ada, "10001")
    for number in range(50):
        sender = (ada, ben)[number % 2]
        await chat.messages.send(sender, pair, NewMessage(f"h-{number}", f"{number}: {TEXT}"))
    taken: list[float] = []
    for _ in range(PAGES):
        before = time.process_time()
        page = await chat.messages.page(ada, pair, limit=50)
        Page[ChatMessage](items=[ChatMessage.of(each) for each in page.items], next=page.next).model_dump_json()
        taken.append(time.process_time() - before)
    assert len(page.items) == 50
    return metric("a page of 50 messages", statistics.median(taken) * 1e3, "ms", 4)


async def _idle(hub: EventHub, host: str, port: int) -> Metric:
    """Resident memory of the server for each event socket that is open and idle."""
    gc.collect()
    before = _memory()
    with _clients(host, port, IDLE) as ready:
        await ready()
        assert len(hub) == IDLE
        gc.collect()
        after = _memory()
    return metric(f"memory of one of {IDLE:,} idle event sockets", (after - before) / IDLE, "kB", 25)


def _memory() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@contextmanager
def _clients(host: str, port: int, count: int) -> Iterator[Callable[[], Any]]:
    """Open event sockets from another process; the yielded function waits until all are open."""
    command = [sys.executable, str(CLIENTS), host, str(port), str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None

        async def ready() -> None:
            assert await asyncio.to_thread(process.stdout.readline) == b"ready\n"  # type: ignore[union-attr]

        yield ready
        process.kill()


def _directory() -> DirectoryCache:
    directory = DirectoryCache()
    directory.put_tenant(Tenant(TENANT, "acme", "Acme", "acme.example", "active", datetime(2026, 1, 1, tzinfo=UTC)))
    for number in range(MEMBERS):
        party = _party(number)
        directory.put_person(party.person_id, party.subject, None, suspended=False)
        directory.put_extension(
            Extension(
                id=f"extension-{number}",
                tenant_id=TENANT,
                number=str(10_000 + number),
                person_id=party.person_id,
                subject=party.subject,
                ring_seconds=30,
                max_call_seconds=600,
                name=f"Person {number}",
            )
        )
    return directory


def _party(number: int) -> Party:
    return Party(TENANT, f"person-{number}", f"subject-{number}")


def _fail(fault: BaseException) -> None:
    raise fault
