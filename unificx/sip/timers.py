"""Timer values of RFC 3261, and a hashed timer wheel for the deadlines of all transactions."""

from heapq import heappop, heappush
from typing import Generic, TypeVar

T1 = 0.5
"""Round-trip estimate in seconds (RFC 3261 17.1.1.1): the first retransmission interval."""
T2 = 4.0
"""Maximum retransmission interval of non-INVITE requests and of final responses to INVITE, seconds."""
T4 = 5.0
"""Maximum time a message remains in the network, seconds."""
TIMEOUT_64_T1 = 64 * T1
"""Timers B, F, H, J, L and M, seconds: the transaction is over after this time."""
TIMER_D = 32.0
"""How long a rejected INVITE absorbs retransmissions of the response on an unreliable flow, seconds."""
TRYING_DELAY = 0.2
"""An INVITE is answered with 100 after this many seconds without another response (RFC 3261 17.2.1)."""
TIMER_C = 180.0
"""Timer C (RFC 3261 16.6): how long an outgoing INVITE may stay unanswered after its last provisional response."""

SLOT_SECONDS = 0.02


T = TypeVar("T")


class TimerWheel(Generic[T]):
    """A hashed timer wheel of 20 ms slots. An item has at most one entry per slot."""

    __slots__ = ("_order", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, dict[T, None]] = {}
        self._order: list[int] = []

    def add(self, at: float, item: T) -> None:
        """Schedule `item` for `at` (monotonic seconds). It comes due up to one slot later, never earlier."""
        index = int(at / SLOT_SECONDS) + 1
        slot = self._slots.get(index)
        if slot is None:
            self._slots[index] = {item: None}
            heappush(self._order, index)
        else:
            slot[item] = None

    def remove(self, at: float, item: T) -> None:
        """Remove the entry of `item` for `at`, if it has not come due."""
        slot = self._slots.get(int(at / SLOT_SECONDS) + 1)
        if slot is not None:
            slot.pop(item, None)

    def deadline(self) -> float | None:
        """Return when to call `due` next, None if no entry was added since; its slot may be empty by then."""
        return self._order[0] * SLOT_SECONDS if self._order else None

    def due(self, now: float) -> list[T]:
        """Remove and return the items that are due, in order of slots."""
        items: list[T] = []
        order = self._order
        while order and order[0] * SLOT_SECONDS <= now:
            items += self._slots.pop(heappop(order))
        return items

    def __len__(self) -> int:
        return sum(map(len, self._slots.values()))
