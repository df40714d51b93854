"""Periods of reports in the time zone of an organisation."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from unificx.notifications.reports.periods import Every, Period, newest_period, next_sending

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "now", "first", "end", "following"),
    [
        ("daily", "2026-03-29 03:59", "2026-03-27", "2026-03-28", "2026-03-29 04:00"),
        ("daily", "2026-03-29 04:00", "2026-03-28", "2026-03-29", "2026-03-30 04:00"),  # summer time from that day on
        ("weekly", "2026-03-30 03:59", "2026-03-16", "2026-03-23", "2026-03-30 04:00"),
        ("weekly", "2026-04-01 12:00", "2026-03-23", "2026-03-30", "2026-04-06 04:00"),
        ("monthly", "2026-03-01 04:59", "2026-01-01", "2026-02-01", "2026-03-01 05:00"),
        ("monthly", "2026-12-31 23:59", "2026-11-01", "2026-12-01", "2027-01-01 05:00"),
    ],
)
def test_the_report_of_a_period_is_due_at_six_local_time(
    every: Every, now: str, first: str, end: str, following: str
) -> None:
    period = newest_period(every, at(now), BERLIN)
    assert period == Period(date.fromisoformat(first), date.fromisoformat(end))
    assert next_sending(every, period, BERLIN) == at(following)


def test_a_day_has_the_bounds_of_its_time_zone() -> None:
    spring = Period(date(2026, 3, 29), date(2026, 3, 30))
    assert spring.bounds(BERLIN) == (at("2026-03-28 23:00"), at("2026-03-29 22:00")), "23 hours"
    assert spring.bounds(TOKYO) == (at("2026-03-28 15:00"), at("2026-03-29 15:00"))
    assert spring.last == spring.first
