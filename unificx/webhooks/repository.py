"""All SQL on webhooks and their messages, and sealing and opening of addresses and secrets."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Keys, SealedCodec
from unificx.webhooks.models import DeliveryRow, WebhookPart, WebhookRow
from unificx.webhooks.schemas import Delivery, Failure, PauseReason, Secrets, Webhook, WebhookState

CODEC = SealedCodec(WebhookRow, WebhookPart)
_FAILURES: tuple[Failure, ...] = ("no_answer", "no_address", "no_connection", "no_tls")
"""Stored as a status: that at index n as -n."""


async def all_webhooks(session: AsyncSession, keys: Keys) -> list[tuple[Webhook, Secrets]]:
    """Return all webhooks of the installation, for the in-memory copy."""
    # scope: all tenants, because events of each of them are matched from memory.
    rows = (await session.scalars(select(WebhookRow).order_by(WebhookRow.id))).all()
    return [found for row in rows if (found := _to_webhook(keys, row)) is not None]


async def get_webhook(
    session: AsyncSession, keys: Keys, tenant_id: str, webhook_id: str
) -> tuple[Webhook, Secrets] | None:
    """Return a webhook, None if it does not exist."""
    row = await session.scalar(select(WebhookRow).where(WebhookRow.tenant_id == tenant_id, WebhookRow.id == webhook_id))
    return None if row is None else _to_webhook(keys, row)


async def count_webhooks(session: AsyncSession, tenant_id: str) -> int:
    return await session.scalar(select(func.count(WebhookRow.id)).where(WebhookRow.tenant_id == tenant_id)) or 0


async def insert_webhook(session: AsyncSession, keys: Keys, webhook: Webhook, secrets: Secrets) -> None:
    own = {"id": webhook.id, "tenant_id": webhook.tenant_id, "created": webhook.created, "subject_id": webhook.id}
    await session.execute(insert(WebhookRow).values(**own, **_mutable_columns(keys, webhook, secrets)))


async def update_webhook(session: AsyncSession, keys: Keys, webhook: Webhook, secrets: Secrets) -> None:
    await session.execute(
        update(WebhookRow)
        .where(WebhookRow.tenant_id == webhook.tenant_id, WebhookRow.id == webhook.id)
        .values(**_mutable_columns(keys, webhook, secrets))
    )


async def delete_webhook(session: AsyncSession, tenant_id: str, webhook_id: str) -> None:
    """Delete a webhook with its messages."""
    of_webhook = (DeliveryRow.tenant_id == tenant_id, DeliveryRow.webhook_id == webhook_id)
    await session.execute(delete(DeliveryRow).where(*of_webhook))
    await session.execute(delete(WebhookRow).where(WebhookRow.tenant_id == tenant_id, WebhookRow.id == webhook_id))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (DeliveryRow, WebhookRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


# ---- messages


async def insert_delivery(session: AsyncSession, delivery: Delivery) -> None:
    session.add(
        DeliveryRow(
            id=delivery.id,
            tenant_id=delivery.tenant_id,
            webhook_id=delivery.webhook_id,
            event=delivery.event,
            body=delivery.body,
            created=delivery.created,
            due=delivery.due,
            attempts=delivery.attempts,
            status=delivery.status,
            dead=delivery.dead,
        )
    )
    await session.flush()


async def count_waiting(session: AsyncSession, tenant_id: str, webhook_id: str) -> int:
    """Return the number of messages of a webhook that wait for delivery."""
    return await session.scalar(select(func.count(DeliveryRow.id)).where(_is_waiting(tenant_id, webhook_id))) or 0


async def list_deliveries(
    session: AsyncSession, tenant_id: str, webhook_id: str, *, dead: bool | None, limit: int
) -> list[Delivery]:
    """Return the messages of a webhook, oldest first."""
    query = select(DeliveryRow).where(DeliveryRow.tenant_id == tenant_id, DeliveryRow.webhook_id == webhook_id)
    if dead is not None:
        query = query.where(DeliveryRow.dead == dead)
    return [_to_delivery(row) for row in await session.scalars(query.order_by(DeliveryRow.id).limit(limit))]


async def get_delivery(session: AsyncSession, tenant_id: str, webhook_id: str, delivery_id: str) -> Delivery | None:
    of_webhook = (DeliveryRow.tenant_id == tenant_id, DeliveryRow.webhook_id == webhook_id)
    row = await session.scalar(select(DeliveryRow).where(*of_webhook, DeliveryRow.id == delivery_id))
    return None if row is None else _to_delivery(row)


async def due_webhooks(session: AsyncSession, now: datetime) -> list[tuple[str, str]]:
    """Return tenant and id of the webhooks with messages that are due."""
    # scope: all tenants, because one worker delivers the messages of all.
    query = select(DeliveryRow.tenant_id, DeliveryRow.webhook_id).where(~DeliveryRow.dead, DeliveryRow.due <= now)
    return [(tenant_id, webhook_id) for tenant_id, webhook_id in await session.execute(query.distinct())]


async def due_deliveries(
    session: AsyncSession, tenant_id: str, webhook_id: str, *, now: datetime, limit: int
) -> list[Delivery]:
    """Return the messages of a webhook that are due, oldest first."""
    query = select(DeliveryRow).where(_is_waiting(tenant_id, webhook_id), DeliveryRow.due <= now)
    return [_to_delivery(row) for row in await session.scalars(query.order_by(DeliveryRow.id).limit(limit))]


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when the next message is due."""
    # scope: all tenants, because one worker delivers the messages of all.
    return await session.scalar(select(func.min(DeliveryRow.due)).where(~DeliveryRow.dead))


