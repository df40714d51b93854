"""Recordings that wait for a worker, which processes them one by one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.audio_store import AudioRecord
from unificx.core.errors import StorageFull
from unificx.core.faults import describe_fault
from unificx.db import Database

log = structlog.get_logger()
_BATCH_SIZE = 20


@dataclass(frozen=True, slots=True)
class Work:
    """The treatment of each recording. `find` returns those that wait, oldest first; a fault that is `final` is logged
    as `event`."""

    find: Callable[[AsyncSession, int], Awaitable[list[AudioRecord]]]
    process: Callable[[AudioRecord], Awaitable[None]]
    final: tuple[type[Exception], ...]
    event: str


class Backlog:
    """Processes what waits. A recording with a final fault is not tried again before the next start."""

    def __init__(self, database: Database, work: Work) -> None:
        self._database = database
        self._work = work
        # Owner: the node that holds the lease of the worker.
        self._failed: set[str] = set()

    async def process_all(self) -> int:
        """Process every recording that can be; return their number."""
        done, skipped = 0, set(self._failed)
        while True:
            async with self._database.read() as session:
                rows = await self._work.find(session, _BATCH_SIZE + len(skipped))
            rows = [row for row in rows if row.id not in skipped]
            if not rows:
                return done
            for row in rows:
                try:
                    await self._work.process(row)
                    done += 1
                except StorageFull:
                    skipped.add(row.id)
                except self._work.final as fault:
                    log.warning(self._work.event, recording=row.id, **describe_fault(fault))
                    skipped.add(row.id)
                    self._failed.add(row.id)
