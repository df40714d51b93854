"""Worker for jobs stored in the database: runs when woken, and when the next job is due."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.faults import RepeatedFault, describe_fault
from unificx.db.database import Database

T = TypeVar("T")
_POLL_INTERVAL = 30.0
"""Polling interval in seconds, to find jobs left by a process that died."""
_CANCEL_GRACE = 3.0
"""Seconds that running work may still take after cancellation."""

log = structlog.get_logger()


async def shield_until_done(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to the end even if cancelled: an interrupted statement leaves an unusable connection."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(Exception):
            await asyncio.wait_for(task, _CANCEL_GRACE)
        raise


class PollingWorker:
    """`process_due` does all jobs due now; `next_due` returns when the next one is due, None if there is none.

    `failure_event` is logged if a run fails, usually because the database is unavailable; for a failure that repeats,
    every ten minutes. The next run starts `retry_delay` seconds later.
    """

    def __init__(
        self,
        database: Database,
        process_due: Callable[[], Awaitable[None]],
        next_due: Callable[[AsyncSession], Awaitable[datetime | None]],
        *,
        failure_event: str,
        retry_delay: float = _POLL_INTERVAL,
    ) -> None:
        self._database = database
        self._process_due = process_due
        self._next_due = next_due
        self._failure_event = failure_event
        self._retry_delay = retry_delay
        self._wake = asyncio.Event()
        self._fault = RepeatedFault()

    def wake(self) -> None:
        """Start the next run now: a job was added."""
        self._wake.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._wake.clear()
            try:
                delay = await shield_until_done(self._run_once())
                self._fault.end()
            except Exception as fault:
                if self._fault.is_due(fault, self._database.clock.monotonic()):
                    log.warning(self._failure_event, **describe_fault(fault))
                delay = self._retry_delay
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._wake.wait()

    async def _run_once(self) -> float:
        """Process due jobs once; return the seconds until the next run."""
        await self._process_due()
        async with self._database.read() as session:
            due = await self._next_due(session)
        if due is None:
            return _POLL_INTERVAL
        return min(max((due - self._database.clock.now()).total_seconds(), 0.05), _POLL_INTERVAL)
