"""All SQL of this area: erasures of people, and counts of what is held about a subject."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, and_, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Base
from unificx.db.base import sealed_part
from unificx.db.migrations.models import load_all_models
from unificx.db.pagination import Page, PageByTime
from unificx.privacy.holds.models import HoldRow
from unificx.privacy.holds.repository import free
from unificx.privacy.models import AppliedErasuresRow, ErasureRow, ScheduledErasureRow

PAGE = 500
"""Rows read at a time."""


async def count_sealed(session: AsyncSession, row: type[Any], tenant_id: str, subject: str) -> int:
    """Return the number of rows with a part sealed for the subject, except those of objects under a hold."""
    table: Table = row.__table__
    declared = {column: part for column in table.columns if (part := sealed_part(column)) is not None}
    [owner] = {part.subject for part in declared.values()}
    chosen = (table.c.tenant_id == tenant_id, table.c[owner] == subject)
    present = or_(*(column.is_not(None) for column in declared))
    if hasattr(row, "HELD_AS"):
        chosen = (*chosen, free(row, tenant_id))
    return await session.scalar(select(func.count()).select_from(table).where(*chosen, present)) or 0


async def count_linked(session: AsyncSession, row: type[Any], tenant_id: str, extension_ids: Sequence[str]) -> int:
    """Return the number of rows that name one of these extensions."""
    if not extension_ids:
        return 0
    table: Table = row.__table__
    chosen = (table.c.tenant_id == tenant_id, table.c.extension_id.in_(extension_ids))
    return await session.scalar(select(func.count()).select_from(table).where(*chosen)) or 0


async def page_of_rows(
    session: AsyncSession,
    row: type[Any],
    tenant_id: str,
    owner: tuple[str, Sequence[str]],
    after: tuple[Any, ...] | None,
) -> Sequence[Row[Any]]:
    """Return at most `PAGE` rows in the order of their primary keys, `after` that of the last page. `owner` is a column
    and the values it may have."""
    table: Table = row.__table__
    column, values = owner
    key = tuple(table.primary_key.columns)
    query = select(table).where(table.c.tenant_id == tenant_id, table.c[column].in_(values)).order_by(*key).limit(PAGE)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    return (await session.execute(query)).all()


async def tenant_ids(session: AsyncSession) -> Sequence[str]:
    """Return the ids of all tenants, also of those that another node has created."""
    load_all_models()
    return (await session.scalars(select(Base.metadata.tables["tenant"].c.id))).all()


async def subjects_in(session: AsyncSession, table: Table, column: str, tenant_id: str) -> AsyncIterator[Sequence[str]]:
    """Yield the data subjects that a column refers to, some at a time."""
    query = select(table.c[column]).where(table.c.tenant_id == tenant_id).distinct()
    async for rows in (await session.stream_scalars(query)).partitions(PAGE):
        yield rows


async def find_erasure(session: AsyncSession, tenant_id: str, person_id: str) -> ErasureRow | None:
    query = select(ErasureRow).where(ErasureRow.tenant_id == tenant_id, ErasureRow.person_id == person_id)
    return await session.scalar(query)


async def people_leaving(session: AsyncSession, tenant_id: str) -> Sequence[str]:
    """Return the ids of the people of a tenant whose erasure has begun, and may not have reached the account yet."""
    query = select(ErasureRow.person_id).where(ErasureRow.tenant_id == tenant_id, ErasureRow.receipt.is_(None))
    return (await session.scalars(query)).all()


async def unfinished_erasures(session: AsyncSession) -> Sequence[ErasureRow]:
    """Return the erasures without a receipt, or delayed by a hold, oldest first."""
    # scope: all tenants, because the process that began them served every tenant
    open_ = or_(ErasureRow.receipt.is_(None), ErasureRow.held.is_(True))
    query = select(ErasureRow).where(open_).order_by(ErasureRow.requested)
    return (await session.scalars(query)).all()


async def stuck_erasures(session: AsyncSession, before: datetime) -> Sequence[ErasureRow]:
    """Return the erasures that have begun before this time and are unfinished, oldest first: without a receipt, or
    delayed by a hold where no hold of the tenant was placed or released since."""
    # scope: all tenants, because the operator looks after the erasures of every tenant
    changed = exists().where(
        HoldRow.tenant_id == ErasureRow.tenant_id, or_(HoldRow.created >= before, HoldRow.released >= before)
    )
    open_ = or_(ErasureRow.receipt.is_(None), and_(ErasureRow.held.is_(True), ~changed))
    query = select(ErasureRow).where(open_, ErasureRow.requested < before).order_by(ErasureRow.requested)
    return (await session.scalars(query)).all()


async def finish_erasure(session: AsyncSession, tenant_id: str, erasure_id: str, receipt: str, *, held: bool) -> None:
    """Store the receipt and delete the links to extensions. `held`: it is that of an erasure which a hold delays."""
    chosen = (ErasureRow.tenant_id == tenant_id, ErasureRow.id == erasure_id)
    await session.execute(update(ErasureRow).where(*chosen).values(receipt=receipt, extension_ids="", held=held))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (ErasureRow, ScheduledErasureRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


async def find_schedule(session: AsyncSession, tenant_id: str, person_id: str) -> ScheduledErasureRow | None:
    return await session.get(ScheduledErasureRow, (tenant_id, person_id))


async def drop_schedule(session: AsyncSession, tenant_id: str, person_id: str, by: str = "") -> bool:
    """Delete the schedule of an erasure, only that of the person `by` if given; return whether there was one. Of two
    transactions, one gets True."""
    row = ScheduledErasureRow
    chosen = [row.tenant_id == tenant_id, row.person_id == person_id, *([row.requested_by == by] if by else ())]
    dropping = delete(row).where(*chosen).returning(row.person_id)
    return (await session.execute(dropping)).first() is not None


async def list_schedules(session: AsyncSession, tenant_id: str, page: PageByTime) -> Page[ScheduledErasureRow]:
    """Return a page of the scheduled erasures of a tenant, the last one to begin first."""
    row = ScheduledErasureRow
    query = page.apply(select(row).where(row.tenant_id == tenant_id), row.due, row.person_id)
    return page.of_rows((await session.scalars(query)).all(), lambda each: (each.due, each.person_id))


async def due_schedules(session: AsyncSession, now: datetime) -> Sequence[ScheduledErasureRow]:
    """Return the erasures that are to begin, oldest first."""
    # scope: all tenants, because one job begins the erasures of every tenant
    query = select(ScheduledErasureRow).where(ScheduledErasureRow.due <= now).order_by(ScheduledErasureRow.due)
    return (await session.scalars(query)).all()


async def get_applied(session: AsyncSession) -> AppliedErasuresRow | None:
    """Return what the database knows of the erasure journal; None before the first start that stored it."""
    return await session.get(AppliedErasuresRow, 1)
