"""Returns memory to the system after a burst of calls or connections."""

import asyncio
import ctypes
import gc
from collections.abc import Callable

INTERVAL = 10.0
"""Seconds between two checks."""
MIN_PEAK = 2_000
"""Transactions from which a burst is worth a full collection."""
TRANSACTIONS_PER_CONNECTION = 10
"""A WebSocket over TLS uses about as much memory as this many transactions."""


class BurstLoad:
    """The load of the server as a number of transactions: `transactions` now, and new connections since the last call.

    `connections` returns how many connections were made so far; those of an attacker may last for moments only.
    """

    def __init__(self, transactions: Callable[[], int], connections: Callable[[], int]) -> None:
        self._transactions = transactions
        self._connections = connections
        self._counted = connections()

    def __call__(self) -> int:
        before, self._counted = self._counted, self._connections()
        return self._transactions() + TRANSACTIONS_PER_CONNECTION * (self._counted - before)


class MemoryReclaimer:
    """Collects garbage once the `load`, a number of transactions, has fallen to a tenth of its peak.

    With the thresholds of the server a full collection otherwise hardly ever happens. It also empties the free lists of
    the interpreter. These hold thousands of unused tuples and lists, spread over the memory of the burst, and the
    allocator releases memory only in whole megabytes without any of them. At a tenth of the load few objects are left,
    so that this takes some tens of milliseconds.
    """

    def __init__(self, load: Callable[[], int], release: Callable[[], None] | None = None) -> None:
        self._load = load
        self._release = release or release_memory
        self._peak = 0

    async def run(self) -> None:
        """Check the load until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            self.check()

    def check(self) -> None:
        """Release memory if a burst is over."""
        load = self._load()
        self._peak = max(self._peak, load)
        if self._peak >= MIN_PEAK and load <= self._peak // 10:
            self._peak = load
            self._release()


def release_memory() -> None:
    """Collect garbage and return free pages of the C library's heap."""
    gc.collect()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
