"""Client side of a recording tap."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from unificx.media.mixer.messages import Chunk, TapReason

MAX_QUEUED_CHUNKS = 3000
"""Maximum number of queued chunks: ten minutes."""


class TapStream:
    """Async iterator of a tap's chunks, in order. `reason` is set when it has ended."""

    def __init__(self, tap: str) -> None:
        self.tap = tap
        self.reason: TapReason | None = None
        self.dropped = 0
        """Chunks that were not consumed in time; the offsets of the others show the gaps."""
        # Owner: the node that holds the call.
        self._chunks: deque[Chunk] = deque()
        self._changed = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        while not self._chunks:
            if self.reason is not None:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._chunks.popleft()

    def put(self, chunk: Chunk) -> None:
        if len(self._chunks) >= MAX_QUEUED_CHUNKS:
            self.dropped += 1
            return
        self._chunks.append(chunk)
        self._changed.set()

    def end(self, reason: TapReason) -> None:
        self.reason = self.reason or reason
        self._changed.set()
