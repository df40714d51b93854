"""Overload control: the share of new requests to reject, derived from the lag of the event loop.

First, retransmitted requests go unanswered (their response is already on its way, or they are repeated anyway); then a
share of the new requests is rejected with 503. The share rises gradually with the lag. Requests inside dialogs are
always served.

A single stall is not overload: only a persistent lag counts, like the standing queue of CoDel (RFC 8289 section 4.1).
"""

from collections import deque

LAG_WINDOW = 3
"""Consecutive measurements that must be late; the smallest of them counts."""


class OverloadControl:
    """All times in seconds.

    Rejecting starts when the smoothed lag exceeds `start_lag`, reaches 95 % of new requests at `full_lag`, and stops
    only when the lag has fallen below `stop_lag`.
    """

    def __init__(self, *, stop_lag: float = 0.05, start_lag: float = 0.15, full_lag: float = 1.0) -> None:
        self._stop_lag, self._start_lag, self._full_lag = stop_lag, start_lag, full_lag
        self._lag = 0.0
        self._recent_lags = deque([0.0] * LAG_WINDOW, maxlen=LAG_WINDOW)
        self._rejecting = False

    def record_lag(self, lag: float) -> None:
        """Record how much later than scheduled the event loop ran; call about ten times a second.

        The smoothed lag rises quickly with a persistent lag and falls slowly after it.
        """
        self._recent_lags.append(lag)
        if not self._rejecting:
            lag = min(self._recent_lags)
        self._lag += (lag - self._lag) * (0.5 if lag > self._lag else 0.1)
        self._rejecting = self._lag > (self._stop_lag if self._rejecting else self._start_lag)

    @property
    def drops_retransmissions(self) -> bool:
        """Whether retransmitted requests are left unanswered."""
        return self._lag > self._stop_lag

    @property
    def rejection_ratio(self) -> float:
        """The share of new requests to reject: 0.0 to 0.95."""
        if not self._rejecting:
            return 0.0
        return min(0.95, (self._lag - self._stop_lag) / (self._full_lag - self._stop_lag))

    def retry_after(self, request_hash: int) -> int:
        """Return the Retry-After of a rejected request in seconds, 0 if the request is accepted.

        `request_hash` makes the result equal for retransmissions and spreads the retries of rejected requests.
        """
        if (request_hash & 0xFFFF) / 0x10000 >= self.rejection_ratio:
            return 0
        return 5 + (request_hash >> 16 & 0xFFFF) * 10 // 0x10000
