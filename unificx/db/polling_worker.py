"""Worker for jobs stored in the database: runs when woken, and when the next job is due."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.database import Database

T = TypeVar("T")
_GLANCE = 30.0
"""Polling interval in seconds, to find jobs left by a process that died."""
_LAST_WORDS = 3.0
"""Seconds that running work may still take after cancellation."""

log = structlog.get_logger()


async def undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to the end even if cancelled: an interrupted statement leaves an unusable connection."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(Exception):
            await asyncio.wait_for(task, _LAST_WORDS)
        raise


class Rounds:
    """`process_due` does all jobs due now; `next_due` returns when the next one is due, None if there is none.

    `failure_event` is logged if a run fails, usually because the database is unavailable. The next run starts
    `retry_delay` seconds later.
    """

    def __init__(
        self,
        database: Database,
        deliver: Callable[[], Awaitable[None]],
        next_due: Callable[[AsyncSession], Awaitable[datetime | None]],
        *,
        waits: str,
        patience: float = _GLANCE,
    ) -> None:
        self._database = database
        self._deliver = deliver
        self._next_due = next_due
        self._waits = waits
        self._patience = patience
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Start the next run now: a job was added."""
        self._wake.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._wake.clear()
            try:
                pause = await undisturbed(self._round())
            except Exception as fault:
                log.warning(self._waits, fault=type(fault).__name__)
                pause = self._patience
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def _round(self) -> float:
        """Process due jobs once; return the seconds until the next run."""
        await self._deliver()
        async with self._database.read() as session:
            due = await self._next_due(session)
        if due is None:
            return _GLANCE
        return min(max((due - self._database.clock.now()).total_seconds(), 0.05), _GLANCE)
