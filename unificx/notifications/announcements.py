"""Marks of notices to all people of a tenant, each sent once: new versions of the privacy policy, a move to this
installation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.notifications.models import AnnouncementRow

MOVED = "tenant_moved"


async def notified_tenants(session: AsyncSession, name: str) -> set[str]:
    """Return the tenants whose people had this notice."""
    # scope: all tenants, because the installation notifies each of them
    sent = select(AnnouncementRow.tenant_id).where(AnnouncementRow.name == name, AnnouncementRow.sent.is_not(None))
    return set(await session.scalars(sent))


async def waiting_tenants(session: AsyncSession, name: str) -> set[str]:
    """Return the tenants whose people still wait for this notice."""
    # scope: all tenants, because the installation notifies each of them
    waiting = select(AnnouncementRow.tenant_id).where(AnnouncementRow.name == name, AnnouncementRow.sent.is_(None))
    return set(await session.scalars(waiting))


async def put_announcement(
    session: AsyncSession, tenant_id: str, name: str, now: datetime, *, sent: bool = False
) -> None:
    """Note that the people of a tenant wait for this notice, or that they have had it."""
    row = await session.get(AnnouncementRow, (tenant_id, name))
    if row is None:
        row = AnnouncementRow(tenant_id=tenant_id, name=name, created=now)
        session.add(row)
    row.sent = now if sent else None
