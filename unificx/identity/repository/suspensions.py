"""Queries for suspensions in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.suspension_models import SuspensionPart, SuspensionRow
from unificx.identity.suspension_schemas import ReviewState, Suspension, SuspensionReason

CODEC = SealedCodec(SuspensionRow, SuspensionPart)


async def add(session: AsyncSession, keys: Keys, suspension: Suspension) -> None:
    sealed = [(suspension.subject, suspension.id, SuspensionPart(suspension.text))]
    session.add(
        SuspensionRow(
            id=suspension.id,
            tenant_id=suspension.tenant_id,
            person_id=suspension.person_id or None,
            subject_id=suspension.subject,
            reason=suspension.reason,
            made_by=suspension.by,
            since=suspension.since,
            until=suspension.until,
            erases=suspension.erases,
            review=suspension.review,
            review_id=suspension.review_id,
            sealed=CODEC.seal(keys, suspension.tenant_id, sealed)[0],
        )
    )
    await session.flush()


async def of(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> Suspension | None:
    """Return the suspension of a person; with "" that of the tenant itself."""
    query = select(SuspensionRow).where(SuspensionRow.tenant_id == tenant_id, _is_of(person_id))
    return next(iter(_opened(keys, tenant_id, (await session.scalars(query)).all())), None)


async def of_review(session: AsyncSession, keys: Keys, review_id: str) -> Suspension | None:
    """Return the suspension whose review is a request."""
    # scope: all tenants, because the review of a tenant's suspension is in the queue of the operator
    row = await session.scalar(select(SuspensionRow).where(SuspensionRow.review_id == review_id))
    return _opened(keys, row.tenant_id, [row])[0] if row is not None else None


async def set_review(session: AsyncSession, suspension: Suspension, state: ReviewState, review_id: str | None) -> bool:
    """Set the state of a review that is in the state of `suspension`; return whether it still was."""
    chosen = (
        SuspensionRow.tenant_id == suspension.tenant_id,
        SuspensionRow.id == suspension.id,
        SuspensionRow.review == suspension.review,
    )
    changed = update(SuspensionRow).where(*chosen).values(review=state, review_id=review_id)
    return bool((await session.execute(changed.returning(SuspensionRow.id))).all())


async def remove(session: AsyncSession, tenant_id: str, person_id: str) -> list[tuple[str, str]]:
    """Delete the suspension of a person; with "" that of the tenant itself. Return its subject and the id of its
    review, "" for none, if there was one."""
    chosen = SuspensionRow.tenant_id == tenant_id, _is_of(person_id)
    removed = delete(SuspensionRow).where(*chosen).returning(SuspensionRow.subject_id, SuspensionRow.review_id)
    return [(subject, review_id or "") for subject, review_id in (await session.execute(removed)).all()]


async def undecided(session: AsyncSession, before: datetime) -> list[tuple[str, str]]:
    """Return new organisations that have waited for approval since before a time: tenant, and id of the request, ""
    for none."""
    # scope: all tenants, because one job ends the sign-ups of all
    query = select(SuspensionRow.tenant_id, SuspensionRow.review_id).where(
        SuspensionRow.reason == "approval", SuspensionRow.person_id.is_(None), SuspensionRow.since < before
    )
    return [(tenant_id, review_id or "") for tenant_id, review_id in (await session.execute(query)).all()]


async def ended(session: AsyncSession, now: datetime) -> list[tuple[str, str]]:
    """Return tenant and person ("": the tenant itself) of suspensions whose end is over."""
    # scope: all tenants, because one job ends the suspensions of all
    query = select(SuspensionRow.tenant_id, SuspensionRow.person_id).where(SuspensionRow.until <= now)
    return [(tenant_id, person_id or "") for tenant_id, person_id in (await session.execute(query)).all()]


async def closed(session: AsyncSession, now: datetime) -> list[tuple[str, datetime]]:
    """Return the tenants whose time to be erased has come, with it."""
    # scope: all tenants, because one job erases all that are closed
    query = select(SuspensionRow.tenant_id, SuspensionRow.erases).where(
        SuspensionRow.reason == "closing", SuspensionRow.erases <= now
    )
    return [(tenant_id, erases) for tenant_id, erases in (await session.execute(query)).all() if erases is not None]


def _is_of(person_id: str) -> ColumnElement[bool]:
    return SuspensionRow.person_id == person_id if person_id else SuspensionRow.person_id.is_(None)


def _opened(keys: Keys, tenant_id: str, rows: Sequence[SuspensionRow]) -> list[Suspension]:
    parts = CODEC.open_by_row(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [_suspension(row, parts.get(row.id)) for row in rows]


def _suspension(row: SuspensionRow, part: object) -> Suspension:
    return Suspension(
        id=row.id,
        tenant_id=row.tenant_id,
        person_id=row.person_id or "",
        reason=cast("SuspensionReason", row.reason),
        by=row.made_by,
        since=row.since,
        until=row.until,
        review=cast("ReviewState", row.review),
        review_id=row.review_id,
        subject=row.subject_id,
        text=part.text if isinstance(part, SuspensionPart) else "",
        erases=row.erases,
    )
