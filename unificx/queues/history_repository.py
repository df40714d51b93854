"""All SQL on the visits to queues and the events of their agents, and sealing of callers.

A spool record is JSON: a kind and the values of a row, with the sealed part in hex. "talked" records complete a visit
that is stored already.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import Row, Table, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import BulkInsert, Erased, PageByTime, SealedCodec
from unificx.privacy import KeyStore
from unificx.queues.models import CallerPart, QueueAgentEventRow, QueueVisitRow
from unificx.queues.schemas import AgentEvent, AgentEventKind, PauseReason, Queue, Visit, VisitOutcome
from unificx.queues.statistics import SHORT_ABANDON_SECONDS, VisitTotals

CALLER_CODEC = SealedCodec(QueueVisitRow, CallerPart)
_TABLES = {"visit": cast("Table", QueueVisitRow.__table__), "event": cast("Table", QueueAgentEventRow.__table__)}
_NEW = {kind: BulkInsert(table) for kind, table in _TABLES.items()}


def encode_visit(keys: KeyStore, visit: Visit, subject: str) -> bytes:
    """Encode a visit for the spool; without the caller if the subject was erased during the call."""
    key = keys.get(visit.tenant_id, {subject}, create=True)[subject]
    part = CallerPart(visit.number, visit.name)
    values = {
        "id": visit.id,
        "tenant_id": visit.tenant_id,
        "queue_id": visit.queue_id,
        "call_id": visit.call_id,
        "arrived": visit.arrived.isoformat(),
        "outcome": visit.outcome,
        "waited": visit.waited,
        "talked": visit.talked,
        "agent_id": visit.agent_id,
        "subject_id": visit.id if key is None else subject,
        "sealed": None if key is None else CALLER_CODEC.seal_with(key, visit.tenant_id, subject, visit.id, part).hex(),
    }
    return to_json(("visit", values))


def encode_talked(tenant_id: str, visit_id: str, seconds: float) -> bytes:
    """Encode the length of the call that an answered visit led to."""
    return to_json(("talked", {"id": visit_id, "tenant_id": tenant_id, "talked": seconds}))


def encode_event(event: AgentEvent) -> bytes:
    """Encode an event of an agent for the spool."""
    values = {
        "id": event.id,
        "tenant_id": event.tenant_id,
        "queue_id": event.queue_id,
        "extension_id": event.extension_id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "reason": event.reason,
    }
    return to_json(("event", values))


async def store_records(session: AsyncSession, records: Iterable[bytes]) -> None:
    """Store spool records in order; storing one twice has no effect."""
    for record in records:
        kind, values = json.loads(record)
        for name in ("arrived", "at"):
            if name in values:
                values[name] = datetime.fromisoformat(values[name])
        if kind == "talked":
            conditions = (QueueVisitRow.tenant_id == values["tenant_id"], QueueVisitRow.id == values["id"])
            await session.execute(update(QueueVisitRow).where(*conditions).values(talked=values["talked"]))
            continue
        if kind == "visit":
            values["sealed"] = values["sealed"] and bytes.fromhex(values["sealed"])
        await _NEW[kind].execute(session, [values])


async def list_visits(
    session: AsyncSession, keys: KeyStore, tenant_id: str, queue_id: str, page: PageByTime
) -> list[Visit]:
    """Return the visits to a queue, newest first, and one more than the page has if there is a next one."""
    query = select(_TABLES["visit"]).where(QueueVisitRow.tenant_id == tenant_id, QueueVisitRow.queue_id == queue_id)
    rows = (await session.execute(page.apply(query, QueueVisitRow.arrived, QueueVisitRow.id))).all()
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = CALLER_CODEC.open_by_row(keys, tenant_id, sealed)
    return [_to_visit(row, parts.get(row.id)) for row in rows]


async def list_events(
    session: AsyncSession, tenant_id: str, queue_id: str, page: PageByTime, extension_id: str | None
) -> list[AgentEvent]:
    """Return the events of the agents of a queue, newest first, of all agents or of one."""
    query = select(_TABLES["event"]).where(
        QueueAgentEventRow.tenant_id == tenant_id, QueueAgentEventRow.queue_id == queue_id
    )
    if extension_id is not None:
        query = query.where(QueueAgentEventRow.extension_id == extension_id)
    rows = (await session.execute(page.apply(query, QueueAgentEventRow.at, QueueAgentEventRow.id))).all()
    return [_to_event(row) for row in rows]


async def visit_totals(session: AsyncSession, queue: Queue, since: datetime, until: datetime) -> list[VisitTotals]:
    """Return the totals of the visits to a queue from `since` up to, and without, `until`."""
    row, target = QueueVisitRow, queue.settings.answer_within
    totals = (
        func.count(),
        func.sum(row.waited),
        func.max(row.waited),
        func.sum(row.talked),
        func.count(case((row.waited <= target, 1))),
        func.count(case((row.waited < SHORT_ABANDON_SECONDS, 1))),
    )
    query = select(row.outcome, row.agent_id, *totals).where(
        row.tenant_id == queue.tenant_id, row.queue_id == queue.id, row.arrived >= since, row.arrived < until
    )
    found = await session.execute(query.group_by(row.outcome, row.agent_id))
    return [VisitTotals(cast("VisitOutcome", each[0]), *each[1:]) for each in found.all()]


async def missed_calls(
    session: AsyncSession, tenant_id: str, queue_id: str, since: datetime, until: datetime
) -> dict[str, int]:
    """Return the number of calls that each agent did not answer in this time."""
    conditions = (
        QueueAgentEventRow.tenant_id == tenant_id,
        QueueAgentEventRow.queue_id == queue_id,
        QueueAgentEventRow.at >= since,
        QueueAgentEventRow.at < until,
        QueueAgentEventRow.kind == "missed",
    )
    query = select(QueueAgentEventRow.extension_id, func.count()).where(*conditions)
    rows = await session.execute(query.group_by(QueueAgentEventRow.extension_id))
    return {row[0]: row[1] for row in rows.all()}


async def erase_caller(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the sealed parts of a subject, and the id by which their visits could be joined, which becomes that of the
    row; the visits stay."""
    conditions = (QueueVisitRow.tenant_id == tenant_id, QueueVisitRow.subject_id == subject)
    await session.execute(update(QueueVisitRow).where(*conditions).values(sealed=None, subject_id=QueueVisitRow.id))


