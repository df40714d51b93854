"""Weekly hours as text, and whether they are open at a time. Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_RANGES = 50
MINUTES_OF_DAY = 24 * 60
_DAYS = re.compile(r"[a-z]{3}(?:-[a-z]{3})?(?:,[a-z]{3}(?:-[a-z]{3})?)*")
_TIMES = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Minutes of a day, from `start` until before `end`, on weekdays from 0 for Monday. If `end` is not after `start`,
    the range ends on the following day."""

    days: frozenset[int]
    start: int
    end: int


def parse_weekly(texts: Iterable[str], field: str = "open") -> tuple[TimeRange, ...]:
    """Read texts such as `mon-fri 09:00-12:00,13:00-17:00`. Raises Invalid that names `field`."""
    found: list[TimeRange] = []
    for text in texts:
        days, _, times = text.strip().lower().partition(" ")
        if not _DAYS.fullmatch(days) or not times.strip():
            raise _invalid(text, field)
        weekdays = frozenset(day for part in days.split(",") for day in _weekdays(part, text, field))
        found += [_time_range(weekdays, part.strip(), text, field) for part in times.split(",")]
    if len(found) > MAX_RANGES:
        raise Invalid(Phrase("Too many hours. Use at most {} ranges.", MAX_RANGES), field=field)
    return tuple(found)


def is_open(ranges: Iterable[TimeRange], holidays: Collection[date], local: datetime) -> bool:
    """Return whether it is open at a local time. A holiday is closed from its beginning to its end."""
    if local.date() in holidays:
        return False
    today, minute = local.weekday(), local.hour * 60 + local.minute
    yesterday, yesterday_open = (today - 1) % 7, (local - timedelta(days=1)).date() not in holidays
    for each in ranges:
        if each.start < each.end:
            if today in each.days and each.start <= minute < each.end:
                return True
        elif (today in each.days and minute >= each.start) or (
            yesterday in each.days and yesterday_open and minute < each.end
        ):
            return True
    return False


def _weekdays(part: str, text: str, field: str) -> list[int]:
    first, _, last = part.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise _invalid(text, field)
    start = DAYS.index(first)
    count = (DAYS.index(last or first) - start) % 7 + 1
    return [(start + at) % 7 for at in range(count)]


def _time_range(days: frozenset[int], part: str, text: str, field: str) -> TimeRange:
    match = _TIMES.fullmatch(part)
    if match is None:
        raise _invalid(text, field)
    hours, minutes, to_hours, to_minutes = map(int, match.groups())
    start, end = hours * 60 + minutes, to_hours * 60 + to_minutes
    if start >= MINUTES_OF_DAY or end > MINUTES_OF_DAY or minutes > 59 or to_minutes > 59 or start == end:
        raise _invalid(text, field)
    return TimeRange(days, start, end)


def _invalid(text: str, field: str) -> Invalid:
    return Invalid(
        Phrase("These are not weekly hours: {}", text[:60]), field=field, hint="Write for example: mon-fri 09:00-17:00"
    )
