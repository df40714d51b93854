"""PIN validation and throttling: after some failed attempts the delay doubles with each one."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.core.rate_limit import Backoff, DecayingCount
from unificx.identity.policies.counted_attempts import AttemptCounters, CountedAttempt

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

    async def settle(self, key: str, check: Awaitable[bool]) -> bool:
        """Await the check of a counted attempt. A right PIN resets the count; an attempt is taken back if nothing was
        checked, such as if too many checks wait."""
        try:
            correct = await check
        except Exception:
            await self._counters.update(self._kind, [key], _withdraw_attempt)
            raise
        if correct:
            await self.record_success(key)
        return correct


@dataclass(frozen=True, slots=True)
class PinCaller:
    """A caller that enters a PIN. `key` is "" for a withheld number."""

    key: str
    is_authenticated: bool = False
    """Whether `key` is proved, unlike a caller's number, which the caller's network may choose freely."""


class SharedPinThrottle:
    """Failed attempts at PINs that many callers enter, in `counters` under `name`.

    They are counted per PIN and caller, and per PIN over all callers that are neither authenticated nor have entered
    it before. Thus varying the number gains nothing, and guessing by others does not lock out those who are
    authenticated or have entered the PIN before. It does delay those who enter it for the first time.
    """

    def __init__(self, counters: Counters, name: str) -> None:
        self._counters = AttemptCounters(counters, name, f"{name} known callers", MAX_ENTRIES)
        self.record_success, self.withdraw = self._counters.record_success, self._counters.withdraw

    async def attempt(self, pin: str, caller: PinCaller) -> CountedAttempt:
        """Count an attempt before it is checked. `pin` names the PIN; a changed PIN has another name."""
        pair = f"{pin} {caller.key}" if caller.key else ""
        return await self._counters.attempt(await self._limits(pin, pair, caller), pair)

    async def _limits(self, pin: str, pair: str, caller: PinCaller) -> dict[str, Backoff]:
        """Return the counters of an attempt, with their limits."""
        if not pair:
            return {pin: UNKNOWN_CALLERS_LIMIT}
        may_be_guessing = not caller.is_authenticated and not await self._counters.is_known(pair)
        return {pair: BACKOFF, **({pin: UNKNOWN_CALLERS_LIMIT} if may_be_guessing else {})}


def _count_attempt(before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
    count, last, *_ = before[0] or (0.0, now)
    if now - last > RESET_AFTER:
        count = 0.0
    delay = BACKOFF.remaining(DecayingCount(count, last), now)
    if delay > 0:
        return before, delay
    return [(count + 1, now, last)], 0.0  # the time of the one before, for the case that this one is taken back


def _withdraw_attempt(before: Sequence[Count], now: float) -> tuple[Sequence[Count], None]:
    """The delay that the attempt began is over with it."""
    count, *times = before[0] or (0.0, now)
    return [(count - 1, times[-1]) if count > 1 else ()], None


def validate_pin(pin: str, field: str = "pin") -> str:
    """Return the PIN. Raise Invalid if it is malformed or trivial."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
        raise Invalid(Phrase("A PIN has {} to {} digits.", PIN_DIGITS[0], PIN_DIGITS[1]), field=field)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        raise Invalid("A PIN of equal or consecutive digits is too easy to guess. Choose another one.", field=field)
    return pin
