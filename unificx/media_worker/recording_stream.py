"""Client side of a recording tap."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from unificx.media.mixer.messages import Chunk, TapReason

WAITING = 3000
"""Maximum number of queued chunks: ten minutes."""


class Recording:
    """Async iterator of a tap's chunks, in order. `reason` is set when it has ended."""

    def __init__(self, tap: str) -> None:
        self.tap = tap
        self.reason: TapReason | None = None
        self.dropped = 0
        """Chunks that were not consumed in time; the offsets of the others show the gaps."""
        self._pieces: deque[Chunk] = deque()
        self._news = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        while not self._pieces:
            if self.reason is not None:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._pieces.popleft()

    def take(self, piece: Chunk) -> None:
        if len(self._pieces) >= WAITING:
            self.dropped += 1
            return
        self._pieces.append(piece)
        self._news.set()

    def end(self, reason: TapReason) -> None:
        self.reason = self.reason or reason
        self._news.set()
