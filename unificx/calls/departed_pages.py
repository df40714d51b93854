"""Legs whose page was closed or reloaded during a call.

After a reload the new page takes the call over by INVITE with Replaces. A leg that was not replaced in time counts as
hung up.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

RETURN_WITHIN = 10.0
"""Seconds a leg is kept for the new page."""


@dataclass(slots=True)
class DepartedPages:
    """Leg ids with the monotonic time at which each counts as hung up."""

    # Owner: the node that holds the calls.
    _due: deque[tuple[float, str]] = field(default_factory=deque[tuple[float, str]])

    def add(self, leg_ids: Iterable[str], now: float) -> None:
        """Keep these legs for a while."""
        self._due.extend((now + RETURN_WITHIN, leg_id) for leg_id in leg_ids)

    def deadline(self) -> float:
        """Return the monotonic time of the next expiry, infinity without one."""
        return self._due[0][0] if self._due else inf

    def expired(self, now: float) -> list[str]:
        """Return and forget the legs whose time is over."""
        found: list[str] = []
        while self._due and self._due[0][0] <= now:
            found.append(self._due.popleft()[1])
        return found
