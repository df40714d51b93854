"""Rate limit of attempts to guess a password, code or second factor."""

from unificx.core.clock import Clock
from unificx.core.errors import TooManyRequests
from unificx.identity.policies.login_throttle import LoginThrottle
from unificx.identity.schemas import Source


class Attempts:
    """Attempts per account and source address."""

    def __init__(self, clock: Clock, throttle: LoginThrottle) -> None:
        self._clock = clock
        self._throttle = throttle

    def check(self, account: str, source: Source) -> None:
        """Count an attempt; `account` is "" for attempts that name no account and count for their source only.

        Raise TooManyRequests.
        """
        delay = self._throttle.attempt(account, source.address, self._clock.monotonic())
        if delay > 0:
            raise TooManyRequests("Too many failed attempts.", retry_after=delay, hint="Wait a moment, then try again.")

    def record_success(self, account: str, source: Source) -> None:
        """Undo the count of the last attempt and remember its source as known."""
        self._throttle.record_success(account, source.address, self._clock.monotonic())
