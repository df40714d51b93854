"""Throttling of password guessing.

Failed attempts are counted per account and source, per source, and per account over all sources without a successful
sign-in. Beyond a free allowance the delay doubles with each attempt. Thus guessing by others never locks out the owner
at a known address and delays them at most a minute at a new one. Unknown accounts are counted like existing ones, so
that responses do not reveal whether an account exists.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv6Address, ip_address

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.rate_limit import Backoff, DecayingCount

MAX_ENTRIES = 50_000
HALF_LIFE = 21_600.0
"""Seconds in which a count of failed attempts is halved."""


ACCOUNT_AND_SOURCE_LIMIT = Backoff(free_attempts=5, max_delay=900.0)
SOURCE_LIMIT = Backoff(free_attempts=20, max_delay=900.0)
ACCOUNT_LIMIT = Backoff(free_attempts=50, max_delay=60.0)


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
    """Failed attempts by account and source address, in `counters` under `name`.

    `account_limit` applies to an account over all sources without a successful sign-in.
    """

    def __init__(
        self,
        counters: Counters,
        name: str = "sign-in",
        *,
        capacity: int = MAX_ENTRIES,
        account_limit: Backoff = ACCOUNT_LIMIT,
    ) -> None:
        self._counters = counters
        self._account_limit = account_limit
        self.attempts = CounterKind(f"{name} attempts", capacity)
        self.known_sources = CounterKind(f"{name} known sources", capacity)

    async def attempt(self, account: str, address: str) -> float:
        """Count an attempt before it is checked, so that concurrent attempts gain nothing; return the delay or 0.

        `account` is "" for attempts that name no account, such as random codes: they count for their source only.
        """
        limits = await self._limits(account, source_key(address))
        return await self._counters.update(self.attempts, list(limits), counting(limits.values()))

    async def record_success(self, account: str, address: str) -> None:
        """Undo the count of the last attempt and remember its source as known."""
        source = source_key(address)
        limits = await self._limits(account, source)
        pair = _pair_key(account, source)
        await self._counters.update(self.attempts, list(limits), uncounting([key == pair for key in limits]))
        if account:
            await self._counters.update(self.known_sources, [pair], lambda before, now: ([(now,)], None))

    async def _limits(self, account: str, source: str) -> dict[str, Backoff]:
        """Return the counters of an attempt, with their limits."""
        if not account:
            return {f"source {source}": SOURCE_LIMIT}
        pair = _pair_key(account, source)
        limits = {pair: ACCOUNT_AND_SOURCE_LIMIT, f"source {source}": SOURCE_LIMIT}
        if not await self._counters.update(self.known_sources, [pair], lambda before, now: (before, before[0])):
            limits[f"account {account}"] = self._account_limit
        return limits


def counting(limits: Iterable[Backoff]) -> Callable[[Sequence[Count], float], tuple[Sequence[Count], float]]:
    """A change that counts an attempt in counters with these limits, unless it returns the delay of one of them."""

    def count(before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
        failed = [_failed_attempts(one, now) for one in before]
        longest = max(limit.remaining(one, now) for one, limit in zip(failed, limits, strict=True))
        return (before, longest) if longest > 0 else ([_added(one, 1.0, now) for one in failed], 0.0)

    return count


def uncounting(forget: Sequence[bool]) -> Callable[[Sequence[Count], float], tuple[Sequence[Count], None]]:
    """A change that takes one attempt back in each counter, or all of them where `forget` is True."""

    def undo(before: Sequence[Count], now: float) -> tuple[Sequence[Count], None]:
        after = [_added(_failed_attempts(one, now), -1.0, now) for one in before]
        return [() if all_ else one for all_, one in zip(forget, after, strict=True)], None

    return undo


def _pair_key(account: str, source: str) -> str:
    return f"pair {source} {account}"


def _failed_attempts(count: Count, now: float) -> DecayingCount:
    return DecayingCount(*count) if count else DecayingCount(0.0, now)


def _added(before: DecayingCount, delta: float, now: float) -> Count:
    after = before.plus(delta, now, HALF_LIFE)
    return (after.count, after.last)
