"""Rate limit of attempts to guess a password, code or second factor."""

from unificx.core.errors import TooManyRequests
from unificx.identity.policies.counted_attempts import CountedAttempt
from unificx.identity.policies.login_throttle import LoginThrottle
from unificx.identity.schemas import Source


class Attempts:
    """Attempts per account and source address."""

    def __init__(self, throttle: LoginThrottle) -> None:
        self._throttle = throttle
        self.record_success = throttle.record_success

    async def check(self, account: str, source: Source) -> CountedAttempt:
        """Count an attempt; `account` is "" for attempts that name no account and count for their source only. Pass it
        to `record_success` if it was right.

        Raise TooManyRequests.
        """
        attempt = await self._throttle.attempt(account, source.address)
        if attempt.delay:
            raise TooManyRequests(
                "Too many failed attempts.", retry_after=attempt.delay, hint="Wait a moment, then try again."
            )
        return attempt
