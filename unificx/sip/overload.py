"""Overload control: which new requests to reject, derived from the lag of the event loop and from their wait.

First, retransmitted requests go unanswered (their response is already on its way, or they are repeated anyway); then a
share of the new requests is rejected with 503. The share rises gradually with the lag. A single stall is not overload:
only a persistent lag counts, like the standing queue of CoDel (RFC 8289 section 4.1).

A new request that had to wait for more urgent messages for too long is rejected as well: it gets its response before
the client repeats it. Requests inside dialogs are always served, and a REGISTER is never rejected because of its wait.
"""

from collections import deque

STOP_LAG, START_LAG, FULL_LAG = 0.05, 0.15, 1.0
"""Seconds of smoothed lag at which rejecting stops, starts and reaches its maximum."""
LAG_WINDOW = 3
"""Consecutive measurements that must be late; the smallest of them counts."""
MAX_WAIT = 0.3
"""Seconds a new request may wait to be processed: shorter than T1, after which the client repeats it."""
LOSS_SMOOTHING = 0.2
"""Weight of the latest measurement in the share of rejected requests that is reported to clients."""


class OverloadControl:
    """All times in seconds.

    Rejecting starts when the smoothed lag exceeds `START_LAG`, reaches 95 % of new requests at `FULL_LAG`, and stops
    only when the lag has fallen below `STOP_LAG`.
    """

    def __init__(self) -> None:
        self._lag = 0.0
        self._recent_lags = deque([0.0] * LAG_WINDOW, maxlen=LAG_WINDOW)
        self._rejecting = False
        self._accepted = self._rejected = 0
        self._loss = 0.0
        self._recorded_at = 0.0

    def record_lag(self, lag: float, now: float = 0.0) -> None:
        """Record how much later than scheduled the event loop ran; call about ten times a second.

        The smoothed lag rises quickly with a persistent lag and falls slowly after it.
        """
        self._recent_lags.append(lag)
        if not self._rejecting:
            lag = min(self._recent_lags)
        self._lag += (lag - self._lag) * (0.5 if lag > self._lag else 0.1)
        self._rejecting = self._lag > (STOP_LAG if self._rejecting else START_LAG)
        decided = self._accepted + self._rejected
        self._loss += ((self._rejected / decided if decided else 0.0) - self._loss) * LOSS_SMOOTHING
        self._accepted = self._rejected = 0
        self._recorded_at = now

    @property
    def drops_retransmissions(self) -> bool:
        """Whether retransmitted requests are left unanswered."""
        return self._lag > STOP_LAG

    @property
    def rejection_ratio(self) -> float:
        """The share of new requests to reject: 0.0 to 0.95."""
        if not self._rejecting:
            return 0.0
        return min(0.95, (self._lag - STOP_LAG) / (FULL_LAG - STOP_LAG))

    @property
    def loss(self) -> float:
        """The share of new requests rejected lately, smoothed: 0.0 to 1.0. Clients are asked to reduce by it."""
        return self._loss

    def retry_after(self, request_hash: int, waited: float = 0.0, *, preferred: bool = False) -> int:
        """Return the Retry-After of a rejected request in seconds, 0 if the request is accepted.

        `request_hash` makes the result equal for retransmissions and spreads the retries of rejected requests;
        `waited` is how many seconds the request waited to be processed. `preferred` requests are rejected only if more
        than half of the others are.
        """
        if not self._rejecting and waited <= MAX_WAIT:
            self._accepted += 1
            return 0
        ratio = max(0.0, 2 * self.rejection_ratio - 1) if preferred else self.rejection_ratio
        if (request_hash & 0xFFFF) / 0x10000 >= ratio and waited <= MAX_WAIT:
            self._accepted += 1
            return 0
        self._rejected += 1
        return 5 + (request_hash >> 16 & 0xFFFF) * 10 // 0x10000

    def via_params(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that ask a client to send less (RFC 7339 section 4): the loss in percent, for 1 s."""
        percent = round(self._loss * 100)
        validity = "1000" if percent else "0"
        sequence = f"{self._recorded_at:.3f}"
        return ("oc", str(percent)), ("oc-algo", '"loss"'), ("oc-validity", validity), ("oc-seq", sequence)
