"""All SQL on breaches."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import BulkInsert
from unificx.support.rights.models import BreachNoticeRow, BreachRow
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


Notice = tuple[str, str]
"""Ids of the request and of the step with the text."""
_NOTICES = BulkInsert(cast("Table", BreachNoticeRow.__table__))


async def add_notices(session: AsyncSession, tenant_id: str, notice: Notice, person_ids: Sequence[str]) -> int:
    """Enter a notice for these people; return how many of them did not have it."""
    before = await _count(session, tenant_id, notice)
    names = {"tenant_id": tenant_id, "request_id": notice[0], "step_id": notice[1], "queued": None}
    await _NOTICES.execute(session, [{**names, "person_id": each} for each in person_ids])
    return await _count(session, tenant_id, notice) - before


async def take_notices(session: AsyncSession, tenant_id: str, notice: Notice, now: datetime, limit: int) -> list[str]:
    """Mark the next people who wait for a notice as done; return their ids."""
    waiting = select(BreachNoticeRow.person_id).where(*_of(tenant_id, notice), BreachNoticeRow.queued.is_(None))
    chosen = (await session.scalars(waiting.order_by(BreachNoticeRow.person_id).limit(limit))).all()
    done = update(BreachNoticeRow).where(*_of(tenant_id, notice), BreachNoticeRow.person_id.in_(chosen))
    await session.execute(done.values(queued=now))
    return list(chosen)


async def delete_notices_to(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Delete which notices a person got."""
    chosen = BreachNoticeRow.tenant_id == tenant_id, BreachNoticeRow.person_id == person_id
    await session.execute(delete(BreachNoticeRow).where(*chosen))


async def _count(session: AsyncSession, tenant_id: str, notice: Notice) -> int:
    query = select(func.count()).select_from(BreachNoticeRow).where(*_of(tenant_id, notice))
    return await session.scalar(query) or 0


def _of(tenant_id: str, notice: Notice) -> tuple[ColumnElement[bool], ...]:
    request_id, step_id = notice
    return (
        BreachNoticeRow.tenant_id == tenant_id,
        BreachNoticeRow.request_id == request_id,
        BreachNoticeRow.step_id == step_id,
    )


async def _row(session: AsyncSession, tenant_id: str, request_id: str) -> BreachRow | None:
    chosen = BreachRow.tenant_id == tenant_id, BreachRow.request_id == request_id
    return await session.scalar(select(BreachRow).where(*chosen))
