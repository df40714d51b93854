"""Queries on the table of stored responses, and the encryption of its rows."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.api.models import AnswerPart, StoredAnswerRow
from unificx.db.sealed import SealedCodec

ANSWER = SealedCodec(StoredAnswerRow, AnswerPart)


async def get_response(session: AsyncSession, tenant_id: str, answer_id: str) -> StoredAnswerRow | None:
    """Return one stored response."""
    found = select(StoredAnswerRow).where(StoredAnswerRow.tenant_id == tenant_id, StoredAnswerRow.id == answer_id)
    return await session.scalar(found)


async def delete_about_tenant(session: AsyncSession, tenant_id: str) -> list[tuple[str, str]]:
    """Delete responses that may contain data of one tenant: its own, and those of operators, who may access any tenant.
    Return (tenant, subject) of each."""
    about = or_(StoredAnswerRow.tenant_id == tenant_id, StoredAnswerRow.by_operator)
    statement = delete(StoredAnswerRow).where(about)
    rows = await session.execute(statement.returning(StoredAnswerRow.tenant_id, StoredAnswerRow.subject_id))
    return [(row.tenant_id, row.subject_id) for row in rows]


async def delete_expired(session: AsyncSession, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Delete up to `limit` expired responses of all tenants. Return (tenant, subject) of each."""
    # scope: all tenants, because expiry is the same for all of them
    due = select(StoredAnswerRow.id).where(StoredAnswerRow.expires <= now).limit(limit)
    # scope: all tenants, because the ids come from the query above
    statement = delete(StoredAnswerRow).where(StoredAnswerRow.id.in_(due))
    rows = await session.execute(statement.returning(StoredAnswerRow.tenant_id, StoredAnswerRow.subject_id))
    return [(row.tenant_id, row.subject_id) for row in rows]
