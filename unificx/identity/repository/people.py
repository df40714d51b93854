"""Queries for the list of people of a tenant: a fixed number of statements, whatever its size."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.identity.models import AcceptanceRow, DeviceRow, NumberRow, SessionRow


async def signed_in(session: AsyncSession, tenant_id: str) -> set[str]:
    """Return the ids of the users who have signed in: with a session now, or with an accepted policy."""
    accepted = select(AcceptanceRow.person_id).where(AcceptanceRow.tenant_id == tenant_id)
    with_session = select(SessionRow.person_id).where(SessionRow.tenant_id == tenant_id)
    return set(await session.scalars(accepted.union(with_session)))


async def has_accepted(session: AsyncSession, tenant_id: str, person_id: str) -> bool:
    """Return whether the user has accepted a policy, so has signed in."""
    query = select(AcceptanceRow.id).where(AcceptanceRow.tenant_id == tenant_id, AcceptanceRow.person_id == person_id)
    return await session.scalar(query.limit(1)) is not None


async def session_days(session: AsyncSession, tenant_id: str) -> dict[str, date]:
    """Return the latest day of a session by user."""
    query = select(SessionRow.person_id, func.max(SessionRow.last_used)).where(SessionRow.tenant_id == tenant_id)
    return {row[0]: row[1] for row in await session.execute(query.group_by(SessionRow.person_id))}


async def device_days(session: AsyncSession, tenant_id: str) -> dict[str, date]:
    """Return the latest day of a registration by extension."""
    query = select(DeviceRow.extension_id, func.max(DeviceRow.last_used)).where(
        DeviceRow.tenant_id == tenant_id, DeviceRow.last_used.is_not(None)
    )
    return {
        extension_id: day
        for extension_id, day in await session.execute(query.group_by(DeviceRow.extension_id))
        if day is not None
    }


async def numbers(session: AsyncSession, tenant_id: str) -> dict[str, str]:
    """Return all numbers of the tenant with the kinds of their objects."""
    query = select(NumberRow.number, NumberRow.kind).where(NumberRow.tenant_id == tenant_id)
    return {row[0]: row[1] for row in await session.execute(query)}
