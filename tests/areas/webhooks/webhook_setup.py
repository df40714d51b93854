"""Webhooks on a test database, with a transport whose responses a test chooses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unificx.core.clock import ManualClock
from unificx.db import Database, Outbox
from unificx.privacy import KeyStore
from unificx.webhooks import NewWebhook, Webhook, WebhookSender, WebhookService, WebhookUnreachable

URL = "https://hooks.example.com/in?token=secret-in-url"


@dataclass
class FakeReceiver:
    """Transport that notes each request and answers with `status`; 0: it does not respond."""

    status: int = 204
    statuses: dict[str, int] = field(default_factory=dict)
    """Status by type of event."""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.requests.append((url, dict(headers), body))
        status = self.statuses.get(json.loads(body)["type"], self.status)
        if not status:
            raise WebhookUnreachable("no_connection")
        return status

    def messages(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.requests]


@dataclass
class WebhookSetup:
    database: Database
    keys: KeyStore
    clock: ManualClock
    outbox: Outbox
    service: WebhookService
    sender: WebhookSender
    receiver: FakeReceiver

    def reopen(self) -> WebhookService:
        """Return the service of a new process; the test has to call `start`."""
        return WebhookService(self.database, self.keys, self.clock)

    async def create(self, *events: str, tenant_id: str = "acme") -> Webhook:
        return (await self.service.create(tenant_id, NewWebhook("Helpdesk", events, URL))).webhook

    async def deliver(self) -> None:
        """Deliver what the outbox and the queue have now."""
        await self.outbox.deliver()
        await self.sender.deliver()
