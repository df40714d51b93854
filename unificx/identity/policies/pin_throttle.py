"""PIN validation and throttling: after some failed attempts the delay doubles with each one."""

from collections.abc import Sequence
from itertools import pairwise

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.errors import Invalid
from unificx.core.rate_limit import Backoff, DecayingCount

PIN_DIGITS = (4, 12)
BACKOFF = Backoff(free_attempts=5, max_delay=900.0)
RESET_AFTER = 6 * 3600.0
MAX_ENTRIES = 10_000


class PinThrottle:
    """Failed attempts per protected object, in `counters` under `name`."""

    def __init__(self, counters: Counters, name: str) -> None:
        self._counters = counters
        self._kind = CounterKind(name, MAX_ENTRIES)

    async def attempt(self, key: str) -> float:
        """Count an attempt before it is checked; return the delay in seconds or 0."""
        return await self._counters.update(self._kind, [key], _count_attempt)

    async def record_success(self, key: str) -> None:
        """Reset the count after a correct PIN."""
        await self._counters.update(self._kind, [key], lambda before, now: ([()], None))


def _count_attempt(before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
    count, last = before[0] or (0.0, now)
    if now - last > RESET_AFTER:
        count = 0.0
    delay = BACKOFF.remaining(DecayingCount(count, last), now)
    if delay > 0:
        return before, delay
    return [(count + 1, now)], 0.0


def validate_pin(pin: str, field: str = "pin") -> str:
    """Return the PIN. Raise Invalid if it is malformed or trivial."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
        raise Invalid(f"A PIN has {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits.", field=field)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        raise Invalid("A PIN of equal or consecutive digits is too easy to guess. Choose another one.", field=field)
    return pin
