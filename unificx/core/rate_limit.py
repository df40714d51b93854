"""Rules of limits, and tables for what they count. Pure: all times are passed in, in seconds."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MAX_EXPONENT = 30.0
"""Bound of the exponent of a delay, so that a large count does not overflow."""


@dataclass(slots=True)
class TokenBucket:
    """Tokens for requests, refilled at a constant rate.

    Capacity and rate (tokens per second) are passed to each call, because they may depend on the source.
    """

    tokens: float
    filled_at: float

    def available(self, now: float, capacity: float, rate: float) -> float:
        """Return the tokens at `now`, at most `capacity`."""
        return min(capacity, self.tokens + (now - self.filled_at) * rate)

    def take(self, now: float, capacity: float, rate: float) -> bool:
        """Take a token; False if there is none."""
        available = self.available(now, capacity, rate)
        if available < 1:
            return False
        self.tokens, self.filled_at = available - 1, now
        return True

    def add(self, tokens: float, now: float, capacity: float, rate: float) -> None:
        """Add tokens, or take them if negative. Those beyond the capacity are lost at the next call."""
        self.tokens = self.available(now, capacity, rate) + tokens
        self.filled_at = now


@dataclass(frozen=True, slots=True)
class DecayingCount:
    """Number of events, halved in every half-life since the last one."""

    count: float = 0.0
    last: float = 0.0

    def decayed(self, now: float, half_life: float) -> float:
        """Return the number at `now`."""
        return self.count * 0.5 ** ((now - self.last) / half_life)

    def plus(self, delta: float, now: float, half_life: float) -> "DecayingCount":
        """Return the count after `delta` more events at `now`; never below 0."""
        return DecayingCount(max(0.0, self.decayed(now, half_life) + delta), now)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delay after failed attempts: none for some, then doubled with each further one, up to a maximum."""

    free_attempts: float
    """Failed attempts without delay."""
    max_delay: float
    first_delay: float = 1.0

    def delay(self, count: float) -> float:
        """Return the delay after `count` failed attempts."""
        excess = count - self.free_attempts
        if excess < 0:
            return 0.0
        return min(self.max_delay, self.first_delay * 2.0 ** min(excess, _MAX_EXPONENT))

    def remaining(self, attempts: DecayingCount, now: float) -> float:
        """Return the seconds until the next attempt is allowed; 0 if it is allowed now."""
        delay = self.delay(attempts.count)
        return max(0.0, attempts.last + delay - now) if delay else 0.0


@dataclass(frozen=True, slots=True)
class SlidingWindow:
    """At most `limit` events in any `seconds`."""

    limit: int
    seconds: float

    def add(self, times: Iterable[float], now: float) -> tuple[tuple[float, ...], bool]:
        """Return the times of the events in the window, with a new one if it is allowed, and whether it is."""
        recent = tuple(time for time in times if time > now - self.seconds)
        if len(recent) >= self.limit:
            return recent, False
        return (*recent, now), True


class ConcurrentCount(Generic[K]):
    """Number of calls or connections at a time, in total and by key, such as their source."""

    def __init__(self) -> None:
        self.total = 0
        self._by_key: Counter[K] = Counter()

    def __len__(self) -> int:
        """Number of keys with at least one."""
        return len(self._by_key)

    def __getitem__(self, key: K) -> int:
        return self._by_key[key]

    def acquire(self, key: K) -> None:
        """Count one more."""
        self.total += 1
        self._by_key[key] += 1

    def release(self, key: K) -> None:
        """Count one less."""
        self.total -= 1
        self._by_key[key] -= 1
        if not self._by_key[key]:
            del self._by_key[key]


class LruTable(Generic[K, V]):
    """Values by key. Beyond the capacity the least recently used entry is dropped."""

    def __init__(self, capacity: int, new: Callable[[float], V]) -> None:
        self._capacity = capacity
        self._new = new
        self._values: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def peek(self, key: K) -> V | None:
        """Return the value of a key without counting this as a use."""
        return self._values.get(key)

    def get(self, key: K, now: float) -> V:
        """Return the value of a key; a new one is made with `now`."""
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = self._new(now)
            if len(self._values) > self._capacity:
                self._values.popitem(last=False)
        else:
            self._values.move_to_end(key)
        return value
