"""PIN validation and throttling: after some failed attempts the delay doubles with each one."""

from collections import OrderedDict
from itertools import pairwise

from unificx.core.errors import Invalid

PIN_DIGITS = (4, 12)
FREE = 5
LONGEST = 900.0
FORGOTTEN = 6 * 3600.0
MOST = 10_000


class PinGuard:
    """Failed attempts per protected object, bounded with LRU eviction."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def attempt(self, what: str, now: float) -> float:
        """Count an attempt before it is checked; return the delay in seconds or 0."""
        count, last = self._tries.get(what, (0, now))
        if now - last > FORGOTTEN:
            count = 0
        if count >= FREE:
            early = last + min(2.0 ** min(count - FREE, 30), LONGEST) - now
            if early > 0:
                return early
        self._tries[what] = (count + 1, now)
        self._tries.move_to_end(what)
        while len(self._tries) > MOST:
            self._tries.popitem(last=False)
        return 0.0

    def succeeded(self, what: str) -> None:
        """Reset the count after a correct PIN."""
        self._tries.pop(what, None)


def usable_pin(pin: str, field: str = "pin") -> str:
    """Return the PIN. Raise Invalid if it is malformed or trivial."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
        raise Invalid(f"A PIN has {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits.", field=field)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        raise Invalid("A PIN of equal or consecutive digits is too easy to guess. Choose another one.", field=field)
    return pin
