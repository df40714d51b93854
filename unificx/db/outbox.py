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

from unificx.core.clock import Clock
from unificx.core.events import DomainEvent, EventBus
from unificx.db import repository
from unificx.db.database import Database, UnitOfWork, fact_name, fact_words
from unificx.db.models import HandledRow, OutboxRow
from unificx.db.polling_worker import Rounds

F = TypeVar("F", bound=DomainEvent)
_BATCH = 100
_TRIES = 8
_LONGEST_WAIT = 300.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Handler:
    name: str
    words: TypeAdapter[Any]
    handle: Callable[[Any, UnitOfWork], Awaitable[None]]


class Outbox:
    """Delivers events: to the bus as soon as they are committed, to each subscribed handler until it succeeds.

    A failing handler is retried with exponential back-off. After several attempts the event is parked until the next
    `start`. Later events are delivered meanwhile.
    """

    def __init__(self, database: Database, bus: EventBus, clock: Clock) -> None:
        self._database, self._bus, self._clock = database, bus, clock
        self._handlers: dict[str, list[_Handler]] = defaultdict(list)
        self._rounds = Rounds(database, self.deliver, repository.next_due, waits="outbox_delayed", patience=1.0)
        database.committed = self._committed

    def subscribe(self, kind: type[F], handler: Callable[[F, UnitOfWork], Awaitable[None]]) -> None:
        """Call `handler` for every event whose class is exactly `kind`, in a separate unit of work."""
        target = getattr(handler, "__func__", handler)
        name = f"{target.__module__}.{target.__qualname__}"
        handlers = self._handlers[fact_name(kind)]
        if any(other.name == name for other in handlers):
            raise ValueError(f"{name} is already subscribed")
        handlers.append(_Handler(name, fact_words(kind), handler))

    async def start(self) -> None:
        """Retry events parked by an earlier process: the cause may have been fixed."""
        async with self._database.begin() as uow:
            await repository.unpark_facts(uow.session, self._clock.now())

    async def deliver(self) -> None:
        """Deliver all events that are due."""
        while True:
            async with self._database.read() as session:
                rows = await repository.due_facts(session, self._clock.now(), _BATCH)
            for row in rows:
                await self._tell(row)
            if not rows:
                return

    async def parked(self) -> int:
        """Return the number of parked events. Each needs an operator's attention."""
        async with self._database.read() as session:
            return await repository.count_parked(session)

    async def run(self) -> None:
        """Deliver whenever an event is committed or due, until cancelled."""
        await self._rounds.run()

    def _committed(self, facts: list[DomainEvent]) -> None:
        for fact in facts:
            self._bus.publish(fact)
        self._rounds.wake()

    async def _tell(self, row: OutboxRow) -> None:
        handlers = self._handlers.get(row.name, [])
        failed = False
        for number, handler in enumerate(handlers):
            last = number == len(handlers) - 1 and not failed
            try:
                async with self._database.begin() as uow:
                    if not await repository.hold_fact(uow.session, row.seq):
                        return
                    await self._hand_over(row, handler, uow, last=last)
            except Exception as fault:  # any error: the other handlers must still run
                log.warning("event_handler_failed", event_id=row.id, handler=handler.name, fault=type(fault).__name__)
                failed = True
        if failed or not handlers:
            await self._settle(row, failed=failed)

    @staticmethod
    async def _hand_over(row: OutboxRow, handler: _Handler, uow: UnitOfWork, *, last: bool) -> None:
        if not await repository.was_handled(uow.session, row.id, handler.name):
            await handler.handle(handler.words.validate_json(row.body), uow)
            if not last:
                uow.session.add(HandledRow(fact_id=row.id, handler=handler.name))
        if last:
            await repository.delete_fact(uow.session, row.seq)

    async def _settle(self, row: OutboxRow, *, failed: bool) -> None:
        async with self._database.begin() as uow:
            if not failed:
                await repository.delete_fact(uow.session, row.seq)
                return
            tries = row.tries + 1
            wait = timedelta(seconds=min(2.0**tries, _LONGEST_WAIT))
            due, parked = self._clock.now() + wait, tries >= _TRIES
            if parked:
                log.error("event_parked", event_id=row.id, name=row.name, tries=tries)
            await repository.postpone_fact(uow.session, row.seq, tries=tries, due=due, parked=parked)