async def next_due_of(session: AsyncSession, tenant_id: str, webhook_id: str) -> datetime | None:
    """Return when the next message of a webhook is due."""
    return await session.scalar(select(func.min(DeliveryRow.due)).where(_is_waiting(tenant_id, webhook_id)))


async def delete_delivery(session: AsyncSession, tenant_id: str, delivery_id: str) -> None:
    await session.execute(delete(DeliveryRow).where(DeliveryRow.tenant_id == tenant_id, DeliveryRow.id == delivery_id))


async def save_attempt(session: AsyncSession, delivery: Delivery) -> None:
    """Store number and result of the attempts, and whether and when the next one is."""
    await session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.tenant_id == delivery.tenant_id, DeliveryRow.id == delivery.id)
        .values(
            created=delivery.created,
            due=delivery.due,
            attempts=delivery.attempts,
            status=-_FAILURES.index(delivery.failure) if delivery.failure else delivery.status,
            dead=delivery.dead,
        )
    )


async def postpone_others(session: AsyncSession, tenant_id: str, webhook_id: str, due: datetime) -> None:
    """Let no message of a webhook be tried before `due`."""
    await session.execute(
        update(DeliveryRow).where(_is_waiting(tenant_id, webhook_id), DeliveryRow.due < due).values(due=due)
    )


async def give_up_all(session: AsyncSession, tenant_id: str, webhook_id: str) -> None:
    """Try none of the messages of a webhook any more."""
    await session.execute(update(DeliveryRow).where(_is_waiting(tenant_id, webhook_id)).values(dead=True))


def dead(tenant_id: str) -> Select[str, datetime]:
    """Messages that are not tried any more, since their event."""
    chosen = (DeliveryRow.tenant_id == tenant_id, DeliveryRow.dead)
    return select(DeliveryRow.id, DeliveryRow.created.label("at")).where(*chosen)


async def delete_dead(session: AsyncSession, tenant_id: str, delivery_ids: Sequence[str]) -> None:
    chosen = (DeliveryRow.tenant_id == tenant_id, DeliveryRow.dead, DeliveryRow.id.in_(delivery_ids))
    await session.execute(delete(DeliveryRow).where(*chosen))


def _is_waiting(tenant_id: str, webhook_id: str) -> ColumnElement[bool]:
    return (DeliveryRow.tenant_id == tenant_id) & (DeliveryRow.webhook_id == webhook_id) & ~DeliveryRow.dead


def _mutable_columns(keys: Keys, webhook: Webhook, secrets: Secrets) -> dict[str, Any]:
    current, previous = (base64.b64encode(one).decode() for one in (secrets.current, secrets.previous))
    part = WebhookPart(webhook.url, current, previous)
    return {
        "name": webhook.name,
        "events": " ".join(webhook.events),
        "state": webhook.state,
        "pause_reason": webhook.pause_reason,
        "failing_since": webhook.failing_since,
        "dropped": webhook.dropped,
        "previous_until": secrets.previous_until,
        "sealed": CODEC.seal(keys, webhook.tenant_id, [(webhook.id, webhook.id, part)])[0],
    }


def _to_webhook(keys: Keys, row: WebhookRow) -> tuple[Webhook, Secrets] | None:
    [part] = CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])
    if not isinstance(part, WebhookPart):
        return None
    webhook = Webhook(
        id=row.id,
        tenant_id=row.tenant_id,
        events=tuple(row.events.split()),
        state=cast("WebhookState", row.state),
        pause_reason=cast("PauseReason", row.pause_reason),
        created=row.created,
        failing_since=row.failing_since,
        dropped=row.dropped,
        name=row.name,
        url=part.url,
    )
    current, previous = (base64.b64decode(one) for one in (part.secret, part.previous_secret))
    return webhook, Secrets(current, previous, row.previous_until)


def _to_delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        tenant_id=row.tenant_id,
        webhook_id=row.webhook_id,
        event=row.event,
        created=row.created,
        due=row.due,
        attempts=row.attempts,
        status=max(row.status, 0),
        dead=row.dead,
        body=row.body,
        failure=_FAILURES[-row.status] if row.attempts and row.status <= 0 else None,
    )
