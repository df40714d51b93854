"""Errands: pieces of work of the cleanup. One that fails is logged, and keeps no other from being done."""

from collections.abc import Coroutine
from typing import Any

import structlog

from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault

log = structlog.get_logger()


class Errands:
    """`run` does one now, `start` in the background."""

    def __init__(self) -> None:
        self._tasks = BackgroundTasks(Access("administration", "cleanup"))

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        self._tasks.spawn(self.run(work))

    async def run(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as fault:
            log.error("errand_failed", **describe_fault(fault))

    async def join(self) -> None:
        """Wait for those in the background."""
        await self._tasks.join()
