"""Months of billing: their days, the periods in which one set of prices applies, and shares of amounts. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` to the day before `until`."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def month_of(day: date) -> Period:
    """Return the calendar month of a day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=32)).replace(day=1))


def beginning(day: date, zone: tzinfo | None) -> datetime:
    """Return when a day begins in a time zone; None: that of the server. A day that begins with a change of the clock,
    such as to daylight saving time, begins right after it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def share(amount: int, period: Period, month: Period) -> int:
    """Return the part of a month's amount for a period in it. The parts of periods that make up the month add up to the
    amount, whatever the periods are."""
    before, after = ((day - month.since).days for day in (period.since, period.until))
    return amount * after // month.days - amount * before // month.days


def split(month: Period, changes: Iterable[tuple[date, T]], at_first: T) -> Sequence[tuple[Period, T]]:
    """Return the periods of a month between changes, each with the value that applies in it: that of the last change
    until its first day, `at_first` before all of them. Periods with equal values are joined."""
    value, since = at_first, month.since
    found: list[tuple[Period, T]] = []
    for day, new in sorted(changes, key=lambda change: change[0]):
        if day >= month.until:
            break
        if day > since and new != value:
            found.append((Period(since, day), value))
            since = day
        value = new
    found.append((Period(since, month.until), value))
    return found
