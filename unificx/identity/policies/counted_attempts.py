"""Attempts at passwords and PINs, counted before they are checked and taken back if they were right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.rate_limit import Backoff, DecayingCount

HALF_LIFE = 21_600.0
"""Seconds in which a count of failed attempts is halved."""


@dataclass(frozen=True, slots=True)
class CountedAttempt:
    """An attempt: refused if `delay` is not 0, otherwise counted `at` a time."""

    delay: float
    """Seconds until another one is allowed."""
    at: float
    before: Mapping[str, Count]
    """The counters that count it, with their values before."""
    pair: str
    """The counter of those who attempt it and what they attempt; "" if they are unknown."""


class AttemptCounters:
    """Counters of failed attempts, and who was right before. Named `attempts` and `known` among all counters."""

    def __init__(self, counters: Counters, attempts: str, known: str, capacity: int) -> None:
        self._counters = counters
        self._attempts, self._known = CounterKind(attempts, capacity), CounterKind(known, capacity)

    async def is_known(self, pair: str) -> bool:
        """Whether an attempt of this pair was right before."""
        return bool(await self._counters.update(self._known, [pair], lambda before, now: (before, before[0])))

    async def attempt(self, limits: Mapping[str, Backoff], pair: str) -> CountedAttempt:
        """Count an attempt in counters with these limits, unless one of them has a delay."""

        def count(before: Sequence[Count], now: float) -> tuple[Sequence[Count], CountedAttempt]:
            failed = [DecayingCount(*one) if one else DecayingCount(0.0, now) for one in before]
            delay = max(limit.remaining(one, now) for one, limit in zip(failed, limits.values(), strict=True))
            attempt = CountedAttempt(max(delay, 0.0), now, dict(zip(limits, before, strict=True)), pair)
            return before if attempt.delay else [_as_count(one.plus(1.0, now, HALF_LIFE)) for one in failed], attempt

        return await self._counters.update(self._attempts, list(limits), count)

    async def record_success(self, attempt: CountedAttempt) -> None:
        """Take back an attempt, which was right, with the earlier ones of its pair. The pair is known from now on."""
        await self._counters.update(self._attempts, list(attempt.before), _undoing(attempt, earlier=True))
        if attempt.pair:
            await self._counters.update(self._known, [attempt.pair], lambda before, now: ([(now,)], None))

    async def withdraw(self, attempt: CountedAttempt) -> None:
        """Take back an attempt that was not checked, or right for something else. The earlier ones were guesses."""
        if not attempt.delay:
            await self._counters.update(self._attempts, list(attempt.before), _undoing(attempt, earlier=False))


def _undoing(
    attempt: CountedAttempt, *, earlier: bool
) -> Callable[[Sequence[Count], float], tuple[Sequence[Count], None]]:
    """A change that takes an attempt back, with the `earlier` ones of its pair. The delay that it began is over."""

    def undo(counts: Sequence[Count], now: float) -> tuple[Sequence[Count], None]:
        present = dict(zip(attempt.before, counts, strict=True))
        failed = DecayingCount(*present[attempt.pair]).decayed(now, HALF_LIFE) if attempt.pair else 1.0
        taken = failed if earlier else 1.0
        return [_less(one, taken, attempt, attempt.before[key], now) for key, one in present.items()], None

    return undo


def _less(count: Count, taken: float, attempt: CountedAttempt, before: Count, now: float) -> Count:
    """Return a counter with less attempts, at the time of its last one that is not taken back."""
    if not count:
        return ()
    left, last = DecayingCount(*count).plus(-taken, now, HALF_LIFE), count[1]
    if last == attempt.at and before:
        last = before[1]
    after = left.plus(0.0, max(last, now - HALF_LIFE), HALF_LIFE)
    return _as_count(after) if after.count > 0 else ()


def _as_count(failed: DecayingCount) -> Count:
    return failed.count, failed.last
