"""Invitations and ways back in, as far as they are on their way to somebody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.people.tables import LinkRow

LinkKind = Literal["invitation", "recovery"]


@dataclass(frozen=True, slots=True)
class Link:
    """A code's digest and whom it lets in."""

    id: str
    tenant_id: str
    person_id: str
    kind: LinkKind
    digest: str
    expires: datetime


async def add(session: AsyncSession, link: Link) -> None:
    values = {
        "id": link.id,
        "tenant_id": link.tenant_id,
        "person_id": link.person_id,
        "kind": link.kind,
        "code_digest": link.digest,
        "expires": link.expires,
    }
    await session.execute(insert(LinkRow).values(values))


async def find(session: AsyncSession, kind: LinkKind, digest: str, now: datetime) -> Link | None:
    """The link of a code, unless it has ended."""
    # scope: all tenants, because the code alone says in which of them.
    query = select(LinkRow).where(LinkRow.code_digest == digest, LinkRow.kind == kind, LinkRow.expires > now)
    row = await session.scalar(query)
    return None if row is None else Link(row.id, row.tenant_id, row.person_id, kind, row.code_digest, row.expires)


async def count(session: AsyncSession, tenant_id: str, person_id: str, kind: LinkKind, now: datetime) -> int:
    """How many of a kind are on their way to the person."""
    query = select(func.count()).where(
        LinkRow.tenant_id == tenant_id, LinkRow.person_id == person_id, LinkRow.kind == kind, LinkRow.expires > now
    )
    return await session.scalar(query) or 0


async def drop_of(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """No link leads to the person any more."""
    await session.execute(delete(LinkRow).where(LinkRow.tenant_id == tenant_id, LinkRow.person_id == person_id))


async def drop_expired(session: AsyncSession, now: datetime) -> None:
    # scope: all tenants, because time passes in each of them alike.
    await session.execute(delete(LinkRow).where(LinkRow.expires <= now))
