"""Delivers queued messages: webhooks side by side, the messages of one webhook one after the other."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from unificx.core.errors import NotFound
from unificx.db import Database, PollingWorker
from unificx.webhooks import repository, schedule
from unificx.webhooks.ports import WebhookTransport, WebhookUnreachable
from unificx.webhooks.schemas import Delivery, Webhook
from unificx.webhooks.service import WebhookService
from unificx.webhooks.signature import headers_of

BATCH_SIZE = 20
BATCH_TIME = timedelta(seconds=5)
"""No further message of a webhook is sent in a run after this time: the next run begins when the slowest has ended."""
MAX_CONCURRENT = 16
_GONE = 410

log = structlog.get_logger()


class WebhookSender:
    """`run` delivers messages whenever one is queued or due."""

    def __init__(self, database: Database, service: WebhookService, transport: WebhookTransport) -> None:
        self._database = database
        self._clock = database.clock
        self._service = service
        self._transport = transport
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._worker = PollingWorker(database, self.deliver, repository.next_due, failure_event="webhooks_delayed")
        service.subscribe(self._worker.wake)

    async def run(self) -> None:
        """Deliver until cancelled."""
        await self._worker.run()

    async def deliver(self) -> None:
        """Try the oldest messages that are due of each webhook, once; further ones are due in the next run."""
        async with self._database.read() as session:
            due = await repository.due_webhooks(session, self._clock.now())
        runs = (self._deliver_to(tenant_id, webhook_id) for tenant_id, webhook_id in due)
        # To the end of all: what goes on after a fault of one would send messages of the next run a second time.
        for result in await asyncio.gather(*runs, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _deliver_to(self, tenant_id: str, webhook_id: str) -> None:
        """Deliver messages of a webhook, until the receiver is overloaded or does not respond."""
        async with self._slots:
            found = self._service.with_secrets(webhook_id)
            if found is None or found[0].state != "active":
                async with self._database.begin() as uow:
                    await repository.give_up_all(uow.session, tenant_id, webhook_id)
                return
            webhook, secrets = found
            async with self._database.read() as session:
                rows = await repository.due_deliveries(
                    session, tenant_id, webhook_id, now=self._clock.now(), limit=BATCH_SIZE
                )
            end = self._clock.now() + BATCH_TIME
            for delivery in rows:
                if self._clock.now() >= end:
                    return
                result = await self._attempt(webhook, secrets, delivery)
                try:
                    webhook = await self._record(webhook, result)
                except NotFound:  # deleted since
                    return
                if webhook.state != "active" or schedule.concerns_all_messages(result.status):
                    return

    async def _attempt(self, webhook: Webhook, secrets: tuple[bytes, ...], delivery: Delivery) -> Delivery:
        """Send a message; return it with the result."""
        body = delivery.body.encode()
        headers = {
            "content-type": "application/json",
            "user-agent": "UnifiCX-Webhooks",
            **headers_of(delivery.id, self._clock.now(), body, secrets),
        }
        tried = replace(delivery, attempts=delivery.attempts + 1, status=0, failure=None)
        try:
            return replace(tried, status=await self._transport.post(webhook.url, headers, body))
        except WebhookUnreachable as unreachable:
            return replace(tried, failure=unreachable.failure)

    async def _record(self, webhook: Webhook, result: Delivery) -> Webhook:
        """Store the result of an attempt; return the webhook as it is now. Raise NotFound."""
        if schedule.is_success(result.status):
            async with self._database.begin() as uow:
                await repository.delete_delivery(uow.session, webhook.tenant_id, result.id)
            return await self._service.record_success(webhook)
        return await self._record_failure(webhook, result)

    async def _record_failure(self, webhook: Webhook, delivery: Delivery) -> Webhook:
        """Try the message later; pause the webhook after a day of failures, or if the receiver is gone."""
        now = self._clock.now()
        due = schedule.next_attempt(now, delivery.attempts, delivery.created)
        async with self._database.begin() as uow:
            await repository.save_attempt(uow.session, replace(delivery, due=due or now, dead=due is None))
            if schedule.concerns_all_messages(delivery.status):
                earliest = due or now + schedule.FIRST_DELAY
                await repository.postpone_others(uow.session, webhook.tenant_id, webhook.id, earliest)
        reason = delivery.failure or delivery.status
        log.warning("webhook_failed", webhook=webhook.id, reason=reason, attempts=delivery.attempts)
        return await self._service.record_failure(webhook, is_gone=delivery.status == _GONE)
