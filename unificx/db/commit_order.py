"""Order of the units of work of this process that hold the same lock, until their memory has followed their rows."""

import asyncio
from collections import defaultdict
from typing import Self


class CommitOrder:
    """Lets a unit of work go on with a lock once the holders before have ended.

    PostgreSQL releases a lock before it answers the commit. The next holder would otherwise read memory, and change it,
    before the one that has committed has written there.
    """

    def __init__(self) -> None:
        # Owner: the process. Other processes have memory of their own.
        self._holders = defaultdict[int, list[CommitTurn]](list)

    def begin(self) -> "CommitTurn":
        return CommitTurn(self._holders)


class CommitTurn:
    """Place of one unit of work: `hold` with each lock obtained, closed after the callbacks of the commit."""

    def __init__(self, holders: "defaultdict[int, list[CommitTurn]]") -> None:
        self._holders = holders
        """Per lock the units of work that have held it and not ended, in order."""
        # Owner: the unit of work.
        self._locks = set[int]()
        self._ended = asyncio.Event()

    async def hold(self, lock: int) -> None:
        """Wait until all earlier holders have ended. Call while the database holds the lock for this unit of work:
        their transactions have ended then, only the answers are on the way, and no end waits for a later holder."""
        if lock in self._locks:
            return
        earlier = tuple(self._holders[lock])
        self._locks.add(lock)
        self._holders[lock].append(self)
        for each in earlier:  # all, since a holder that was cancelled while it waited ends before those before it
            await each._ended.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._ended.set()
        for lock in self._locks:
            self._holders[lock].remove(self)
            if not self._holders[lock]:
                del self._holders[lock]