async def forget_agent(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Delete the events of an agent, and their extension from the visits."""
    events = (QueueAgentEventRow.tenant_id == tenant_id, QueueAgentEventRow.extension_id == extension_id)
    await session.execute(delete(QueueAgentEventRow).where(*events))
    visits = (QueueVisitRow.tenant_id == tenant_id, QueueVisitRow.agent_id == extension_id)
    await session.execute(update(QueueVisitRow).where(*visits).values(agent_id=None))


async def delete_queue_history(session: AsyncSession, tenant_id: str, queue_id: str) -> None:
    for row in (QueueAgentEventRow, QueueVisitRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id, row.queue_id == queue_id))


async def delete_tenant_history(session: AsyncSession, tenant_id: str) -> None:
    for row in (QueueAgentEventRow, QueueVisitRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


def _to_visit(row: Row[Any], part: CallerPart | Erased | None) -> Visit:
    known = isinstance(part, CallerPart)
    return Visit(
        id=row.id,
        tenant_id=row.tenant_id,
        queue_id=row.queue_id,
        call_id=row.call_id,
        arrived=row.arrived,
        outcome=cast("VisitOutcome", row.outcome),
        waited=row.waited,
        talked=row.talked,
        agent_id=row.agent_id,
        number=part.number if known else "",
        name=part.name if known else "",
        erased=not known,
    )


def _to_event(row: Row[Any]) -> AgentEvent:
    kind, reason = cast("AgentEventKind", row.kind), cast("PauseReason | None", row.reason)
    return AgentEvent(row.id, row.tenant_id, row.queue_id, row.extension_id, row.at, kind, reason)
