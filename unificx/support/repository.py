"""All SQL on diagnostics reports and consents to support access."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec, owned_by
from unificx.support.models import ReportPart, ReportRow, SupportAccessRow
from unificx.support.schemas import DiagnosticsReport

REPORT_CODEC = SealedCodec(ReportRow, ReportPart)


async def insert_report(session: AsyncSession, keys: Keys, report: DiagnosticsReport, subject: str) -> None:
    """Store a report. Raises ErasedSubject."""
    sealed = REPORT_CODEC.seal(keys, report.tenant_id, [(subject, report.id, ReportPart(report.text))])[0]
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


async def list_reports(session: AsyncSession, keys: Keys, tenant_id: str, limit: int) -> list[DiagnosticsReport]:
    """Return the latest reports, newest first, without those of erased people."""
    newest = (ReportRow.created.desc(), ReportRow.id.desc())
    query = select(ReportRow).where(ReportRow.tenant_id == tenant_id).order_by(*newest).limit(limit)
    rows = (await session.scalars(query)).all()
    opened = REPORT_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [
        DiagnosticsReport(row.id, row.tenant_id, row.person_id, row.created, part.text)
        for row, part in zip(rows, opened, strict=True)
        if not isinstance(part, Erased)
    ]


async def count_reports(session: AsyncSession, tenant_id: str) -> int:
    """Return how many reports there are."""
    return await session.scalar(select(func.count()).where(ReportRow.tenant_id == tenant_id)) or 0


async def delete_oldest_reports(session: AsyncSession, tenant_id: str, person_id: str, keep: int) -> None:
    """Delete a person's oldest reports; the newest `keep` stay."""
    of_person = (ReportRow.tenant_id == tenant_id, ReportRow.person_id == person_id)
    newest = select(ReportRow.id).where(*of_person).order_by(ReportRow.created.desc(), ReportRow.id.desc()).limit(keep)
    newest_ids = (await session.scalars(newest)).all()
    await session.execute(delete(ReportRow).where(*of_person, ReportRow.id.not_in(newest_ids)))


async def delete_report(session: AsyncSession, tenant_id: str, report_id: str) -> bool:
    """Delete a report; return False if it does not exist."""
    found = await session.scalar(select(ReportRow).where(ReportRow.tenant_id == tenant_id, ReportRow.id == report_id))
    if found is None:
        return False
    await session.delete(found)
    return True


async def delete_reports(session: AsyncSession, tenant_id: str, *, person_id: str = "", subject: str = "") -> None:
    """Delete all reports of a tenant, or only those of one person or subject."""
    query = delete(ReportRow).where(ReportRow.tenant_id == tenant_id)
    if person_id or subject:
        query = query.where(or_(ReportRow.person_id == person_id, ReportRow.subject_id == subject))
    await session.execute(query)


def report_rows(tenant_id: str) -> Select[str, datetime]:
    """Reports, since their receipt."""
    return select(ReportRow.id, ReportRow.created.label("at")).where(ReportRow.tenant_id == tenant_id)


async def delete_by_id(session: AsyncSession, tenant_id: str, report_ids: Sequence[str]) -> None:
    chosen = (owned_by(ReportRow.tenant_id, tenant_id), ReportRow.id.in_(report_ids))
    await session.execute(delete(ReportRow).where(*chosen))


# Consents to support access


async def grant_in_force(session: AsyncSession, tenant_id: str, now: datetime) -> SupportAccessRow | None:
    """Return the consent that is in force."""
    chosen = (SupportAccessRow.tenant_id == tenant_id, SupportAccessRow.ended.is_(None), SupportAccessRow.until > now)
    return await session.scalar(select(SupportAccessRow).where(*chosen).limit(1))


async def grants(session: AsyncSession, tenant_id: str) -> Sequence[SupportAccessRow]:
    found = select(SupportAccessRow).where(SupportAccessRow.tenant_id == tenant_id)
    return (await session.scalars(found.order_by(SupportAccessRow.id.desc()))).all()


async def end_grants(session: AsyncSession, tenant_id: str, now: datetime) -> bool:
    """End the consent in force; return False if there is none."""
    row = await grant_in_force(session, tenant_id, now)
    if row is not None:
        row.ended = now
    return row is not None


async def delete_oldest_grants(session: AsyncSession, tenant_id: str, keep: int) -> None:
    """Delete the oldest consents; the newest `keep` stay."""
    of_tenant = SupportAccessRow.tenant_id == tenant_id
    old = select(SupportAccessRow.id).where(of_tenant).order_by(SupportAccessRow.id.desc()).offset(keep)
    if ids := (await session.scalars(old)).all():
        await session.execute(delete(SupportAccessRow).where(of_tenant, SupportAccessRow.id.in_(ids)))
