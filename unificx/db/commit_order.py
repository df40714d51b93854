"""Order of the units of work of this process that held the same lock, after their commits."""

import asyncio
from collections import defaultdict
from typing import Self


class CommitOrder:
    """Lets units of work finish in the order in which they held a lock.

    PostgreSQL releases a lock before it answers the commit. The commit of the next holder may therefore be answered
    first, and what the two then store in memory would be stored in the wrong order.
    """

    def __init__(self) -> None:
        # Owner: the process. Other processes have memory of their own.
        self._holders = defaultdict[int, list[CommitTurn]](list)

    def begin(self) -> "CommitTurn":
        return CommitTurn(self._holders)


class CommitTurn:
    """Place of one unit of work: `hold` with each lock obtained, `wait` after the commit, closed at the end."""

    def __init__(self, holders: "defaultdict[int, list[CommitTurn]]") -> None:
        self._holders = holders
        """Per lock the units of work that have held it and not ended, in order."""
        # Owner: the unit of work.
        self._locks = set[int]()
        self._earlier: list[CommitTurn] = []
        self._ended = asyncio.Event()

    def hold(self, lock: int) -> None:
        """Follow the holders before. Call while the database holds the lock for this unit of work."""
        if lock in self._locks:
            return
        self._locks.add(lock)
        self._earlier += self._holders[lock]
        self._holders[lock].append(self)

    async def wait(self) -> None:
        """Wait until all earlier holders have ended. Their transactions have: only the answers are on the way."""
        for each in self._earlier:
            await each._ended.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._ended.set()
        self._earlier.clear()
        for lock in self._locks:
            self._holders[lock].remove(self)
            if not self._holders[lock]:
                del self._holders[lock]
