"""End of the history of queues: visits of callers, and events of agents."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.sql import Select

from unificx.db import Database, owned_by
from unificx.privacy import Expiry
from unificx.queues.models import QueueAgentEventRow, QueueVisitRow


def _visits(tenant_id: str) -> Select[Any, Any]:
    return select(QueueVisitRow.id, QueueVisitRow.arrived.label("at")).where(QueueVisitRow.tenant_id == tenant_id)


def _events(tenant_id: str) -> Select[Any, Any]:
    return select(QueueAgentEventRow.id, QueueAgentEventRow.at).where(QueueAgentEventRow.tenant_id == tenant_id)


def queue_expiries(database: Database) -> tuple[Expiry, ...]:
    async def drop_visits(tenant_id: str, ids: Sequence[str]) -> None:
        chosen = (owned_by(QueueVisitRow.tenant_id, tenant_id), QueueVisitRow.id.in_(ids))
        async with database.begin() as uow:
            await uow.session.execute(delete(QueueVisitRow).where(*chosen))

    async def drop_events(tenant_id: str, ids: Sequence[str]) -> None:
        chosen = (owned_by(QueueAgentEventRow.tenant_id, tenant_id), QueueAgentEventRow.id.in_(ids))
        async with database.begin() as uow:
            await uow.session.execute(delete(QueueAgentEventRow).where(*chosen))

    return (
        Expiry("history", "visits to queues", _visits, drop_visits),
        Expiry("history", "events of queue agents", _events, drop_events),
    )
