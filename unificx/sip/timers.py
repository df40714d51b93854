"""The timer values of RFC 3261 and one hashed wheel that holds every transaction's next deadline."""

from heapq import heappop, heappush

T1 = 0.5
"""Round-trip estimate in seconds (RFC 3261 17.1.1.1): the first retransmission interval."""
T2 = 4.0
"""The longest retransmission interval of non-INVITE requests and of INVITE's refusals, seconds."""
T4 = 5.0
"""How long a message may stay in the network, seconds."""
LIFETIME = 64 * T1
"""Timers B, F, H, J, L and M, seconds: after this nobody waits for the transaction any more."""
TIMER_D = 32.0
"""How long a refused INVITE absorbs the refusal's retransmissions on an unreliable flow, seconds."""
TRYING_AFTER = 0.2
"""An INVITE gets its 100 after this many seconds unless something better was said (RFC 3261 17.2.1)."""
RING_LIMIT = 180.0
"""Timer C (RFC 3261 16.6): how long after its last provisional response an INVITE of ours may stay unanswered."""

SLOT = 0.02


class Wheel:
    """A hashed timer wheel of 20 ms slots for integer keys.

    Nothing is ever taken out early: the owner asks itself, when a key comes due, whether that deadline still holds.
    An entry costs one list append; a stale one keeps nothing but a number alive.
    """

    __slots__ = ("_order", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, list[int]] = {}
        self._order: list[int] = []

    def add(self, at: float, key: int) -> None:
        """Let `key` come due at `at` (monotonic seconds), or up to a slot later; never earlier."""
        index = int(at / SLOT) + 1
        slot = self._slots.get(index)
        if slot is None:
            self._slots[index] = [key]
            heappush(self._order, index)
        else:
            slot.append(key)

    def deadline(self) -> float | None:
        """When `due` next has something to say."""
        return self._order[0] * SLOT if self._order else None

    def due(self, now: float) -> list[int]:
        """The keys whose time has come, in order of slots; a key may come twice."""
        keys: list[int] = []
        order = self._order
        while order and order[0] * SLOT <= now:
            keys += self._slots.pop(heappop(order))
        return keys

    def __len__(self) -> int:
        return sum(map(len, self._slots.values()))
