"""All SQL of retention: periods of tenants, state of the sweeps, and rows that are due."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.privacy.retention.expiry import Expiry
from unificx.privacy.retention.models import RetentionPeriodRow, RetentionStateRow
from unificx.privacy.retention.periods import Period
from unificx.privacy.retention.schedule import SweepState

_STATE_ID = 1


async def all_periods(session: AsyncSession) -> dict[tuple[str, str], Period]:
    """Return all periods by tenant and class."""
    # scope: all tenants, because they are loaded into memory at the start
    rows = (await session.scalars(select(RetentionPeriodRow))).all()
    return {(row.tenant_id, row.name): Period.parse(row.period) for row in rows}


async def put_periods(session: AsyncSession, tenant_id: str, periods: Mapping[str, Period]) -> None:
    """Replace the periods of a tenant."""
    await session.execute(delete(RetentionPeriodRow).where(RetentionPeriodRow.tenant_id == tenant_id))
    for name, period in periods.items():
        session.add(RetentionPeriodRow(tenant_id=tenant_id, name=name, period=str(period)))


async def load_state(session: AsyncSession) -> SweepState | None:
    row = await session.get(RetentionStateRow, _STATE_ID)
    return None if row is None else SweepState(row.seen, row.ran, row.asked)


async def save_state(session: AsyncSession, state: SweepState) -> None:
    row = RetentionStateRow(id=_STATE_ID, seen=state.seen, ran=state.ran, asked=state.asked)
    await session.merge(row)


def ended(rows: Select[str, datetime] | Select[str, datetime | None], cutoff: datetime) -> Select[str]:
    """Select the ids of the rows of an expiry whose period has ended."""
    found = rows.subquery()
    return select(found.c.id).where(found.c.at < cutoff)


async def due_ids(session: AsyncSession, expiry: Expiry, tenant_id: str, cutoff: datetime, limit: int) -> Sequence[str]:
    """Return some ids of the rows whose period has ended."""
    return (await session.scalars(ended(expiry.rows(tenant_id), cutoff).limit(limit))).all()


async def oldest(session: AsyncSession, expiry: Expiry, tenant_id: str, cutoff: datetime) -> datetime | None:
    """Return the anchor of the oldest row whose period has ended."""
    rows = expiry.rows(tenant_id).subquery()
    return await session.scalar(select(func.min(rows.c.at)).where(rows.c.at < cutoff))


async def count_due(
    session: AsyncSession, expiry: Expiry, tenant_id: str, cutoffs: Sequence[datetime]
) -> tuple[int, ...]:
    """Return the numbers of rows with an anchor before each of these times, which ascend."""
    rows = expiry.rows(tenant_id).subquery()
    counts = [func.count(case((rows.c.at < cutoff, 1))) for cutoff in cutoffs]
    return tuple((await session.execute(select(*counts).where(rows.c.at < cutoffs[-1]))).one())
