"""Deadlines of many things at once, most of them far away and never reached (a call's longest length, a session timer).

Near deadlines stand in a heap; far ones stand nowhere and are found again by a sweep over what is alive, so that a
thing that is gone leaves nothing behind.
"""

import heapq
from collections.abc import Callable, Iterable


class Agenda:
    """`alive` gives (deadline, name) of everything that has a deadline; it is asked once every `sweep` seconds."""

    def __init__(self, alive: Callable[[], Iterable[tuple[float, str]]], sweep: float = 10.0) -> None:
        self._alive = alive
        self._sweep = sweep
        self._next = float("-inf")
        self._near: list[tuple[float, str]] = []

    def note(self, at: float | None, name: str) -> None:
        """A deadline is new or has moved. One that moved away leaves an entry that comes up as stale."""
        if at is not None and at <= self._next:
            heapq.heappush(self._near, (at, name))

    def deadline(self) -> float:
        """When `due` wants to be called."""
        return min(self._next, self._near[0][0]) if self._near else self._next

    def due(self, now: float) -> list[str]:
        """The names whose time has come, each once; one may be stale, so look at the thing's own deadline."""
        if now >= self._next:
            self._next = now + self._sweep
            self._near = [entry for entry in self._alive() if entry[0] <= self._next]
            heapq.heapify(self._near)
        names: dict[str, None] = {}
        while self._near and self._near[0][0] <= now:
            names[heapq.heappop(self._near)[1]] = None
        return list(names)
