"""Throttling of password guessing.

Failed attempts are counted per account and source, per source, and per account over all sources without a successful
sign-in. Beyond a free allowance the delay doubles with each attempt. Thus guessing by others never locks out the owner
at a known address and delays them at most a minute at a new one. Unknown accounts are counted like existing ones, so
that responses do not reveal whether an account exists.
"""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

MAX_ENTRIES = 50_000
HALF_LIFE = 21_600.0


@dataclass(frozen=True, slots=True)
class ThrottleLimit:
    free_attempts: int
    """Failed attempts without delay."""
    max_delay: float
    """Maximum delay in seconds."""


ACCOUNT_AND_SOURCE_LIMIT = ThrottleLimit(free_attempts=5, max_delay=900.0)
SOURCE_LIMIT = ThrottleLimit(free_attempts=20, max_delay=900.0)
ACCOUNT_LIMIT = ThrottleLimit(free_attempts=50, max_delay=60.0)


@dataclass(frozen=True, slots=True)
class FailedAttempts:
    """Failed attempts, halved every six hours, and the time of the last one (monotonic seconds)."""

    count: float
    last: float

    def decayed(self, now: float) -> float:
        return self.count * 0.5 ** ((now - self.last) / HALF_LIFE)


def remaining_delay(attempts: FailedAttempts, limit: ThrottleLimit, now: float) -> float:
    """Return the seconds until the next attempt is allowed; 0 if it is allowed now."""
    excess = attempts.count - limit.free_attempts
    if excess < 0:
        return 0.0
    delay = min(limit.max_delay, 2.0 ** min(excess, 30.0))
    return max(0.0, attempts.last + delay - now)


def source_key(address: str) -> str:
    """Return the source key of an address: the IPv4 address or the IPv6 /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else parsed.packed[:8].hex()
    return str(parsed)


class LoginThrottle:
    """Bounded in-memory store of failed attempts with LRU eviction.

    `account_limit` applies to an account over all sources without a successful sign-in.
    """

    def __init__(self, capacity: int = MAX_ENTRIES, account_limit: ThrottleLimit = ACCOUNT_LIMIT) -> None:
        self._capacity = capacity
        self._account_limit = account_limit
        self._attempts: OrderedDict[tuple[str, ...], FailedAttempts] = OrderedDict()
        self._known_sources: OrderedDict[tuple[str, str], None] = OrderedDict()

    def attempt(self, account: str, address: str, now: float) -> float:
        """Count an attempt before it is checked, so that concurrent attempts gain nothing; return the delay or 0.

        `account` is "" for attempts that name no account, such as random codes: they count for their source only.
        """
        counters = self._counters(account, source_key(address))
        nothing = FailedAttempts(0.0, now)
        longest = max(remaining_delay(self._attempts.get(key, nothing), limit, now) for key, limit in counters)
        if longest > 0:
            return longest
        for key, _ in counters:
            self._add(key, 1.0, now)
        return 0.0

    def record_success(self, account: str, address: str, now: float) -> None:
        """Undo the count of the last attempt and remember its source as known."""
        source = source_key(address)
        for key, _ in self._counters(account, source):
            self._add(key, -1.0, now)
        if not account:
            return
        self._attempts.pop(("pair", account, source), None)
        self._known_sources[account, source] = None
        self._known_sources.move_to_end((account, source))
        _trim(self._known_sources, self._capacity)

    def _counters(self, account: str, source: str) -> list[tuple[tuple[str, ...], ThrottleLimit]]:
        if not account:
            return [(("source", source), SOURCE_LIMIT)]
        counted: list[tuple[tuple[str, ...], ThrottleLimit]] = [
            (("pair", account, source), ACCOUNT_AND_SOURCE_LIMIT),
            (("source", source), SOURCE_LIMIT),
        ]
        if (account, source) not in self._known_sources:
            counted.append((("account", account), self._account_limit))
        return counted

    def _add(self, key: tuple[str, ...], delta: float, now: float) -> None:
        before = self._attempts.get(key)
        count = (before.decayed(now) if before else 0.0) + delta
        self._attempts[key] = FailedAttempts(max(0.0, count), now)
        self._attempts.move_to_end(key)
        _trim(self._attempts, self._capacity)


def _trim(
    entries: "OrderedDict[tuple[str, str], None] | OrderedDict[tuple[str, ...], FailedAttempts]", capacity: int
) -> None:
    while len(entries) > capacity:
        entries.popitem(last=False)
