"""All SQL on the lists of notices of people, and their codec."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import PageById, SealedCodec, owned_by
from unificx.notifications.models import NoticePart, NoticeRow

NOTICE_CODEC = SealedCodec(NoticeRow, NoticePart)


async def notices(session: AsyncSession, tenant_id: str, subject: str, request: PageById) -> Sequence[NoticeRow]:
    """Return notices of a person, newest first."""
    found = select(NoticeRow).where(NoticeRow.tenant_id == tenant_id, NoticeRow.subject_id == subject)
    if request.after is not None:
        found = found.where(NoticeRow.id < request.after)
    return (await session.scalars(found.order_by(NoticeRow.id.desc()).limit(request.size + 1))).all()


async def count_unread(session: AsyncSession, tenant_id: str, subject: str) -> int:
    chosen = (NoticeRow.tenant_id == tenant_id, NoticeRow.subject_id == subject, NoticeRow.read.is_(None))
    return await session.scalar(select(func.count()).select_from(NoticeRow).where(*chosen)) or 0


async def mark_read(session: AsyncSession, owner: tuple[str, str], newest: str, now: datetime) -> bool:
    """Mark the notices of a person, given by tenant and subject, up to one. Return whether any was unread."""
    tenant_id, subject = owner
    marked = update(NoticeRow).where(
        NoticeRow.tenant_id == tenant_id,
        NoticeRow.subject_id == subject,
        NoticeRow.id <= newest,
        NoticeRow.read.is_(None),
    )
    return bool((await session.scalars(marked.values(read=now).returning(NoticeRow.id))).all())


async def delete_oldest(session: AsyncSession, tenant_id: str, subject: str, keep: int) -> None:
    """Delete the oldest notices of a person; the newest `keep` stay."""
    of_person = (NoticeRow.tenant_id == tenant_id, NoticeRow.subject_id == subject)
    newest_deleted = select(NoticeRow.id).where(*of_person).order_by(NoticeRow.id.desc()).offset(keep).limit(1)
    if (last := await session.scalar(newest_deleted)) is not None:
        await session.execute(delete(NoticeRow).where(*of_person, NoticeRow.id <= last))


def rows_of_tenant(tenant_id: str) -> Select[str, datetime]:
    """Select id and time of all notices of a tenant."""
    return select(NoticeRow.id, NoticeRow.at).where(NoticeRow.tenant_id == tenant_id)


async def delete_notices(session: AsyncSession, tenant_id: str, notice_ids: Sequence[str]) -> None:
    await session.execute(
        delete(NoticeRow).where(owned_by(NoticeRow.tenant_id, tenant_id), NoticeRow.id.in_(notice_ids))
    )


async def erase_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the notices of an erased subject, which cannot be decrypted any more."""
    await session.execute(delete(NoticeRow).where(NoticeRow.tenant_id == tenant_id, NoticeRow.subject_id == subject))
