"""Periods of reports in the time zone of an organisation; without one in that of the server. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

Every = Literal["daily", "weekly", "monthly"]
SEND_HOUR = 6
"""Local hour from which on a report of the days before is sent."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days from `first` to, and without, `end`."""

    first: date
    end: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - timedelta(days=1)

    def bounds(self, zone: tzinfo | None) -> tuple[datetime, datetime]:
        """Return start and end in UTC. A day of a change to or from summer time has 23 or 25 hours."""
        return _midnight(self.first, zone), _midnight(self.end, zone)


def newest_period(every: Every, now: datetime, zone: tzinfo | None) -> Period:
    """Return the newest period whose report is to be sent by `now`: a day, a week from Monday, or a month."""
    local = now.astimezone(zone)
    today = local.date() if local.hour >= SEND_HOUR else local.date() - timedelta(days=1)
    return period_before(every, today)


def period_before(every: Every, day: date) -> Period:
    """Return the newest period that ended before a day."""
    if every == "daily":
        return Period(day - timedelta(days=1), day)
    if every == "weekly":
        end = day - timedelta(days=day.weekday())
        return Period(end - timedelta(days=7), end)
    end = day.replace(day=1)
    return Period((end - timedelta(days=1)).replace(day=1), end)


def next_sending(every: Every, after: Period, zone: tzinfo | None) -> datetime:
    """Return when the report of the period after this one is sent, in UTC."""
    match every:
        case "daily":
            end = after.end + timedelta(days=1)
        case "weekly":
            end = after.end + timedelta(days=7)
        case "monthly":
            end = (after.end + timedelta(days=32)).replace(day=1)
    return datetime.combine(end, time(SEND_HOUR), zone).astimezone(UTC)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
