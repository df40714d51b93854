"""All SQL on diagnostics reports."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Codec, Gone, Keys
from unificx.support.models import ReportPart, ReportRow
from unificx.support.schemas import Report

REPORT = Codec(ReportRow, ReportPart)


async def add(session: AsyncSession, keys: Keys, report: Report, subject: str) -> None:
    """Store a report. Raises ErasedSubject."""
    sealed = REPORT.seal(keys, report.tenant_id, [(subject, report.id, ReportPart(report.text))])[0]
    session.add(
        ReportRow(
            id=report.id,
            tenant_id=report.tenant_id,
            person_id=report.person_id,
            subject_id=subject,
            created=report.created,
            sealed=sealed,
        )
    )


async def reports(session: AsyncSession, keys: Keys, tenant_id: str, limit: int) -> list[Report]:
    """Return the latest reports, newest first, without those of erased people."""
    newest = (ReportRow.created.desc(), ReportRow.id.desc())
    query = select(ReportRow).where(ReportRow.tenant_id == tenant_id).order_by(*newest).limit(limit)
    rows = (await session.scalars(query)).all()
    opened = REPORT.open(keys, tenant_id, "operations", [(row.subject_id, row.id, row.sealed) for row in rows])
    return [
        Report(row.id, row.tenant_id, row.person_id, row.created, part.text)
        for row, part in zip(rows, opened, strict=True)
        if not isinstance(part, Gone)
    ]


async def drop_beyond(session: AsyncSession, tenant_id: str, person_id: str, most: int) -> None:
    """Delete a person's oldest reports; the newest `keep` stay."""
    theirs = (ReportRow.tenant_id == tenant_id, ReportRow.person_id == person_id)
    newest = select(ReportRow.id).where(*theirs).order_by(ReportRow.created.desc(), ReportRow.id.desc()).limit(most)
    kept = (await session.scalars(newest)).all()
    await session.execute(delete(ReportRow).where(*theirs, ReportRow.id.not_in(kept)))


async def drop(session: AsyncSession, tenant_id: str, report_id: str) -> bool:
    """Delete a report; return False if it does not exist."""
    found = await session.scalar(select(ReportRow).where(ReportRow.tenant_id == tenant_id, ReportRow.id == report_id))
    if found is None:
        return False
    await session.delete(found)
    return True


async def drop_of(session: AsyncSession, tenant_id: str, *, person_id: str = "", subject: str = "") -> None:
    """Delete all reports of a tenant, or only those of one person or subject."""
    query = delete(ReportRow).where(ReportRow.tenant_id == tenant_id)
    if person_id or subject:
        query = query.where(or_(ReportRow.person_id == person_id, ReportRow.subject_id == subject))
    await session.execute(query)


async def drop_older(session: AsyncSession, before: datetime) -> None:
    """Delete reports created before a time."""
    # scope: all tenants, because the retention period is the same for all
    await session.execute(delete(ReportRow).where(ReportRow.created < before))
