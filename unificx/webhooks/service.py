"""Webhooks: settings, and the queue of messages."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from unificx.core.clock import Clock
from unificx.core.errors import Conflict, NotFound
from unificx.core.events import DomainEvent
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, UnitOfWork, lock_scope
from unificx.identity.events import TenantDeleted
from unificx.privacy import Expiry, KeyStore, Period
from unificx.webhooks import repository, values
from unificx.webhooks.catalogue import SOURCES, TEST_EVENT, data_of
from unificx.webhooks.events import WebhookPaused
from unificx.webhooks.schedule import is_hopeless
from unificx.webhooks.schemas import (
    CreatedWebhook,
    Delivery,
    NewWebhook,
    PauseReason,
    Secrets,
    Webhook,
    WebhookChange,
)
from unificx.webhooks.signature import SECRET_BYTES, secret_text

MAX_WEBHOOKS = 20
"""Per tenant."""
MAX_QUEUED = 1000
"""Messages of a webhook that wait for delivery; further events are counted and dropped."""
MAX_LISTED = 200
PREVIOUS_SECRET_LIFETIME = timedelta(hours=24)
DEAD_DAYS = 7

log = structlog.get_logger()


class WebhookService:
    """All webhooks of the installation. Call `start` first; events are matched from memory."""

    def __init__(self, database: Database, keys: KeyStore, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        # Owner: this node: its sender.
        self._subscribers: list[Callable[[], None]] = []
        # Owner: the database. A copy, changed after each commit of this node.
        self._webhooks: dict[str, tuple[Webhook, Secrets]] = {}

    async def start(self) -> None:
        """Load all webhooks."""
        async with self._database.read() as session:
            self._webhooks = {
                one.id: (one, secrets) for one, secrets in await repository.all_webhooks(session, self._keys)
            }

    def subscribe(self, subscriber: Callable[[], None]) -> None:
        """Call `subscriber` whenever a message is queued."""
        self._subscribers.append(subscriber)

    # ---- lookups

    def of_tenant(self, tenant_id: str) -> list[Webhook]:
        """Return the webhooks of a tenant, oldest first."""
        found = (webhook for webhook, _ in self._webhooks.values() if webhook.tenant_id == tenant_id)
        return sorted(found, key=lambda one: one.id)

    def count_failing(self) -> int:
        """Count the webhooks of all tenants whose receivers do not answer."""
        return sum(webhook.failing_since is not None for webhook, _ in self._webhooks.values())

    def find(self, tenant_id: str, webhook_id: str) -> Webhook:
        """Return a webhook. Raise NotFound."""
        found = self._webhooks.get(webhook_id)
        if found is None or found[0].tenant_id != tenant_id:
            raise _not_found()
        return found[0]

    def with_secrets(self, webhook_id: str) -> tuple[Webhook, tuple[bytes, ...]] | None:
        """Return a webhook and the secrets that sign its messages now; None if it does not exist."""
        found = self._webhooks.get(webhook_id)
        if found is None:
            return None
        webhook, secrets = found
        is_rotating = secrets.previous_until is not None and self._clock.now() < secrets.previous_until
        return webhook, (secrets.current, secrets.previous) if is_rotating else (secrets.current,)

    def watches(self, tenant_id: str, event: str) -> bool:
        """Whether a webhook of the tenant reports this type of event."""
        return any(
            webhook.tenant_id == tenant_id and event in webhook.events and webhook.state == "active"
            for webhook, _ in self._webhooks.values()
        )

    # ---- changes

    async def create(self, tenant_id: str, new: NewWebhook) -> CreatedWebhook:
        """Create a webhook with a new secret. Raise Invalid; Conflict if there are too many."""
        webhook = Webhook(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            events=values.check_events(new.events),
            state="active",
            pause_reason="",
            created=self._clock.now(),
            failing_since=None,
            dropped=0,
            name=values.check_name(new.name),
            url=values.check_url(new.url),
        )
        secrets = Secrets(self._clock.random_bytes(SECRET_BYTES))
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "webhooks", tenant_id)
            if await repository.count_webhooks(uow.session, tenant_id) >= MAX_WEBHOOKS:
                raise Conflict(
                    Phrase("An organisation has at most {} webhooks.", MAX_WEBHOOKS), hint="Delete one first."
                )
            await repository.insert_webhook(uow.session, self._keys, webhook, secrets)
            uow.after_commit.append(lambda: self._cache(webhook, secrets))
        return CreatedWebhook(webhook, secret_text(secrets.current))

    async def update(
        self, webhook: Webhook, change: WebhookChange, condition: Precondition[Webhook] = unconditional
    ) -> Webhook:
        """Change, pause or resume a webhook. Raise Invalid, NotFound, what `condition` raises."""

        def changed(before: Webhook) -> Webhook:
            condition(before)
            after = before
            if change.name is not None:
                after = replace(after, name=values.check_name(change.name))
            if change.events is not None:
                after = replace(after, events=values.check_events(change.events))
            if change.url is not None:
                after = replace(after, url=values.check_url(change.url))
            if change.state == "paused":
                after = replace(after, state="paused", pause_reason=after.pause_reason or "requested")
            if change.state == "active":
                after = replace(after, state="active", pause_reason="", failing_since=None, dropped=0)
            return after

        return await self._change(webhook, changed)

    async def rotate_secret(self, webhook: Webhook) -> CreatedWebhook:
        """Replace the secret; for a day, messages are signed with both. Raise NotFound."""
        secret, until = self._clock.random_bytes(SECRET_BYTES), self._clock.now() + PREVIOUS_SECRET_LIFETIME
        after = await self._change(
            webhook, lambda before: before, lambda before: Secrets(secret, before.current, until)
        )
        return CreatedWebhook(after, secret_text(secret))

    async def delete(self, webhook: Webhook, condition: Precondition[Webhook] = unconditional) -> None:
        """Delete a webhook with its messages. Raise NotFound, what `condition` raises."""
        async with self._database.begin() as uow:
            before, _ = await self._locked(uow, webhook)
            condition(before)
            await repository.delete_webhook(uow.session, webhook.tenant_id, webhook.id)
            uow.after_commit.append(lambda: self._webhooks.pop(webhook.id, None))
        self._keys.destroy_unused(webhook.tenant_id, webhook.id)

    async def record_success(self, webhook: Webhook) -> Webhook:
        """Note that the receiver accepts messages. Return the webhook as it is now. Raise NotFound."""
        if webhook.failing_since is None:
            return self.find(webhook.tenant_id, webhook.id)
        return await self._change(webhook, lambda before: replace(before, failing_since=None))

    async def record_failure(self, webhook: Webhook, *, is_gone: bool) -> Webhook:
        """Note a failure. Pause the webhook if the receiver is gone, or after a day of failures. Raise NotFound."""

        def changed(before: Webhook) -> Webhook:
            now = self._clock.now()
            failing: PauseReason = "failing" if is_hopeless(before.failing_since, now) else ""
            after = replace(before, failing_since=before.failing_since or now)
            reason: PauseReason = "gone" if is_gone else failing
            return replace(after, state="paused", pause_reason=reason) if reason else after

        return await self._change(webhook, changed)

    # ---- messages

    async def on_event(self, event: DomainEvent, uow: UnitOfWork) -> None:
        """Queue a message for each webhook that reports the event. Outbox handler."""
        kind = SOURCES[type(event)]
        for webhook in self.of_tenant(event.tenant):
            if kind in webhook.events and webhook.state == "active":
                await self._enqueue(uow, webhook, kind, data_of(event))

    async def send_test(self, webhook: Webhook) -> str:
        """Queue a test message; return its id. Raise Conflict for a paused webhook."""
        if webhook.state != "active":
            raise Conflict("This webhook is paused.", hint="Resume it first.")
        async with self._database.begin() as uow:
            return await self._enqueue(uow, webhook, TEST_EVENT, {})

    async def deliveries(self, webhook: Webhook, *, dead: bool | None = None) -> list[Delivery]:
        """Return the messages that wait or, with `dead`, could not be delivered; oldest first."""
        async with self._database.read() as session:
            return await repository.list_deliveries(session, webhook.tenant_id, webhook.id, dead=dead, limit=MAX_LISTED)

    async def redeliver(self, webhook: Webhook, delivery_id: str) -> Delivery:
        """Try a message again, for a day. Raise NotFound; Conflict for a paused webhook."""
        if webhook.state != "active":
            raise Conflict("This webhook is paused.", hint="Resume it first.")
        async with self._database.begin() as uow:
            found = await repository.get_delivery(uow.session, webhook.tenant_id, webhook.id, delivery_id)
            if found is None:
                raise NotFound("There is no such message.", hint="It may have been delivered.")
            now = self._clock.now()
            again = replace(found, created=now, due=now, attempts=0, dead=False)
            await repository.save_attempt(uow.session, again)
            uow.after_commit.extend(self._subscribers)
        return again

    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """Messages that could not be delivered."""
        period = Period(days=DEAD_DAYS)
        return (Expiry("technical", "failed webhook messages", repository.dead, self._delete_dead, lambda _: period),)

    async def _delete_dead(self, tenant_id: str, delivery_ids: Sequence[str]) -> None:
        async with self._database.begin() as uow:
            await repository.delete_dead(uow.session, tenant_id, delivery_ids)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the webhooks of a tenant. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)
        gone = [webhook.id for webhook in self.of_tenant(event.tenant)]
        uow.after_commit.append(lambda: [self._webhooks.pop(each, None) for each in gone])

    async def _enqueue(self, uow: UnitOfWork, webhook: Webhook, event: str, data: dict[str, Any]) -> str:
        now, delivery_id = self._clock.now(), self._clock.new_id()
        if await repository.count_waiting(uow.session, webhook.tenant_id, webhook.id) >= MAX_QUEUED:
            await lock_scope(uow.session, "webhook", webhook.id)
            found = await repository.get_webhook(uow.session, self._keys, webhook.tenant_id, webhook.id)
            if found is not None:
                after, secrets = replace(found[0], dropped=found[0].dropped + 1), found[1]
                await repository.update_webhook(uow.session, self._keys, after, secrets)
                uow.after_commit.append(lambda: self._cache(after, secrets))
            return ""
        due = now
        if webhook.failing_since is not None:  # the receiver is not asked more often because more happens
            waiting = await repository.next_due_of(uow.session, webhook.tenant_id, webhook.id)
            due = max(now, waiting) if waiting is not None else now
        message = {"type": event, "timestamp": now.isoformat(), "tenant_id": webhook.tenant_id, "data": data}
        body = json.dumps(message, separators=(",", ":"))
        await repository.insert_delivery(
            uow.session,
            Delivery(delivery_id, webhook.tenant_id, webhook.id, event, now, due, 0, 0, dead=False, body=body),
        )
        uow.after_commit.extend(self._subscribers)
        return delivery_id

    async def _change(
        self,
        webhook: Webhook,
        change: Callable[[Webhook], Webhook],
        change_secrets: Callable[[Secrets], Secrets] = lambda secrets: secrets,
    ) -> Webhook:
        async with self._database.begin() as uow:
            before, secrets_before = await self._locked(uow, webhook)
            secrets, after = change_secrets(secrets_before), change(before)
            if after.state == "paused" and before.state != "paused":
                await repository.give_up_all(uow.session, webhook.tenant_id, webhook.id)
                uow.publish(WebhookPaused(self._clock.new_id(), webhook.tenant_id, webhook.id))
                log.warning("webhook_paused", tenant=webhook.tenant_id, webhook=webhook.id, reason=after.pause_reason)
            await repository.update_webhook(uow.session, self._keys, after, secrets)
            uow.after_commit.append(lambda: self._cache(after, secrets))
        return after

    async def _locked(self, uow: UnitOfWork, webhook: Webhook) -> tuple[Webhook, Secrets]:
        """Lock a webhook until the commit and return it as stored now. Raise NotFound."""
        await lock_scope(uow.session, "webhook", webhook.id)
        found = await repository.get_webhook(uow.session, self._keys, webhook.tenant_id, webhook.id)
        if found is None:
            raise _not_found()
        return found

    def _cache(self, webhook: Webhook, secrets: Secrets) -> None:
        self._webhooks[webhook.id] = (webhook, secrets)


def _not_found() -> NotFound:
    return NotFound("There is no such webhook.")
