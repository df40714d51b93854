"""The event loop, which nothing may hold up, and background tasks that outlive the request that started them."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from unificx.core.access import Access, context_stating


def is_in_event_loop() -> bool:
    """Return whether this is the thread of a running event loop: what waits on it holds up calls."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class BackgroundTasks:
    """Tasks that are not awaited one by one. Holds references to them: the event loop itself keeps only weak ones.

    All have the same `access`, not that of the request that starts them; with None they may not open personal data.
    """

    def __init__(self, access: Access | None = None) -> None:
        self._access = access
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start a task. Its exceptions are reported by the event loop and not raised anywhere."""
        task = asyncio.get_running_loop().create_task(coroutine, context=context_stating(self._access))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def join(self) -> None:
        """Wait until no task is left, including tasks started meanwhile."""
        while self._tasks:
            # Not `gather`: since Python 3.12 it does not yield to the loop if all tasks are done, and done tasks are
            # removed from the set only by a loop callback. This would become a busy loop that blocks everything else.
            await asyncio.wait(self._tasks)

    async def close(self, seconds: float = 0) -> None:
        """Wait at most `seconds` for the remaining tasks, then cancel them."""
        if seconds and self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await self.join()
