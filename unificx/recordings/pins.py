"""How guessing PINs is slowed: after some wrong ones on a mailbox each further try has to wait twice as long."""

from collections import OrderedDict

FREE = 5
LONGEST = 900.0
FORGOTTEN = 6 * 3600.0
MOST = 10_000


class PinGuard:
    """Wrong tries by mailbox, bounded; the longest untouched are forgotten first."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def attempt(self, box: str, now: float) -> float:
        """Count a try before it is checked; 0, or the seconds it is too early by."""
        count, last = self._tries.get(box, (0, now))
        if now - last > FORGOTTEN:
            count = 0
        if count >= FREE:
            early = last + min(2.0 ** min(count - FREE, 30), LONGEST) - now
            if early > 0:
                return early
        self._tries[box] = (count + 1, now)
        self._tries.move_to_end(box)
        while len(self._tries) > MOST:
            self._tries.popitem(last=False)
        return 0.0

    def succeeded(self, box: str) -> None:
        """The last try was right."""
        self._tries.pop(box, None)
