"""Webhooks on a real database with real keys and a fake receiver."""

import pytest
from webhook_setup import FakeReceiver, WebhookSetup

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.identity.events import TenantDeleted
from unificx.privacy import KeyStore
from unificx.webhooks import SOURCES, WebhookSender, WebhookService


@pytest.fixture
def setup(database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus) -> WebhookSetup:
    outbox = Outbox(database, bus.publish, clock)
    service, receiver = WebhookService(database, keys, clock), FakeReceiver()
    for event in SOURCES:
        outbox.subscribe(event, service.on_event, purpose="administration")
    outbox.subscribe(TenantDeleted, service.on_tenant_deleted)
    return WebhookSetup(database, keys, clock, outbox, service, WebhookSender(database, service, receiver), receiver)
