"""Notifications on a real database, with a real push service and a real mail server on this machine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from identity_factory import identity_on
from push_service import PushService, push_service
from smtp_server import FakeSmtpServer, mail_server, settings_of

from unificx.cluster import EventBus
from unificx.cluster.local import LocalCounters
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity import Identity, NewTenant, Tenant
from unificx.integrations.smtp import SmtpClient
from unificx.integrations.web_push import WebPushClient
from unificx.notifications import (
    EmailQueue,
    EmailQueueDependencies,
    NoticePreferences,
    PushNotifier,
    PushNotifierDependencies,
    Vapid,
)
from unificx.privacy import KeyStore


@pytest.fixture
def outbox(database: Database, bus: EventBus, clock: ManualClock) -> Outbox:
    return Outbox(database, bus.publish, clock)


@pytest.fixture
async def people(database: Database, keys: KeyStore, clock: ManualClock, outbox: Outbox) -> Identity:
    room = identity_on(database, keys, clock)
    await room.start()
    return room


@pytest.fixture
async def acme(people: Identity) -> Tenant:
    return await people.tenants.create(NewTenant("acme", "Acme Ltd", "pbx.acme.example"))


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as one:
        yield one


@pytest.fixture
async def gate() -> AsyncIterator[WebPushClient]:
    delivery = WebPushClient(loopback=True)
    yield delivery
    await delivery.close()


@pytest.fixture
def delays() -> list[float]:
    """Recorded delays between attempts, in seconds; the tests do not sleep."""
    return []


@pytest.fixture
async def open_push(
    database: Database,
    keys: KeyStore,
    people: Identity,
    bus: EventBus,
    gate: WebPushClient,
    delays: list[float],
    preferences: NoticePreferences,
) -> AsyncIterator[Callable[[], Awaitable[PushNotifier]]]:
    """Open a push notifier as after a restart."""
    opened: list[PushNotifier] = []
    vapid = Vapid(bytes([7] * 32), "mailto:admin@example.com")

    async def pause(seconds: float) -> None:
        delays.append(seconds)

    async def start() -> PushNotifier:
        parts = (database, keys, people.directory, gate, vapid, bus, preferences)
        push = PushNotifier(PushNotifierDependencies(*parts, loopback=True, sleep=pause))
        await push.start()
        opened.append(push)
        return push

    yield start
    for push in opened:
        await push.close()


@pytest.fixture
async def push(open_push: Callable[[], Awaitable[PushNotifier]]) -> PushNotifier:
    return await open_push()


@pytest.fixture
async def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSmtpServer]:
    """A trusted mail server that requires STARTTLS and AUTH."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with mail_server(tmp_path) as one:
        yield one


@pytest.fixture
def preferences(database: Database, keys: KeyStore) -> NoticePreferences:
    return NoticePreferences(database, keys)


@pytest.fixture
def emails(
    database: Database, keys: KeyStore, people: Identity, box: FakeSmtpServer, preferences: NoticePreferences
) -> EmailQueue:
    server = settings_of(box)
    return EmailQueue(
        EmailQueueDependencies(database, keys, people.directory, preferences, SmtpClient(server), server.sender),
        LocalCounters(database.clock),
    )
