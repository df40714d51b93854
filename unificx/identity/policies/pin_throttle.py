"""PIN validation and throttling: after some failed attempts the delay doubles with each one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.errors import Invalid
from unificx.core.rate_limit import Backoff, DecayingCount
from unificx.identity.policies.login_throttle import HALF_LIFE, counting

PIN_DIGITS = (4, 12)
BACKOFF = Backoff(free_attempts=5, max_delay=900.0)
UNKNOWN_CALLERS_LIMIT = Backoff(free_attempts=40, max_delay=300.0)
"""For all callers together that have not entered before: twelve attempts an hour in the long run."""
RESET_AFTER = 6 * 3600.0
MAX_ENTRIES = 10_000


class PinThrottle:
    """Failed attempts per protected object, in `counters` under `name`."""

    def __init__(self, counters: Counters, name: str) -> None:
        self._counters = counters
        self._kind = CounterKind(name, MAX_ENTRIES)

    async def attempt(self, key: str) -> float:
        """Count an attempt before it is checked; return the delay in seconds or 0."""
        return await self._counters.update(self._kind, [key], _count_attempt)

    async def record_success(self, key: str) -> None:
        """Reset the count after a correct PIN."""
        await self._counters.update(self._kind, [key], lambda before, now: ([()], None))


@dataclass(frozen=True, slots=True)
class PinCaller:
    """A caller that enters a PIN. `key` is "" for a withheld number."""

    key: str
    is_authenticated: bool = False
    """Whether `key` is proved, unlike a caller's number, which the caller's network may choose freely."""


@dataclass(frozen=True, slots=True)
class PinAttempt:
    """An attempt at a PIN: refused if `delay` is not 0, otherwise counted `at` a time."""

    delay: float
    """Seconds until another one is allowed."""
    at: float
    before: Mapping[str, Count]
    """The counters that count it, with their values before."""
    pair: str
    """The counter of this PIN and caller; "" if the caller's number is withheld."""


class SharedPinThrottle:
    """Failed attempts at PINs that many callers enter, in `counters` under `name`.

    They are counted per PIN and caller, and per PIN over all callers that are neither authenticated nor have entered
    it before. Thus varying the number gains nothing, and guessing by others does not lock out those who are
    authenticated or have entered the PIN before. It does delay those who enter it for the first time.
    """

    def __init__(self, counters: Counters, name: str) -> None:
        self._counters = counters
        self._attempts = CounterKind(name, MAX_ENTRIES)
        self._known = CounterKind(f"{name} known callers", MAX_ENTRIES)

    async def attempt(self, pin: str, caller: PinCaller) -> PinAttempt:
        """Count an attempt before it is checked. `pin` names the PIN; a changed PIN has another name."""
        pair = f"{pin} {caller.key}" if caller.key else ""
        limits = await self._limits(pin, pair, caller)
        count = counting(limits.values())

        def change(before: Sequence[Count], now: float) -> tuple[Sequence[Count], PinAttempt]:
            after, delay = count(before, now)
            return after, PinAttempt(delay, now, dict(zip(limits, before, strict=True)), pair)

        return await self._counters.update(self._attempts, list(limits), change)

    async def record_success(self, attempt: PinAttempt) -> None:
        """Take back an attempt, which was right, with the earlier ones of this caller."""
        await self._counters.update(self._attempts, list(attempt.before), _undoing(attempt, earlier=True))
        if attempt.pair:
            await self._counters.update(self._known, [attempt.pair], lambda before, now: ([(now,)], None))

    async def withdraw(self, attempt: PinAttempt) -> None:
        """Take back an attempt that was not checked, or right for another PIN. The earlier ones were guesses."""
        if not attempt.delay:
            await self._counters.update(self._attempts, list(attempt.before), _undoing(attempt, earlier=False))

    async def _limits(self, pin: str, pair: str, caller: PinCaller) -> dict[str, Backoff]:
        """Return the counters of an attempt, with their limits."""
        if not pair:
            return {pin: UNKNOWN_CALLERS_LIMIT}
        is_known = await self._counters.update(self._known, [pair], lambda before, now: (before, before[0]))
        over_all = {} if caller.is_authenticated or is_known else {pin: UNKNOWN_CALLERS_LIMIT}
        return {pair: BACKOFF, **over_all}


def _undoing(attempt: PinAttempt, *, earlier: bool) -> Callable[[Sequence[Count], float], tuple[Sequence[Count], None]]:
    """A change that takes an attempt back, with the `earlier` ones of its caller. The delay that it began is over."""

    def undo(counts: Sequence[Count], now: float) -> tuple[Sequence[Count], None]:
        present = dict(zip(attempt.before, counts, strict=True))
        failed = DecayingCount(*present[attempt.pair]).decayed(now, HALF_LIFE) if attempt.pair else 1.0
        taken = failed if earlier else 1.0
        return [_less(one, taken, attempt, attempt.before[key], now) for key, one in present.items()], None

    return undo


def _less(count: Count, taken: float, attempt: PinAttempt, before: Count, now: float) -> Count:
    """Return a counter with less attempts, at the time of its last one that is not taken back."""
    if not count:
        return ()
    left, last = DecayingCount(*count).plus(-taken, now, HALF_LIFE), count[1]
    if last == attempt.at and before:
        last = before[1]
    after = left.plus(0.0, max(last, now - HALF_LIFE), HALF_LIFE)
    return (after.count, after.last) if after.count > 0 else ()


def _count_attempt(before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
    count, last = before[0] or (0.0, now)
    if now - last > RESET_AFTER:
        count = 0.0
    delay = BACKOFF.remaining(DecayingCount(count, last), now)
    if delay > 0:
        return before, delay
    return [(count + 1, now)], 0.0


def validate_pin(pin: str, field: str = "pin") -> str:
    """Return the PIN. Raise Invalid if it is malformed or trivial."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
        raise Invalid(f"A PIN has {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits.", field=field)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        raise Invalid("A PIN of equal or consecutive digits is too easy to guess. Choose another one.", field=field)
    return pin
