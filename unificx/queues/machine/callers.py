"""The waiting callers of a queue, in the order in which they are served."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from unificx.queues.machine.messages import Announce
from unificx.queues.schemas import QueueSettings

Place = tuple[float, int]
"""Sort key of a caller: arrival, earlier by the priority; sequence number."""
MAX_PRIORITY = 9
LEVEL_SECONDS = 300.0
"""Seconds of waiting that count as much as one level of priority. So callers with the same priority are served by
arrival, and a caller without one is overtaken for 45 minutes at most: the place in the line is fixed, and those who
arrive later than that come after it, whatever their priority."""
NEVER = float("inf")
FIRST_ANNOUNCEMENT = 10.0
"""Seconds from entry to the first announcement."""


@dataclass(slots=True)
class CallerRecord:
    """A waiting caller. `agents`: rung or reserved for them. `tried`: agents that did not answer them in this round.

    `callback`: "" while the caller is on the line, "waiting" for their turn, "calling" while they are called back.
    """

    id: str
    arrived: float
    sequence: int
    priority: int = 0
    leaves_at: float = NEVER
    announce_at: float = NEVER
    prompt_at: float = NEVER
    offer_at: float = NEVER
    agents: tuple[str, ...] = ()
    tried: set[str] = field(default_factory=set[str])
    callback: Literal["", "waiting", "calling"] = ""
    not_before: float = 0.0
    """When a callback is tried, or, while the caller is called back, when that counts as failed."""
    attempts: int = 0

    @property
    def place(self) -> Place:
        """Where the caller stands in the line."""
        return self.arrived - self.priority * LEVEL_SECONDS, self.sequence

    @property
    def due(self) -> float:
        """The time at which something must be done for the caller."""
        if self.callback:
            return self.not_before if self.agents else min(self.leaves_at, self.not_before or NEVER)
        leaves_at = NEVER if self.agents else self.leaves_at  # if agents are rung, they may still answer
        return min(leaves_at, self.announce_at, self.prompt_at)

    @property
    def is_unserved(self) -> bool:
        """Whether agents may be rung for the caller."""
        return not self.agents and self.callback != "calling" and not self.not_before

    def start_waiting(self, settings: QueueSettings, now: float) -> None:
        """Set the deadlines of a caller on the line."""
        self.leaves_at = now + (settings.max_wait or NEVER)
        self.announce_at = now + (min(FIRST_ANNOUNCEMENT, settings.announce_every) or NEVER)
        self.prompt_at = now + (settings.prompt_every or NEVER)
        self.offer_at = now + (settings.callback_after or NEVER)

    def announcement(self, settings: QueueSettings, position: int, wait: float | None, now: float) -> Announce | None:
        """Return what is announced now, None for nothing, and set the time of the next one."""
        spoken = Announce(self.id)
        if now >= self.announce_at:
            self.announce_at = now + (settings.announce_every or NEVER)
            spoken = Announce(
                self.id,
                position if settings.announce_position else None,
                wait if settings.announce_wait else None,
                offer=now >= self.offer_at,
            )
        if now >= self.prompt_at:
            self.prompt_at = now + (settings.prompt_every or NEVER)
            spoken = replace(spoken, prompt=True)
        return spoken if spoken != Announce(self.id) else None


class CallerLine:
    """All waiting callers, in the order in which they are served."""

    def __init__(self) -> None:
        self._callers: dict[str, CallerRecord] = {}
        self._places: list[tuple[Place, str]] = []
        self._unserved: list[tuple[Place, str]] = []

    def __len__(self) -> int:
        return len(self._callers)

    def __iter__(self) -> Iterator[CallerRecord]:
        return (self._callers[id_] for _, id_ in self._places)

    def get(self, caller_id: str) -> CallerRecord | None:
        return self._callers.get(caller_id)

    def add(self, caller: CallerRecord) -> None:
        self._callers[caller.id] = caller
        insort(self._places, (caller.place, caller.id))
        self.refresh(caller)

    def remove(self, caller: CallerRecord) -> None:
        del self._callers[caller.id]
        _discard(self._places, (caller.place, caller.id))
        _discard(self._unserved, (caller.place, caller.id))

    def move(self, caller: CallerRecord, priority: int) -> None:
        """Give a caller another priority."""
        self.remove(caller)
        caller.priority = priority
        self.add(caller)

    def refresh(self, caller: CallerRecord) -> None:
        """Update whether the caller is unserved."""
        entry = caller.place, caller.id
        _discard(self._unserved, entry)
        if caller.is_unserved:
            insort(self._unserved, entry)

    def first_unserved(self) -> CallerRecord | None:
        """Return the caller that is served next."""
        return self._callers[self._unserved[0][1]] if self._unserved else None

    def position(self, caller: CallerRecord) -> int:
        """Return the caller's position, from 1."""
        return bisect_left(self._places, (caller.place, caller.id)) + 1


def _discard(entries: list[tuple[Place, str]], entry: tuple[Place, str]) -> None:
    at = bisect_left(entries, entry)
    if at < len(entries) and entries[at] == entry:
        del entries[at]
