"""Every statement on the store's own tables. The outbox serves all tenants alike, so none of them names one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.store.tables import HandledRow, InstallationRow, OutboxRow


async def due_facts(session: AsyncSession, now: datetime, limit: int) -> Sequence[OutboxRow]:
    """Facts to be told by now, in the order they were written."""
    # scope: all tenants, because one dispatcher tells everybody's facts.
    query = select(OutboxRow).where(~OutboxRow.parked, OutboxRow.due <= now).order_by(OutboxRow.seq).limit(limit)
    return (await session.scalars(query)).all()


async def next_due(session: AsyncSession) -> datetime | None:
    """When the next fact that waits is due."""
    # scope: all tenants, because one dispatcher tells everybody's facts.
    return await session.scalar(select(func.min(OutboxRow.due)).where(~OutboxRow.parked))


async def count_parked(session: AsyncSession) -> int:
    """How many facts were given up."""
    # scope: all tenants, because it is a figure about this installation.
    return await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.parked)) or 0


async def unpark_facts(session: AsyncSession, due: datetime) -> None:
    """Let what was given up be told again."""
    # scope: all tenants, because one dispatcher tells everybody's facts.
    await session.execute(update(OutboxRow).where(OutboxRow.parked).values(parked=False, tries=0, due=due))


async def hold_fact(session: AsyncSession, seq: int) -> bool:
    """Keep others off a fact until the end of the transaction; False if it is told, given up or held by another."""
    # scope: all tenants, because the number came from due_facts.
    query = select(OutboxRow.seq).where(OutboxRow.seq == seq, ~OutboxRow.parked).with_for_update(skip_locked=True)
    return await session.scalar(query) is not None


async def delete_fact(session: AsyncSession, seq: int) -> None:
    """Everybody was told: the fact goes, and with it the notes on who was."""
    # scope: all tenants, because the number came from due_facts.
    await session.execute(delete(OutboxRow).where(OutboxRow.seq == seq))


async def postpone_fact(session: AsyncSession, seq: int, *, tries: int, due: datetime, parked: bool) -> None:
    """Telling it failed: note how often, and when to try again, if at all."""
    # scope: all tenants, because the number came from due_facts.
    await session.execute(update(OutboxRow).where(OutboxRow.seq == seq).values(tries=tries, due=due, parked=parked))


async def was_handled(session: AsyncSession, fact_id: str, handler: str) -> bool:
    """Whether this handler has dealt with this fact."""
    return await session.get(HandledRow, (fact_id, handler)) is not None


async def installation(session: AsyncSession) -> str | None:
    """Whose database this is; None for one that was never used."""
    return await session.scalar(select(InstallationRow.id))


async def set_installation(session: AsyncSession, installation: str) -> None:
    """Say whose database this is, once and for all."""
    await session.execute(insert(InstallationRow).values(id=installation))
