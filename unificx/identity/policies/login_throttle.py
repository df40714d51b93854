"""Throttling of password guessing.

Failed attempts are counted per account and source, per source, and per account over all sources without a successful
sign-in. Beyond a free allowance the delay doubles with each attempt. Thus guessing by others never locks out the owner
at a known address and delays them at most a minute at a new one. Unknown accounts are counted like existing ones, so
that responses do not reveal whether an account exists.
"""

from ipaddress import IPv6Address, ip_address

from unificx.cluster import Counters
from unificx.core.rate_limit import Backoff
from unificx.identity.policies.counted_attempts import AttemptCounters, CountedAttempt

MAX_ENTRIES = 50_000

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
        self._account_limit = account_limit
        self._counters = AttemptCounters(counters, f"{name} attempts", f"{name} known sources", capacity)
        self.record_success = self._counters.record_success

    async def attempt(self, account: str, address: str) -> CountedAttempt:
        """Count an attempt before it is checked, so that concurrent attempts gain nothing.

        `account` is "" for attempts that name no account, such as random codes: they count for their source only.
        """
        source = source_key(address)
        of_source = {f"source {source}": SOURCE_LIMIT}
        if not account:
            return await self._counters.attempt(of_source, "")
        pair = f"pair {source} {account}"
        limits = {pair: ACCOUNT_AND_SOURCE_LIMIT, **of_source}
        if not await self._counters.is_known(pair):
            limits[f"account {account}"] = self._account_limit
        return await self._counters.attempt(limits, pair)
