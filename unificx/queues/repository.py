"""All SQL on queues and their agents, and sealing and opening of their destinations."""

from dataclasses import asdict, fields
from typing import Any, cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.queues.models import OtherwisePart, QueueAgentRow, QueueRow
from unificx.queues.schemas import Agent, PauseReason, Queue, QueueSettings

OTHERWISE_CODEC = SealedCodec(QueueRow, OtherwisePart)


async def all_queues(session: AsyncSession, keys: Keys) -> list[Queue]:
    """Return all queues of the installation, for the in-memory cache."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(QueueRow).order_by(QueueRow.id))).all()
    # scope: all tenants, because each queue found above has its tenant.
    agents = (await session.scalars(select(QueueAgentRow).order_by(QueueAgentRow.place))).all()
    by_queue: dict[str, list[QueueAgentRow]] = {}
    for one in agents:
        by_queue.setdefault(one.queue_id, []).append(one)
    return [_to_queue(keys, row, by_queue.get(row.id, [])) for row in rows]


async def get_queue(session: AsyncSession, keys: Keys, tenant_id: str, queue_id: str) -> Queue | None:
    """Return a queue, None if it does not exist."""
    row = await session.scalar(select(QueueRow).where(QueueRow.tenant_id == tenant_id, QueueRow.id == queue_id))
    if row is None:
        return None
    of_queue = (QueueAgentRow.tenant_id == tenant_id, QueueAgentRow.queue_id == queue_id)
    agents = await session.scalars(select(QueueAgentRow).where(*of_queue).order_by(QueueAgentRow.place))
    return _to_queue(keys, row, list(agents))


async def insert_queue(session: AsyncSession, keys: Keys, queue: Queue) -> None:
    values = {"id": queue.id, "tenant_id": queue.tenant_id, "number": queue.number, "created": queue.created}
    await session.execute(insert(QueueRow).values(**values, subject_id=queue.id, **_mutable_columns(keys, queue)))
    await _insert_agents(session, queue)


async def update_queue(session: AsyncSession, keys: Keys, queue: Queue) -> None:
    """Store the settings and the agents of a queue."""
    conditions = (QueueRow.tenant_id == queue.tenant_id, QueueRow.id == queue.id)
    await session.execute(update(QueueRow).where(*conditions).values(**_mutable_columns(keys, queue)))
    await _delete_agents(session, queue.tenant_id, queue.id)
    await _insert_agents(session, queue)


async def update_agent(session: AsyncSession, queue: Queue, agent: Agent) -> None:
    """Store the sign-in state of an agent."""
    conditions = (
        QueueAgentRow.tenant_id == queue.tenant_id,
        QueueAgentRow.queue_id == queue.id,
        QueueAgentRow.extension_id == agent.extension_id,
    )
    values = {"signed_in": agent.signed_in, "paused": agent.paused, "reason": agent.reason, "since": agent.since}
    await session.execute(update(QueueAgentRow).where(*conditions).values(**values))


async def delete_queue(session: AsyncSession, tenant_id: str, queue_id: str) -> None:
    await _delete_agents(session, tenant_id, queue_id)
    await session.execute(delete(QueueRow).where(QueueRow.tenant_id == tenant_id, QueueRow.id == queue_id))


async def delete_tenant_queues(session: AsyncSession, tenant_id: str) -> None:
    for row in (QueueAgentRow, QueueRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


async def delete_agent(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Remove an extension from the agents of all queues."""
    conditions = (QueueAgentRow.tenant_id == tenant_id, QueueAgentRow.extension_id == extension_id)
    await session.execute(delete(QueueAgentRow).where(*conditions))


async def _delete_agents(session: AsyncSession, tenant_id: str, queue_id: str) -> None:
    of_queue = (QueueAgentRow.tenant_id == tenant_id, QueueAgentRow.queue_id == queue_id)
    await session.execute(delete(QueueAgentRow).where(*of_queue))


async def _insert_agents(session: AsyncSession, queue: Queue) -> None:
    rows = [
        {"queue_id": queue.id, "tenant_id": queue.tenant_id, "place": place, **asdict(agent)}
        for place, agent in enumerate(queue.agents)
    ]
    if rows:
        await session.execute(insert(QueueAgentRow), rows)


def _mutable_columns(keys: Keys, queue: Queue) -> dict[str, Any]:
    part = OtherwisePart(queue.otherwise)
    sealed = OTHERWISE_CODEC.seal(keys, queue.tenant_id, [(queue.id, queue.id, part)])[0] if queue.otherwise else None
    return {"name": queue.name, "sealed": sealed, **asdict(queue.settings)}


def _to_queue(keys: Keys, row: QueueRow, agents: list[QueueAgentRow]) -> Queue:
    otherwise = ""
    if row.sealed is not None:
        items = [(row.subject_id, row.id, row.sealed)]
        part = OTHERWISE_CODEC.open(keys, row.tenant_id, items)[0]
        otherwise = "" if isinstance(part, Erased) else part.destination
    settings = QueueSettings(**{each.name: getattr(row, each.name) for each in fields(QueueSettings)})
    found = tuple(_to_agent(one) for one in agents)
    return Queue(row.id, row.tenant_id, row.number, row.name, row.created, settings, otherwise, found)


def _to_agent(row: QueueAgentRow) -> Agent:
    reason = cast("PauseReason | None", row.reason)
    return Agent(row.extension_id, row.penalty, row.static, row.signed_in, row.paused, reason, row.since)
