"""Rates by the beginning of the number, and the price of a call. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MINUTE = 60
ALWAYS = 4_000_000
"""End of a rate without one, as a day."""
MAX_PREFIX = 12
"""Digits of the longest prefix: a destination is known without its last four digits."""
SHORT = "short:"
"""Begins the destination, and the prefix, of a short number of the country, such as short:116117."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Price of calls to the numbers with a prefix (digits of E.164 without "+"). Amounts are in micros.

    A call is billed for `first` seconds, then in steps of `next` seconds, plus `connection`, at least `minimum`.
    `valid_from` (included) and `valid_until` (excluded) are days as ordinals. `group`: for included minutes.
    """

    prefix: str
    price: int
    """Per minute."""
    first: int = 60
    next: int = 60
    connection: int = 0
    minimum: int = 0
    valid_from: int = 0
    valid_until: int = ALWAYS
    name: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """Billed seconds and amount of a call."""

    seconds: int
    amount: int


def billed_seconds(rate: Rate, seconds: int) -> int:
    """Return the seconds that are billed for an answered call of this length: whole steps, at least the first."""
    if seconds <= rate.first:
        return rate.first
    return rate.first - (rate.first - seconds) // rate.next * rate.next


def charge(rate: Rate, seconds: int, included: int = 0) -> Charge:
    """Return what an answered call costs. `included` of its billed seconds are covered by a plan; if all are, there is
    neither a connection fee nor a minimum."""
    billed = billed_seconds(rate, seconds)
    paid = billed - min(included, billed)
    if included and not paid:
        return Charge(billed, 0)
    return Charge(billed, max(rate.connection + -(-rate.price * paid // MINUTE), rate.minimum))


def prefixes(destination: str) -> Sequence[str]:
    """Return the prefixes that match a destination, the longest first."""
    if destination.startswith(SHORT):
        return (destination,)
    return [destination[:length] for length in range(min(len(destination), MAX_PREFIX), 0, -1)]


class Deck:
    """Rates in memory, found by the longest prefix that is valid on a day."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        by_prefix = defaultdict[str, list[Rate]](list)
        for rate in rates:
            by_prefix[rate.prefix].append(rate)
        for found in by_prefix.values():
            found.sort(key=lambda rate: rate.valid_from)
        self._by_prefix = dict(by_prefix)

    def find(self, destination: str, day: int) -> Rate | None:
        """Return the rate of a destination on a day, None if there is none."""
        for prefix in prefixes(destination):
            found = self._by_prefix.get(prefix)
            if found is None:
                continue
            at = bisect_right(found, day, key=lambda rate: rate.valid_from) - 1
            if at >= 0 and day < found[at].valid_until:
                return found[at]
        return None
