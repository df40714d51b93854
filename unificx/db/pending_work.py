"""Work of a node that is done once it is possible, such as when the database is back."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from unificx.core.faults import describe_fault
from unificx.db.polling_worker import shield_until_done
from unificx.db.sweeping import log_and_continue

T = TypeVar("T")
RETRY_SECONDS = 60.0
log = structlog.get_logger()


class PendingWork:
    """`attempt` does a piece of work. If that fails, it waits in memory until `run` of the same node succeeds with it.

    `failure_event` is logged if a repetition fails.
    """

    def __init__(self, failure_event: str) -> None:
        self._failure_event = failure_event
        # Owner: this node.
        self._waiting: deque[Callable[[], Awaitable[object]]] = deque()

    def add(self, work: Callable[[], Awaitable[object]]) -> None:
        """Leave work to `repeat`."""
        self._waiting.append(work)

    async def attempt(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do work to its end, even if cancelled meanwhile. It is repeated if it raises an error, which is raised here
        too."""
        return await shield_until_done(self._attempt(work))

    async def _attempt(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        except BaseException:  # any error, and the cancellation of work that takes too long
            self.add(work)
            raise

    async def repeat(self) -> None:
        """Do all work that waits, one piece at a time: calls need connections to the database too. Does not raise."""
        try:
            for _ in range(len(self._waiting)):
                if not self._waiting:  # another round has taken it meanwhile
                    return
                with log_and_continue(self._failure_event):
                    await self.attempt(self._waiting.popleft())
        except Exception as fault:  # an unreachable database: all of it waits
            log.warning(self._failure_event, waiting=len(self._waiting), **describe_fault(fault))

    async def run(self) -> None:
        """Repeat until cancelled. To be run on every node."""
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            await self.repeat()
