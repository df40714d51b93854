"""Guessing attacks for throttling tests."""

from collections.abc import Awaitable, Callable

from unificx.core.errors import DomainError, TooManyRequests


async def attempts_until_throttled(
    attempt: Callable[[int], Awaitable[object]], expected_error: type[DomainError]
) -> tuple[int, float]:
    """Repeat wrong attempts until throttled; return their number and the delay in seconds."""
    for number in range(100):
        try:
            await attempt(number)
        except TooManyRequests as throttled:
            return number, throttled.retry_after
        except expected_error:
            continue
    raise AssertionError("guessing was never throttled")
