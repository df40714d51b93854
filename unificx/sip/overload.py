"""Overload control: how much new work to refuse, told by how late the event loop runs.

First repeated requests go unanswered (their answer is on its way, or they come again), then a part of the new ones is
refused by 503, the larger the later the loop runs: a slope, not a cliff. What belongs to a call goes on.

A loop that was held up once and is on time again has no more to do than it can: only a lag that stands is believed, as
a standing queue is in CoDel (RFC 8289 section 4.1).
"""

from collections import deque

STANDS = 3
"""Measurements in a row that have to be late; the least of them counts."""


class Overload:
    """All times in seconds.

    Refusing begins when the smoothed lag passes `begins`, takes all but a twentieth of the new requests at `full`, and
    ends only when the lag has fallen under `ends`.
    """

    def __init__(self, *, ends: float = 0.05, begins: float = 0.15, full: float = 1.0) -> None:
        self._ends, self._begins, self._full = ends, begins, full
        self._lag = 0.0
        self._last = deque([0.0] * STANDS, maxlen=STANDS)
        self._refusing = False

    def measure(self, lag: float) -> None:
        """Tell how much later than asked the loop has come back; to be called some ten times a second.

        Trouble that stands is believed quickly, its end slowly.
        """
        self._last.append(lag)
        if not self._refusing:
            lag = min(self._last)
        self._lag += (lag - self._lag) * (0.5 if lag > self._lag else 0.1)
        self._refusing = self._lag > (self._ends if self._refusing else self._begins)

    @property
    def drops_repetitions(self) -> bool:
        """Whether requests that came before are let go unanswered."""
        return self._lag > self._ends

    @property
    def share(self) -> float:
        """Which part of new requests is refused: 0.0 to 0.95."""
        if not self._refusing:
            return 0.0
        return min(0.95, (self._lag - self._ends) / (self._full - self._ends))

    def refusal(self, dice: int) -> int:
        """Seconds after which to come again, 0 if the request is welcome.

        `dice` is a hash of the request: its repetitions are judged alike, and those refused come back spread over time.
        """
        if (dice & 0xFFFF) / 0x10000 >= self.share:
            return 0
        return 5 + (dice >> 16 & 0xFFFF) * 10 // 0x10000
