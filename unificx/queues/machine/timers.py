"""Deadlines by key, of which each key has one at most."""

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
_SLACK = 64
"""Stale entries kept before the heap is rebuilt."""


class Timers(Generic[K]):
    """A heap of deadlines. Replaced ones stay in the heap until they are due or become the majority."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, K]] = []
        self._current: dict[K, tuple[float, int]] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, key: K, at: float | None) -> None:
        """Set, move or clear (None or infinity) the deadline of a key."""
        if at is None or at == float("inf"):
            self._current.pop(key, None)
            return
        known = self._current.get(key)
        if known is not None and known[0] == at:
            return
        self._count += 1
        self._current[key] = at, self._count
        heapq.heappush(self._heap, (at, self._count, key))
        if len(self._heap) > 2 * len(self._current) + _SLACK:
            self._heap = [(at, number, key) for key, (at, number) in self._current.items()]
            heapq.heapify(self._heap)

    def deadline(self) -> float | None:
        """Return the earliest deadline."""
        while self._heap and self._current.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[K]:
        """Remove the deadlines that have passed and return their keys, in order."""
        found: list[K] = []
        while (at := self.deadline()) is not None and at <= now:
            key = heapq.heappop(self._heap)[2]
            del self._current[key]
            found.append(key)
        return found
