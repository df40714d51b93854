"""PIN validation and throttling: after some failed attempts the delay doubles with each one."""

from collections import OrderedDict
from itertools import pairwise

from unificx.core.errors import Invalid

PIN_DIGITS = (4, 12)
FREE_ATTEMPTS = 5
MAX_DELAY = 900.0
RESET_AFTER = 6 * 3600.0
MAX_ENTRIES = 10_000


class PinThrottle:
    """Failed attempts per protected object, bounded with LRU eviction."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def attempt(self, key: str, now: float) -> float:
        """Count an attempt before it is checked; return the delay in seconds or 0."""
        count, last = self._attempts.get(key, (0, now))
        if now - last > RESET_AFTER:
            count = 0
        if count >= FREE_ATTEMPTS:
            delay = last + min(2.0 ** min(count - FREE_ATTEMPTS, 30), MAX_DELAY) - now
            if delay > 0:
                return delay
        self._attempts[key] = (count + 1, now)
        self._attempts.move_to_end(key)
        while len(self._attempts) > MAX_ENTRIES:
            self._attempts.popitem(last=False)
        return 0.0

    def record_success(self, key: str) -> None:
        """Reset the count after a correct PIN."""
        self._attempts.pop(key, None)


def validate_pin(pin: str, field: str = "pin") -> str:
    """Return the PIN. Raise Invalid if it is malformed or trivial."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
        raise Invalid(f"A PIN has {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits.", field=field)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        raise Invalid("A PIN of equal or consecutive digits is too easy to guess. Choose another one.", field=field)
    return pin
