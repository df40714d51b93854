"""PIN validation and throttling: after some failed attempts the delay doubles with each one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.errors import Invalid
from unificx.core.rate_limit import Backoff, DecayingCount
from unificx.identity.policies.login_throttle import counting, uncounting

PIN_DIGITS = (4, 12)
BACKOFF = Backoff(free_attempts=5, max_delay=900.0)
UNKNOWN_CALLERS_LIMIT = Backoff(free_attempts=20, max_delay=300.0)
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


class SharedPinThrottle:
    """Failed attempts at PINs that many callers enter, in `counters` under `name`.

    They are counted per PIN and caller, and per PIN over all callers that are neither authenticated nor have entered
    it before. Thus varying the number gains nothing, and guessing by others does not lock out those who know the PIN.
    """

    def __init__(self, counters: Counters, name: str) -> None:
        self._counters = counters
        self._attempts = CounterKind(name, MAX_ENTRIES)
        self._known = CounterKind(f"{name} known callers", MAX_ENTRIES)

    async def attempt(self, pin: str, caller: PinCaller) -> float:
        """Count an attempt before it is checked; return the delay in seconds or 0. `pin` names the PIN."""
        limits = await self._limits(pin, caller)
        return await self._counters.update(self._attempts, list(limits), counting(limits.values()))

    async def record_success(self, pin: str, caller: PinCaller) -> None:
        """Take back the last attempt, which was right, with the earlier ones of this caller."""
        pair = _pair_key(pin, caller)
        limits = await self._limits(pin, caller)
        await self._counters.update(self._attempts, list(limits), uncounting([key == pair for key in limits]))
        if caller.key:
            await self._counters.update(self._known, [pair], lambda before, now: ([(now,)], None))

    async def withdraw(self, pin: str, caller: PinCaller) -> None:
        """Take back the last attempt, which was right for another PIN. The earlier ones were guesses at this one."""
        limits = await self._limits(pin, caller)
        await self._counters.update(self._attempts, list(limits), uncounting([False] * len(limits)))

    async def _limits(self, pin: str, caller: PinCaller) -> dict[str, Backoff]:
        """Return the counters of an attempt, with their limits."""
        if not caller.key:
            return {pin: UNKNOWN_CALLERS_LIMIT}
        pair = _pair_key(pin, caller)
        is_known = await self._counters.update(self._known, [pair], lambda before, now: (before, before[0]))
        over_all = {} if caller.is_authenticated or is_known else {pin: UNKNOWN_CALLERS_LIMIT}
        return {pair: BACKOFF, **over_all}


def _pair_key(pin: str, caller: PinCaller) -> str:
    return f"{pin} {caller.key}"


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
