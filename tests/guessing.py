"""Guessing, as an intruder would."""

from collections.abc import Awaitable, Callable

from unificx.kernel.errors import Refused, TooMany


async def guessed(attempt: Callable[[int], Awaitable[object]], wrong: type[Refused]) -> tuple[int, float]:
    """Try what is wrong until it is slowed: how often that went, and the seconds to wait then."""
    for number in range(100):
        try:
            await attempt(number)
        except TooMany as slowed:
            return number, slowed.retry_after
        except wrong:
            continue
    raise AssertionError("guessing was never slowed")
