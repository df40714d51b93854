"""All SQL of the accesses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import SealedCodec, owned_by
from unificx.privacy.accesses.models import AccessPart, PersonAccessRow

PART = SealedCodec(PersonAccessRow, AccessPart)


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(PersonAccessRow), rows)


async def page(
    session: AsyncSession, tenant_id: str, subject: str, before: str | None, limit: int
) -> Sequence[PersonAccessRow]:
    """Return accesses to data of a person, newest first, older than the row `before`."""
    query = select(PersonAccessRow).where(PersonAccessRow.tenant_id == tenant_id, PersonAccessRow.subject_id == subject)
    if before is not None:
        query = query.where(PersonAccessRow.id < before)
    return (await session.scalars(query.order_by(PersonAccessRow.id.desc()).limit(limit))).all()


def expiring(tenant_id: str) -> Select[str, datetime]:
    """Accesses, since their hour."""
    return select(PersonAccessRow.id, PersonAccessRow.at).where(PersonAccessRow.tenant_id == tenant_id)


async def drop(session: AsyncSession, tenant_id: str, ids: Sequence[str]) -> None:
    chosen = (owned_by(PersonAccessRow.tenant_id, tenant_id), PersonAccessRow.id.in_(ids))
    await session.execute(delete(PersonAccessRow).where(*chosen))


async def erase_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    chosen = (PersonAccessRow.tenant_id == tenant_id, PersonAccessRow.subject_id == subject)
    await session.execute(delete(PersonAccessRow).where(*chosen))


async def erase_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(PersonAccessRow).where(PersonAccessRow.tenant_id == tenant_id))
