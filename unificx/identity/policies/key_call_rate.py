"""Limits the calls that programs place, so that a faulty one cannot ring phones without end."""

from collections.abc import Sequence

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.errors import TooManyRequests
from unificx.core.rate_limit import SlidingWindow

MAX_CALLS = 60
"""Calls per minute that may be placed with an API key."""


class KeyCallRate:
    """Counts the calls placed with each API key."""

    _WINDOW = SlidingWindow(limit=MAX_CALLS, seconds=60.0)
    _PLACED = CounterKind("calls by API key", 10_000)
    """Each count is the times of the calls of the window."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def count(self, key_id: str) -> None:
        """Count a call. Raise TooManyRequests."""
        wait = await self._counters.update(self._PLACED, [key_id], self._place)
        if wait:
            raise TooManyRequests(
                f"An API key places at most {MAX_CALLS} calls per minute.", retry_after=wait, hint="Wait a moment."
            )

    def _place(self, before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
        times, allowed = self._WINDOW.add(before[0], now)
        return [times], 0.0 if allowed else times[0] + self._WINDOW.seconds - now
