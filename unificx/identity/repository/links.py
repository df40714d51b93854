"""Queries for pending invitations and recovery links."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.identity.models import LinkRow

LinkKind = Literal["invitation", "recovery"]


@dataclass(frozen=True, slots=True)
class SignInLink:
    """Digest of a code and the user it signs in."""

    id: str
    tenant_id: str
    person_id: str
    kind: LinkKind
    digest: str
    expires: datetime


async def add(session: AsyncSession, link: SignInLink) -> None:
    values = {
        "id": link.id,
        "tenant_id": link.tenant_id,
        "person_id": link.person_id,
        "kind": link.kind,
        "code_digest": link.digest,
        "expires": link.expires,
    }
    await session.execute(insert(LinkRow).values(values))


async def find(session: AsyncSession, kind: LinkKind, digest: str, now: datetime) -> SignInLink | None:
    """Return the unexpired link of a code."""
    # scope: all tenants, because the code alone determines the tenant.
    query = select(LinkRow).where(LinkRow.code_digest == digest, LinkRow.kind == kind, LinkRow.expires > now)
    row = await session.scalar(query)
    return None if row is None else SignInLink(row.id, row.tenant_id, row.person_id, kind, row.code_digest, row.expires)


async def count(session: AsyncSession, tenant_id: str, person_id: str, kind: LinkKind, now: datetime) -> int:
    """Return the number of the user's unexpired links of a kind."""
    query = select(func.count()).where(
        LinkRow.tenant_id == tenant_id, LinkRow.person_id == person_id, LinkRow.kind == kind, LinkRow.expires > now
    )
    return await session.scalar(query) or 0


async def delete_for_person(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Delete all links of the user."""
    await session.execute(delete(LinkRow).where(LinkRow.tenant_id == tenant_id, LinkRow.person_id == person_id))


async def delete_expired(session: AsyncSession, now: datetime) -> None:
    # scope: all tenants, because expiry is independent of the tenant.
    await session.execute(delete(LinkRow).where(LinkRow.expires <= now))
