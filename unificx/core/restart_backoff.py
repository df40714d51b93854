"""Delays between restarts of a supervised process."""

RESTART_DELAYS = (0.0, 0.2, 1.0, 5.0, 15.0)
"""Seconds before the first and the following restarts; the last one repeats."""
STEADY_SECONDS = 60.0
"""After this long without a crash, the next restart is immediate again."""


class RestartBackoff:
    """`crashes` is the number of restarts in succession."""

    def __init__(self) -> None:
        self.crashes = 0

    def ended(self, seconds: float) -> None:
        """Record that a process ended after so many seconds."""
        if seconds > STEADY_SECONDS:
            self.crashes = 0

    def next_delay(self) -> float:
        """Return the seconds before the next restart, and count it."""
        delay = RESTART_DELAYS[min(self.crashes, len(RESTART_DELAYS) - 1)]
        self.crashes += 1
        return delay
