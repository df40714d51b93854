"""Counting of calls outside and the limits on them. Pure: counts and times are passed in.

The values are those of `cluster.Counters`. A usage is (day, seconds, cents, start, start, ...): talk time and estimated
costs of a day, and the starts of calls in the last hour. Times are in seconds of the store's clock, days are ordinals
of the tenant's calendar.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from unificx.cluster import Count
from unificx.routing.outbound.schemas import CallingLimits, StopRule

HOUR = 3600.0
_STARTS = 3
"""Place of the first start in a usage."""
MINUTE = 60
MAX_STARTS = 2_000
"""Starts of calls that are counted exactly in an hour; the highest limit of calls per hour."""
NIGHT_CALLS = 5
"""Foreign calls of an extension in an hour of the night."""
NIGHT_CALLS_AT_A_TIME = 3
NEW_COUNTRY_CALLS = 5
"""Calls of a tenant in an hour to a country that it has not called before this day."""


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that was reached: what was counted and the limit, in calls, seconds or cents."""

    rule: StopRule
    measured: int
    limit: int


def _starts_in_hour(count: Count, now: float) -> Count:
    """Return the starts of the last hour: the last ones, as they are in order."""
    return count[_first_start(count, now) :]


def _calls_in_hour(count: Count, now: float) -> int:
    """Return the number of calls that started in the last hour."""
    return len(count) - _first_start(count, now)


def _first_start(count: Count, now: float) -> int:
    return bisect_right(count, now - HOUR, lo=min(_STARTS, len(count)))


def _of_day(count: Count, day: int) -> tuple[float, float]:
    """Return talk seconds and cents of a day."""
    return (count[1], count[2]) if count and count[0] == day else (0.0, 0.0)


def with_start(count: Count, day: int, now: float) -> Count:
    """Count a call."""
    seconds, cents = _of_day(count, day)
    return (float(day), seconds, cents, *_starts_in_hour(count, now)[1 - MAX_STARTS :], now)


def with_talk(count: Count, day: int, now: float, seconds: float, cents: float) -> Count:
    """Count talk time and costs."""
    before = _of_day(count, day)
    return (float(day), before[0] + seconds, before[1] + cents, *_starts_in_hour(count, now))


def reached(limits: CallingLimits, count: Count, live: int, day: int, now: float) -> Excess | None:
    """Return the limit that forbids a further call."""
    seconds, cents = _of_day(count, day)
    measured: tuple[tuple[StopRule, int, int | None], ...] = (
        ("concurrency", live, limits.concurrent),
        ("rate", _calls_in_hour(count, now), limits.calls_per_hour),
        ("time", int(seconds), None if limits.minutes_per_day is None else limits.minutes_per_day * MINUTE),
        ("spend", int(cents), limits.cents_per_day),
    )
    for rule, value, limit in measured:
        if limit is not None and value >= limit:
            return Excess(rule, value, limit)
    return None


def unusual(rule: Literal["night", "new_country"], count: Count, live: int, now: float) -> Excess | None:
    """Return an excess if foreign calls are unusual.

    `count` are the foreign calls of an extension, `live` those at this moment; for `new_country` the calls of a tenant
    to a country on the first day.
    """
    calls = _calls_in_hour(count, now)
    if rule == "night":
        if live >= NIGHT_CALLS_AT_A_TIME:
            return Excess(rule, live, NIGHT_CALLS_AT_A_TIME)
        return Excess(rule, calls, NIGHT_CALLS) if calls >= NIGHT_CALLS else None
    return Excess(rule, calls, NEW_COUNTRY_CALLS) if calls >= NEW_COUNTRY_CALLS else None


def is_night(hour: int, night: tuple[int, int]) -> bool:
    """Return whether an hour lies in the night, which may pass midnight. Equal hours: there is no night."""
    begin, end = night
    return begin <= hour < end if begin <= end else hour >= begin or hour < end


def price(prices: Mapping[str, int], e164: str) -> int:
    """Return the cents per minute of a number: those of the longest beginning, 0 without one."""
    digits = e164.removeprefix("+")
    return next((prices[digits[:n]] for n in range(len(digits), 0, -1) if digits[:n] in prices), 0)
