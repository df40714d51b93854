"""Limits what programs do with an API key, so that a faulty one cannot ring phones or occupy the server without end."""

from collections.abc import Sequence

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.errors import TooManyRequests
from unificx.core.phrases import Phrase
from unificx.core.rate_limit import SlidingWindow

MAX_CALLS = 60
"""Calls per minute that may be placed with an API key."""
MAX_REQUESTS = 1_500
"""Requests of other protocols per minute and API key: 25 a second, which identity providers expect."""


class KeyRate:
    """Counts what is done with each API key, in a minute that slides. `what` are the objects, in the plural."""

    def __init__(self, counters: Counters, what: str, limit: int) -> None:
        self._counters = counters
        self._what = what
        self._window = SlidingWindow(limit=limit, seconds=60.0)
        self._done = CounterKind(f"{what} by API key", 10_000)

    async def count(self, key_id: str) -> None:
        """Count one. Raise TooManyRequests."""
        wait = await self._counters.update(self._done, [key_id], self._add)
        if wait:
            raise TooManyRequests(
                Phrase("An API key is good for {} {} per minute.", self._window.limit, self._what),
                retry_after=wait,
                hint="Wait a moment.",
            )

    def _add(self, before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
        times, allowed = self._window.add(before[0], now)
        return [times], 0.0 if allowed else times[0] + self._window.seconds - now
