"""Throttling of password guessing.

Failed attempts are counted per account and source, per source, and per account over all sources without a successful
sign-in. Beyond a free allowance the delay doubles with each attempt. Thus guessing by others never locks out the owner
at a known address and delays them at most a minute at a new one. Unknown accounts are counted like existing ones, so
that responses do not reveal whether an account exists.
"""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

MOST_REMEMBERED = 50_000
HALF_LIFE = 21_600.0


@dataclass(frozen=True, slots=True)
class Limit:
    free: int
    """Failed attempts without delay."""
    longest: float
    """Maximum delay in seconds."""


FOR_PAIR = Limit(free=5, longest=900.0)
FOR_SOURCE = Limit(free=20, longest=900.0)
FOR_ACCOUNT = Limit(free=50, longest=60.0)


@dataclass(frozen=True, slots=True)
class Tries:
    """Failed attempts, halved every six hours, and the time of the last one (monotonic seconds)."""

    count: float
    last: float

    def faded(self, now: float) -> float:
        return self.count * 0.5 ** ((now - self.last) / HALF_LIFE)


def wait(tries: Tries, limit: Limit, now: float) -> float:
    """Return the seconds until the next attempt is allowed; 0 if it is allowed now."""
    excess = tries.count - limit.free
    if excess < 0:
        return 0.0
    delay = min(limit.longest, 2.0 ** min(excess, 30.0))
    return max(0.0, tries.last + delay - now)


def source_key(address: str) -> str:
    """Return the source key of an address: the IPv4 address or the IPv6 /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else parsed.packed[:8].hex()
    return str(parsed)


class Guesses:
    """Bounded in-memory store of failed attempts with LRU eviction.

    `account_limit` applies to an account over all sources without a successful sign-in.
    """

    def __init__(self, most: int = MOST_REMEMBERED, account: Limit = FOR_ACCOUNT) -> None:
        self._most = most
        self._account = account
        self._tries: OrderedDict[tuple[str, ...], Tries] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def attempt(self, account: str, address: str, now: float) -> float:
        """Count an attempt before it is checked, so that concurrent attempts gain nothing; return the delay or 0.

        `account` is "" for attempts that name no account, such as random codes: they count for their source only.
        """
        counted = self._counted(account, source_key(address))
        nothing = Tries(0.0, now)
        longest = max(wait(self._tries.get(key, nothing), limit, now) for key, limit in counted)
        if longest > 0:
            return longest
        for key, _ in counted:
            self._add(key, 1.0, now)
        return 0.0

    def succeeded(self, account: str, address: str, now: float) -> None:
        """Undo the count of the last attempt and remember its source as known."""
        source = source_key(address)
        for key, _ in self._counted(account, source):
            self._add(key, -1.0, now)
        if not account:
            return
        self._tries.pop(("pair", account, source), None)
        self._known[account, source] = None
        self._known.move_to_end((account, source))
        _trim(self._known, self._most)

    def _counted(self, account: str, source: str) -> list[tuple[tuple[str, ...], Limit]]:
        if not account:
            return [(("source", source), FOR_SOURCE)]
        counted: list[tuple[tuple[str, ...], Limit]] = [
            (("pair", account, source), FOR_PAIR),
            (("source", source), FOR_SOURCE),
        ]
        if (account, source) not in self._known:
            counted.append((("account", account), self._account))
        return counted

    def _add(self, key: tuple[str, ...], tries: float, now: float) -> None:
        before = self._tries.get(key)
        count = (before.faded(now) if before else 0.0) + tries
        self._tries[key] = Tries(max(0.0, count), now)
        self._tries.move_to_end(key)
        _trim(self._tries, self._most)


def _trim(memory: "OrderedDict[tuple[str, str], None] | OrderedDict[tuple[str, ...], Tries]", most: int) -> None:
    while len(memory) > most:
        memory.popitem(last=False)
