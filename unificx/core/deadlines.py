"""Deadline queue for many objects with mostly distant, rarely reached deadlines (maximum call length, session timer).

Near deadlines are kept in a heap; far ones are not stored and are found again by a periodic sweep over the live
objects, so a removed object leaves no entry behind.
"""

import heapq
from collections.abc import Callable, Iterable

SWEEP = 10.0
"""Seconds between two sweeps."""


class DeadlineQueue:
    """Deadlines by name. `live` yields (deadline, name) of every live object, called once every `SWEEP` seconds."""

    def __init__(self, live: Callable[[], Iterable[tuple[float, str]]]) -> None:
        self._live = live
        self._next = float("-inf")
        self._near: list[tuple[float, str]] = []

    def schedule(self, at: float | None, name: str) -> None:
        """Add or move a deadline. Moving one to a later time leaves a stale entry, which `due` still returns."""
        if at is not None and at <= self._next:
            heapq.heappush(self._near, (at, name))

    def deadline(self) -> float:
        """Return the time at which `due` has to be called next."""
        return min(self._next, self._near[0][0]) if self._near else self._next

    def due(self, now: float) -> list[str]:
        """Return the names whose deadline has passed, each once. Entries may be stale: check the object itself."""
        if now >= self._next:
            self._next = now + SWEEP
            self._near = [entry for entry in self._live() if entry[0] <= self._next]
            heapq.heapify(self._near)
        names: dict[str, None] = {}
        while self._near and self._near[0][0] <= now:
            names[heapq.heappop(self._near)[1]] = None
        return list(names)
