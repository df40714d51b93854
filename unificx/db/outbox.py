"""Transactional outbox: events are stored with the change they describe and delivered in order, at least once.

A handler runs in its own unit of work and is marked as done in the same transaction, so its database effects happen
exactly once even if the process dies at any moment.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from pydantic import TypeAdapter

from unificx.core.access import Access, stating
from unificx.core.clock import Clock
from unificx.core.events import DomainEvent
from unificx.core.faults import describe_fault
from unificx.db import repository
from unificx.db.database import Database, UnitOfWork, event_adapter, event_name
from unificx.db.models import HandledRow, OutboxRow
from unificx.db.polling_worker import PollingWorker

F = TypeVar("F", bound=DomainEvent)
_BATCH_SIZE = 100
_MAX_ATTEMPTS = 8
_MAX_DELAY = 300.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Handler:
    name: str
    adapter: TypeAdapter[Any]
    handle: Callable[[Any, UnitOfWork], Awaitable[None]]
    access: Access | None


class Outbox:
    """Delivers events: to `publish` (the event bus) as soon as they are committed, to each subscribed handler until it
    succeeds.

    A failing handler is retried with exponential back-off. After several attempts the event is parked until the next
    `start`. Later events are delivered meanwhile.
    """

    def __init__(self, database: Database, publish: Callable[[DomainEvent], None], clock: Clock) -> None:
        self._database, self._publish, self._clock = database, publish, clock
        # Owner: this node: filled once at the start, equal on all nodes.
        self._handlers: dict[str, list[_Handler]] = defaultdict(list)
        self._worker = PollingWorker(
            database, self.deliver, repository.next_due, failure_event="outbox_delayed", retry_delay=1.0
        )
        database.subscribe(self._on_commit)

    def subscribe(
        self, event_type: type[F], handler: Callable[[F, UnitOfWork], Awaitable[None]], *, purpose: str | None = None
    ) -> None:
        """Call `handler` for every event whose class is exactly `event_type`, in a separate unit of work.

        `purpose`: the one for which it opens personal data; without it, it may not open any.
        """
        target = getattr(handler, "__func__", handler)
        name = f"{target.__module__}.{target.__qualname__}"
        handlers = self._handlers[event_name(event_type)]
        if any(other.name == name for other in handlers):
            raise ValueError(f"{name} is already subscribed")
        handlers.append(_Handler(name, event_adapter(event_type), handler, Access(purpose, name) if purpose else None))

    async def start(self) -> None:
        """Retry events parked by an earlier process: the cause may have been fixed."""
        async with self._database.begin() as uow:
            await repository.unpark_events(uow.session, self._clock.now())

    async def deliver(self) -> None:
        """Deliver all events that are due."""
        while True:
            async with self._database.read() as session:
                rows = await repository.due_events(session, self._clock.now(), _BATCH_SIZE)
            for row in rows:
                await self._dispatch(row)
            if not rows:
                return

    async def parked(self) -> int:
        """Return the number of parked events. Each needs an operator's attention."""
        async with self._database.read() as session:
            return await repository.count_parked(session)

    async def run(self) -> None:
        """Deliver whenever an event is committed or due, until cancelled."""
        await self._worker.run()

    def _on_commit(self, events: list[DomainEvent]) -> None:
        for event in events:
            self._publish(event)
        self._worker.wake()

    async def _dispatch(self, row: OutboxRow) -> None:
        handlers = self._handlers.get(row.name, [])
        failed = False
        for number, handler in enumerate(handlers):
            last = number == len(handlers) - 1 and not failed
            try:
                async with self._database.begin() as uow:
                    if not await repository.lock_event(uow.session, row.seq):
                        return
                    await self._run_handler(row, handler, uow, last=last)
            except Exception as fault:  # any error: the other handlers must still run
                log.warning("event_handler_failed", event_id=row.id, handler=handler.name, **describe_fault(fault))
                failed = True
        if failed or not handlers:
            await self._finish(row, failed=failed)

    @staticmethod
    async def _run_handler(row: OutboxRow, handler: _Handler, uow: UnitOfWork, *, last: bool) -> None:
        if not await repository.was_handled(uow.session, row.id, handler.name):
            with stating(handler.access):
                await handler.handle(handler.adapter.validate_json(row.body), uow)
            if not last:
                uow.session.add(HandledRow(fact_id=row.id, handler=handler.name))
        if last:
            await repository.delete_event(uow.session, row.seq)

    async def _finish(self, row: OutboxRow, *, failed: bool) -> None:
        async with self._database.begin() as uow:
            if not failed:
                await repository.delete_event(uow.session, row.seq)
                return
            tries = row.tries + 1
            delay = timedelta(seconds=min(2.0**tries, _MAX_DELAY))
            due, parked = self._clock.now() + delay, tries >= _MAX_ATTEMPTS
            if parked:
                log.error("event_parked", event_id=row.id, name=row.name, tries=tries)
            await repository.postpone_event(uow.session, row.seq, tries=tries, due=due, parked=parked)
