"""Rate limit of attempts to guess a password, code or second factor."""

from unificx.core.errors import TooManyRequests
from unificx.identity.policies.login_throttle import LoginThrottle
from unificx.identity.schemas import Source


class Attempts:
    """Attempts per account and source address."""

    def __init__(self, throttle: LoginThrottle) -> None:
        self._throttle = throttle

    async def check(self, account: str, source: Source) -> None:
        """Count an attempt; `account` is "" for attempts that name no account and count for their source only.

        Raise TooManyRequests.
        """
        delay = await self._throttle.attempt(account, source.address)
        if delay > 0:
            raise TooManyRequests("Too many failed attempts.", retry_after=delay, hint="Wait a moment, then try again.")

    async def record_success(self, account: str, source: Source) -> None:
        """Undo the count of the last attempt and remember its source as known."""
        await self._throttle.record_success(account, source.address)
