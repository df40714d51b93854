"""History of queues: visits of callers and events of agents, written through the spool."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from unificx.cluster import RecordLog
from unificx.core.errors import Invalid
from unificx.db import Database, Page, PageByTime, SpoolFull, UnitOfWork
from unificx.privacy import KeyStore, OutsideNumbers
from unificx.queues import history_repository
from unificx.queues.schemas import AgentEvent, Queue, Visit
from unificx.queues.statistics import AgentStatistics, QueueStatistics, agent_statistics, queue_statistics

log = structlog.get_logger()
_SPOOL_KIND = "queue"
MAX_STATISTICS = timedelta(days=92)


class QueueHistory:
    """The history of all queues. Registers itself with the spool. Records are lost while the disk is full: callers and
    agents are still served."""

    def __init__(self, database: Database, keys: KeyStore, outside_numbers: OutsideNumbers, spool: RecordLog) -> None:
        self._database = database
        self._keys = keys
        self._outside_numbers = outside_numbers
        self._spool = spool
        spool.register_handler(_SPOOL_KIND, self._apply)

    def record_visit(self, visit: Visit, subject: str | None) -> None:
        """Record a visit that has ended; `subject`: the caller's, None for a caller from outside."""
        owner = subject or self._outside_numbers.subject(visit.tenant_id, visit.number)
        self._append(history_repository.encode_visit(self._keys, visit, owner), use_reserve=True)

    def record_talked(self, tenant_id: str, visit_id: str, seconds: float) -> None:
        """Record the seconds of the call that an answered visit led to."""
        self._append(history_repository.encode_talked(tenant_id, visit_id, seconds), use_reserve=True)

    def record_event(self, event: AgentEvent) -> None:
        """Record an event of an agent."""
        self._append(history_repository.encode_event(event), use_reserve=False)

    async def visits(self, queue: Queue, cursor: str | None = None, limit: int = 50) -> Page[Visit]:
        """Return a page of the visits to a queue, newest first. Raises Invalid for an invalid cursor."""
        request, owner = PageByTime.parse(cursor, limit), (queue.tenant_id, queue.id)
        async with self._database.read() as session:
            found = await history_repository.list_visits(session, self._keys, *owner, request)
        return request.of_rows(found, lambda one: (one.arrived, one.id))

    async def events(
        self, queue: Queue, extension_id: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[AgentEvent]:
        """Return a page of the events of agents, newest first, of all or of one. Raises Invalid."""
        request, owner = PageByTime.parse(cursor, limit), (queue.tenant_id, queue.id)
        async with self._database.read() as session:
            found = await history_repository.list_events(session, *owner, request, extension_id)
        return request.of_rows(found, lambda one: (one.at, one.id))

    async def statistics(
        self, queue: Queue, since: datetime, until: datetime
    ) -> tuple[QueueStatistics, Mapping[str, AgentStatistics]]:
        """Return the statistics of a queue and, by extension id, of its agents, for the visits from `since` up to, and
        without, `until`. Raises Invalid for a period that is empty or longer than `MAX_STATISTICS`."""
        if not timedelta() < until - since <= MAX_STATISTICS:
            raise Invalid("A period of at most 92 days is needed.", hint="Give `since` and `until`.", field="since")
        async with self._database.read() as session:
            visits = await history_repository.visit_totals(session, queue, since, until)
            missed = await history_repository.missed_calls(session, queue.tenant_id, queue.id, since, until)
        return queue_statistics(visits), agent_statistics(visits, missed)

    # ---- deletion

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the sealed parts of an erased subject, whose key is already destroyed. Idempotent."""
        async with self._database.begin() as uow:
            await history_repository.erase_caller(uow.session, tenant_id, subject)

    async def forget_agent(self, tenant_id: str, extension_id: str, uow: UnitOfWork) -> None:
        """Delete the events of a deleted extension, and the extension from the visits."""
        await history_repository.forget_agent(uow.session, tenant_id, extension_id)

    async def delete_queue(self, queue: Queue, uow: UnitOfWork) -> None:
        """Delete the history of a queue."""
        await history_repository.delete_queue_history(uow.session, queue.tenant_id, queue.id)

    async def delete_tenant(self, tenant_id: str, uow: UnitOfWork) -> None:
        """Delete the history of a tenant."""
        await history_repository.delete_tenant_history(uow.session, tenant_id)

    def _append(self, record: bytes, *, use_reserve: bool) -> None:
        try:
            self._spool.append(_SPOOL_KIND, record, use_reserve=use_reserve)
        except SpoolFull:
            log.error("queue_record_lost")

    async def _apply(self, uow: UnitOfWork, records: list[bytes]) -> None:
        await history_repository.store_records(uow.session, records)
