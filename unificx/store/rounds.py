"""Work that waits in the database and is done in rounds: as soon as some comes, and when the next is due."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.store.database import Database

T = TypeVar("T")
_GLANCE = 30.0
"""Seconds between looks for what a process which died left behind."""
_LAST_WORDS = 3.0
"""Seconds a round may still take when it is told to stop."""

log = structlog.get_logger()


async def undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Finish the work even if cancelled meanwhile: a statement that is torn off leaves a connection nobody can tidy."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(Exception):
            await asyncio.wait_for(task, _LAST_WORDS)
        raise


class Rounds:
    """`deliver` does all that is due now; `next_due` says when the next will be, None for nothing known.

    `waits` is what the log calls a round that failed: the database is away. The next begins `patience` seconds later.
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
        """Something was put there."""
        self._wake.set()

    async def run(self) -> None:
        """Go round until cancelled."""
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
        """Seconds until the next."""
        await self._deliver()
        async with self._database.read() as session:
            due = await self._next_due(session)
        if due is None:
            return _GLANCE
        return min(max((due - self._database.clock.now()).total_seconds(), 0.05), _GLANCE)
