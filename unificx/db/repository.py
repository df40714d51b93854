"""SQL for the outbox and installation tables. The outbox serves all tenants, so these statements name none."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.models import HandledRow, InstallationRow, OutboxRow


async def due_events(session: AsyncSession, now: datetime, limit: int) -> Sequence[OutboxRow]:
    """Return the events due by `now`, in the order they were written."""
    # scope: all tenants, because one dispatcher delivers the events of all.
    query = select(OutboxRow).where(~OutboxRow.parked, OutboxRow.due <= now).order_by(OutboxRow.seq).limit(limit)
    return (await session.scalars(query)).all()


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when the next pending event is due."""
    # scope: all tenants, because one dispatcher delivers the events of all.
    return await session.scalar(select(func.min(OutboxRow.due)).where(~OutboxRow.parked))


async def count_parked(session: AsyncSession) -> int:
    """Return the number of parked events."""
    # scope: all tenants, because it is a metric of the installation.
    return await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.parked)) or 0


async def unpark_events(session: AsyncSession, due: datetime) -> None:
    """Make parked events due again."""
    # scope: all tenants, because one dispatcher delivers the events of all.
    await session.execute(update(OutboxRow).where(OutboxRow.parked).values(parked=False, tries=0, due=due))


async def lock_event(session: AsyncSession, seq: int) -> bool:
    """Lock an event until the end of the transaction; False if delivered, parked or locked by another process."""
    # scope: all tenants, because the number came from due_events.
    query = select(OutboxRow.seq).where(OutboxRow.seq == seq, ~OutboxRow.parked).with_for_update(skip_locked=True)
    return await session.scalar(query) is not None


async def delete_event(session: AsyncSession, seq: int) -> None:
    """Delete a delivered event together with its handler marks."""
    # scope: all tenants, because the number came from due_events.
    await session.execute(delete(OutboxRow).where(OutboxRow.seq == seq))


async def postpone_event(session: AsyncSession, seq: int, *, tries: int, due: datetime, parked: bool) -> None:
    """Record a failed delivery: number of attempts, and the time of the next one unless parked."""
    # scope: all tenants, because the number came from due_events.
    await session.execute(update(OutboxRow).where(OutboxRow.seq == seq).values(tries=tries, due=due, parked=parked))


async def was_handled(session: AsyncSession, event_id: str, handler: str) -> bool:
    """Return whether this handler has processed this event."""
    return await session.get(HandledRow, (event_id, handler)) is not None


async def get_installation(session: AsyncSession) -> str | None:
    """Return the id of the installation that owns the database; None for a new database."""
    return await session.scalar(select(InstallationRow.id))


async def set_installation(session: AsyncSession, installation_id: str) -> None:
    """Store the id of the installation that owns the database. Call only once."""
    await session.execute(insert(InstallationRow).values(id=installation_id))
