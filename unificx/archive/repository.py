"""All SQL of this area."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.archive.models import AccessCopyRow
from unificx.archive.schemas import AccessCopy, CopyProblem, CopyState, Requester
from unificx.db import owned_by
from unificx.privacy import DataSubject


def add(session: AsyncSession, copy: AccessCopy) -> None:
    owner, requester = copy.owner, copy.requester
    session.add(
        AccessCopyRow(
            id=copy.id,
            tenant_id=owner.tenant_id,
            subject_id=owner.subject,
            person_id=owner.person_id,
            extension_ids=" ".join(owner.extension_ids),
            requested_by=requester.person_id,
            requester_subject=requester.subject,
            state=copy.state,
            problem=copy.problem,
            disclosure_id=copy.disclosure_id,
            requested=copy.requested,
            expires=copy.expires,
            size=copy.size,
            sha256=copy.sha256,
            wrapped=b"",
        )
    )


async def get(session: AsyncSession, tenant_id: str, copy_id: str) -> AccessCopy | None:
    query = select(AccessCopyRow).where(AccessCopyRow.tenant_id == tenant_id, AccessCopyRow.id == copy_id)
    row = await session.scalar(query)
    return None if row is None else _to_copy(row)


async def content_key(session: AsyncSession, tenant_id: str, copy_id: str) -> bytes:
    """Return the wrapped content key; empty if there is none."""
    query = select(AccessCopyRow.wrapped).where(AccessCopyRow.tenant_id == tenant_id, AccessCopyRow.id == copy_id)
    return await session.scalar(query) or b""


async def of_requester(session: AsyncSession, tenant_id: str, person_id: str) -> list[AccessCopy]:
    """Return the copies that an account has requested, newest first."""
    chosen = (AccessCopyRow.tenant_id == tenant_id, AccessCopyRow.requested_by == person_id)
    query = select(AccessCopyRow).where(*chosen).order_by(AccessCopyRow.requested.desc(), AccessCopyRow.id)
    return [_to_copy(row) for row in (await session.scalars(query)).all()]


async def of_subject(session: AsyncSession, tenant_id: str, subject: str) -> list[AccessCopy]:
    """Return the copies that are about a subject, or that it has requested."""
    either = or_(AccessCopyRow.subject_id == subject, AccessCopyRow.requester_subject == subject)
    query = select(AccessCopyRow).where(AccessCopyRow.tenant_id == tenant_id, either)
    return [_to_copy(row) for row in (await session.scalars(query)).all()]


async def of_tenant(session: AsyncSession, tenant_id: str) -> list[AccessCopy]:
    query = select(AccessCopyRow).where(AccessCopyRow.tenant_id == tenant_id)
    return [_to_copy(row) for row in (await session.scalars(query)).all()]


async def next_requested(session: AsyncSession) -> AccessCopy | None:
    """Return the oldest copy that is not built yet."""
    # scope: all tenants, because one worker builds the copies of all tenants
    query = select(AccessCopyRow).where(AccessCopyRow.state == "requested").order_by(AccessCopyRow.requested)
    row = await session.scalar(query.limit(1))
    return None if row is None else _to_copy(row)


async def expired(session: AsyncSession, now: datetime) -> list[AccessCopy]:
    # scope: all tenants, because the period is the same for all
    rows = await session.scalars(select(AccessCopyRow).where(AccessCopyRow.expires <= now))
    return [_to_copy(row) for row in rows.all()]


async def known_ids(session: AsyncSession) -> set[str]:
    # scope: all tenants, because the files of all tenants are in one directory
    return set((await session.scalars(select(AccessCopyRow.id))).all())


async def finish(session: AsyncSession, copy: AccessCopy, wrapped: bytes) -> bool:
    """Store the result of building; return False if the copy was deleted meanwhile."""
    chosen = (AccessCopyRow.tenant_id == copy.owner.tenant_id, AccessCopyRow.id == copy.id)
    values = {"state": copy.state, "problem": copy.problem, "size": copy.size, "sha256": copy.sha256}
    change = update(AccessCopyRow).where(*chosen, AccessCopyRow.state == "requested").values(wrapped=wrapped, **values)
    return (await session.execute(change.returning(AccessCopyRow.id))).first() is not None


async def remove(session: AsyncSession, tenant_id: str, copy_ids: Sequence[str]) -> None:
    chosen = (owned_by(AccessCopyRow.tenant_id, tenant_id), AccessCopyRow.id.in_(copy_ids))
    await session.execute(delete(AccessCopyRow).where(*chosen))


def _to_copy(row: AccessCopyRow) -> AccessCopy:
    return AccessCopy(
        row.id,
        DataSubject(row.tenant_id, row.subject_id, row.person_id, tuple(row.extension_ids.split())),
        Requester(row.requested_by, row.requester_subject),
        cast("CopyState", row.state),
        cast("CopyProblem", row.problem),
        row.requested,
        row.expires,
        row.size,
        row.sha256,
        row.disclosure_id,
    )
