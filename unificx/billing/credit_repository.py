"""All SQL on the credit of tenants and its reservations."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.models import CreditReservationRow, CreditRow
from unificx.billing.schemas import CreditCall, CreditTerms
from unificx.db import insert_into

_RESERVATION = cast("Table", CreditReservationRow.__table__)


async def terms(session: AsyncSession, tenant_id: str) -> CreditTerms | None:
    row = await session.scalar(select(CreditRow).where(CreditRow.tenant_id == tenant_id))
    return None if row is None else CreditTerms(row.prepaid, row.currency, row.limit, row.warn_below, row.warned)


async def save_terms(session: AsyncSession, tenant_id: str, new: CreditTerms) -> None:
    await delete_terms(session, tenant_id)
    session.add(
        CreditRow(
            tenant_id=tenant_id,
            prepaid=new.prepaid,
            currency=new.currency,
            limit=new.limit,
            warn_below=new.warn_below,
            warned=new.warned,
        )
    )
    await session.flush()


async def set_warned(session: AsyncSession, tenant_id: str, warned: bool) -> None:
    await session.execute(update(CreditRow).where(CreditRow.tenant_id == tenant_id).values(warned=warned))


async def delete_terms(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(CreditRow).where(CreditRow.tenant_id == tenant_id))


async def tenants(session: AsyncSession) -> Sequence[str]:
    """Return the tenants with a limit."""
    # scope: all tenants, because the calls of each of them are checked from memory.
    return (await session.scalars(select(CreditRow.tenant_id))).all()


async def reserved(session: AsyncSession, tenant_id: str, now: datetime) -> dict[str, int]:
    """Return the reserved amounts of a tenant by the id of the reservation."""
    query = select(CreditReservationRow.id, CreditReservationRow.amount).where(
        CreditReservationRow.tenant_id == tenant_id, CreditReservationRow.until > now
    )
    return {row.id: row.amount for row in await session.execute(query)}


async def save_reservation(
    session: AsyncSession, tenant_id: str, call: CreditCall, amount: int, until: datetime
) -> None:
    """Store or replace the reservation of a call."""
    values = {"call_id": call.call_id, "amount": amount, "until": until}
    connection = await session.connection()
    insert = insert_into(_RESERVATION, connection.dialect.name).values(tenant_id=tenant_id, id=call.id, **values)
    await connection.execute(insert.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values))


async def set_end(session: AsyncSession, tenant_id: str, call: CreditCall, until: datetime) -> None:
    """Let a reservation end at a time, unless its call is recorded and rated before."""
    chosen = (CreditReservationRow.tenant_id == tenant_id, CreditReservationRow.id == call.id)
    await session.execute(update(CreditReservationRow).where(*chosen).values(call_id=call.call_id, until=until))


async def delete_reservation(session: AsyncSession, tenant_id: str, reservation_id: str) -> None:
    chosen = (CreditReservationRow.tenant_id == tenant_id, CreditReservationRow.id == reservation_id)
    await session.execute(delete(CreditReservationRow).where(*chosen))


async def delete_of_call(session: AsyncSession, tenant_id: str, call_id: str) -> None:
    """Delete the reservations of a call that was rated."""
    chosen = (CreditReservationRow.tenant_id == tenant_id, CreditReservationRow.call_id == call_id)
    await session.execute(delete(CreditReservationRow).where(*chosen))


async def delete_ended(session: AsyncSession, tenant_id: str, now: datetime) -> None:
    """Delete the reservations of a tenant whose time is over."""
    chosen = (CreditReservationRow.tenant_id == tenant_id, CreditReservationRow.until <= now)
    await session.execute(delete(CreditReservationRow).where(*chosen))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (CreditRow, CreditReservationRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))
