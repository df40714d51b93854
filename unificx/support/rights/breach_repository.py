"""All SQL on breaches."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.support.rights.models import BreachRow
from unificx.support.rights.schemas import Band, Breach


async def find(session: AsyncSession, tenant_id: str, request_id: str) -> Breach | None:
    """Return what is known of a breach."""
    row = await _row(session, tenant_id, request_id)
    if row is None:
        return None
    return Breach(
        row.request_id,
        tuple(row.categories.split()),
        cast("Band", row.band),
        row.high_risk,
        row.authority_informed,
        row.people_informed,
        row.informed,
    )


async def save(session: AsyncSession, tenant_id: str, breach: Breach) -> None:
    """Store what is known of a breach, in place of earlier values."""
    row = await _row(session, tenant_id, breach.request_id)
    if row is None:
        row = BreachRow(request_id=breach.request_id, tenant_id=tenant_id)
        session.add(row)
    row.categories, row.band, row.high_risk = " ".join(breach.categories), breach.band, breach.high_risk
    row.authority_informed, row.people_informed = breach.authority_informed, breach.people_informed
    row.informed = breach.informed


async def _row(session: AsyncSession, tenant_id: str, request_id: str) -> BreachRow | None:
    chosen = BreachRow.tenant_id == tenant_id, BreachRow.request_id == request_id
    return await session.scalar(select(BreachRow).where(*chosen))
