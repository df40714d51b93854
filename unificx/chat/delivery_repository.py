"""All SQL on messages that wait for delivery to phones."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.chat.models import PhoneDeliveryRow
from unificx.chat.schemas import PhoneDelivery


async def add(session: AsyncSession, deliveries: Sequence[PhoneDelivery]) -> None:
    rows = [
        {
            "id": one.id,
            "tenant_id": one.tenant_id,
            "conversation_id": one.conversation_id,
            "message_id": one.message_id,
            "person_id": one.person_id,
            "device_id": one.device_id,
            "seq": one.seq,
            "created": one.created,
            "due": one.due,
            "attempts": one.attempts,
        }
        for one in deliveries
    ]
    await session.execute(insert(PhoneDeliveryRow), rows)


async def due_devices(session: AsyncSession, now: datetime) -> list[tuple[str, str]]:
    """Return tenant and device of the deliveries that are due."""
    # scope: all tenants, because one worker delivers the messages of all
    query = select(PhoneDeliveryRow.tenant_id, PhoneDeliveryRow.device_id).where(PhoneDeliveryRow.due <= now)
    return [(tenant_id, device_id) for tenant_id, device_id in await session.execute(query.distinct())]


async def of_device(session: AsyncSession, tenant_id: str, device_id: str, limit: int) -> list[PhoneDelivery]:
    """Return the first deliveries to a device, oldest first."""
    chosen = (PhoneDeliveryRow.tenant_id == tenant_id, PhoneDeliveryRow.device_id == device_id)
    order = (PhoneDeliveryRow.created, PhoneDeliveryRow.seq)
    rows = await session.scalars(select(PhoneDeliveryRow).where(*chosen).order_by(*order).limit(limit))
    return [_to_delivery(row) for row in rows]


async def next_due(session: AsyncSession, busy: Sequence[str]) -> datetime | None:
    """Return when the next delivery is due, without those to busy devices."""
    # scope: all tenants, because one worker delivers the messages of all
    return await session.scalar(select(func.min(PhoneDeliveryRow.due)).where(PhoneDeliveryRow.device_id.not_in(busy)))


async def remove(session: AsyncSession, tenant_id: str, delivery_id: str) -> None:
    chosen = (PhoneDeliveryRow.tenant_id == tenant_id, PhoneDeliveryRow.id == delivery_id)
    await session.execute(delete(PhoneDeliveryRow).where(*chosen))


async def count_attempt(session: AsyncSession, tenant_id: str, delivery_id: str, due: datetime) -> None:
    """Store a failed attempt, and when the next one is."""
    chosen = (PhoneDeliveryRow.tenant_id == tenant_id, PhoneDeliveryRow.id == delivery_id)
    await session.execute(
        update(PhoneDeliveryRow).where(*chosen).values(attempts=PhoneDeliveryRow.attempts + 1, due=due)
    )


async def postpone(session: AsyncSession, tenant_id: str, device_id: str, due: datetime) -> None:
    """Try no delivery to a device before or after `due`."""
    chosen = (PhoneDeliveryRow.tenant_id == tenant_id, PhoneDeliveryRow.device_id == device_id)
    await session.execute(update(PhoneDeliveryRow).where(*chosen).values(due=due))


async def make_due(session: AsyncSession, now: datetime) -> None:
    """Try every delivery again."""
    # scope: all tenants, because the process starts for all of them
    await session.execute(update(PhoneDeliveryRow).where(PhoneDeliveryRow.due > now).values(due=now))


async def delete_of_person(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    chosen = (PhoneDeliveryRow.tenant_id == tenant_id, PhoneDeliveryRow.person_id == person_id)
    await session.execute(delete(PhoneDeliveryRow).where(*chosen))


def _to_delivery(row: PhoneDeliveryRow) -> PhoneDelivery:
    of_message = (row.conversation_id, row.message_id, row.person_id, row.device_id)
    return PhoneDelivery(row.id, row.tenant_id, *of_message, row.seq, row.created, row.due, row.attempts)
