"""Work that goes on after whoever began it has gone on."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Background:
    """Tasks that nobody waits for one by one. They are kept here: the event loop alone would let go of them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it now. What it raises is told by the event loop, and raised nowhere."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Return once nothing is left, what was begun meanwhile included."""
        while self._tasks:
            # Not `gather`: from Python 3.12 on it does not give way to the loop if all are done already, and what is
            # done leaves the set only when the loop comes round. It would turn for ever and hold up everything else.
            await asyncio.wait(self._tasks)

    async def close(self, seconds: float = 0) -> None:
        """Give what is left that long, then cancel it."""
        if seconds and self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await self.settle()
