"""Time limits of requests about personal data, by law. Pure: dates in, dates out.

GDPR Art. 12(3): one month from receipt, extended by two further months if the person is informed within the first one.
Computed by Regulation (EEC, Euratom) 1182/71 Art. 3: the period ends with the day of the last month that has the number
of the day of receipt, or with the last day of a shorter month; if that is a Saturday, Sunday or public holiday, it ends
with the next working day. GDPR Art. 33: 72 hours from the discovery of a breach; a period in hours is not moved.
CCPA regulations (11 CCR 7021): confirmation within 10 business days, answer within 45 calendar days of receipt, or 90
once extended.

Requests that are not about the sender's data have general limits, in working days, which can be doubled. Reports
of abuse are first: a provider decides about them in a timely manner (Regulation (EU) 2022/2065 Art. 16(6)).
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from unificx.support.rights.holidays import is_working_day

Regime = Literal["gdpr", "ccpa", "general"]
"""`general`: no law sets a limit."""
GENERAL_DAYS: Mapping[str, int] = {"abuse": 2, "technical": 3, "inquiry": 5}
"""Working days to the answer, by kind of request."""
BREACH_HOURS = 72
_CCPA_DAYS, _CCPA_CONFIRMATION = 45, 10


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Last days, each to its end: of the confirmation of receipt, of the answer, of the answer once extended."""

    confirm: date | None
    answer: date
    extended: date


def regime_of(country: str) -> Regime:
    """Return the law of a tenant by its country."""
    return "ccpa" if country == "US" else "gdpr"


def time_limits(regime: Regime, country: str, received: date) -> TimeLimits:
    """Return the time limits of a request received on a day."""
    if regime == "ccpa":
        confirm = _add_working_days(received, _CCPA_CONFIRMATION, country)
        first = received + timedelta(days=_CCPA_DAYS)
        return TimeLimits(confirm, first, received + timedelta(days=2 * _CCPA_DAYS))
    return TimeLimits(
        None, _next_working_day(_add_months(received, 1), country), _next_working_day(_add_months(received, 3), country)
    )


def general_limits(kind: str, country: str, received: date) -> TimeLimits:
    """Return the time limits of a kind without a limit by law. Raise KeyError."""
    days = GENERAL_DAYS[kind]
    return TimeLimits(None, _add_working_days(received, days, country), _add_working_days(received, 2 * days, country))


def _add_months(day: date, months: int) -> date:
    """Return the day with the same number some months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _next_working_day(day: date, country: str) -> date:
    """Return the day, or the first working day after it."""
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return day


def _add_working_days(day: date, count: int, country: str) -> date:
    """Return the `count`-th working day after a day, which itself is not counted."""
    for _ in range(count):
        day = _next_working_day(day + timedelta(days=1), country)
    return day


def breach_due(found: datetime) -> datetime:
    """Return until when a breach has to be reported to the authority (GDPR Art. 33(1))."""
    return found + timedelta(hours=BREACH_HOURS)


def end_of(day: date, zone: tzinfo | None) -> datetime:
    """Return the end of a day in a time zone, UTC by default."""
    return datetime.combine(day + timedelta(days=1), time.min, zone or UTC).astimezone(UTC)


def last_day(end: datetime, zone: tzinfo | None) -> date:
    """Return the day that ends at a time, or before it, in a time zone, UTC by default."""
    return local_day(end - timedelta(seconds=1), zone)


def local_day(at: datetime, zone: tzinfo | None) -> date:
    """Return the day of a time in a time zone, UTC by default."""
    return at.astimezone(zone or UTC).date()
