"""Holidays of an iCalendar file (RFC 5545): the dates of its events. Pure and bounded.

Read are DTSTART and DTEND of each VEVENT, and RRULE as far as it repeats an event every year. Times within a day are
left out: a holiday is a whole day. Names of events are not read.
"""

import re
from datetime import date, timedelta

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

MAX_LENGTH = 256 << 10
"""Characters of a file."""
MAX_EVENTS = 1000
MAX_DAYS = 40
"""Days of one event."""
MAX_YEARS_AHEAD = 100
YEARS = 10
"""Years that yearly events are repeated for, from the year of the import."""
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{6}Z?)?")
_LINE = re.compile(r"(BEGIN|END|DTSTART|DTEND|RRULE)(?:;[^:]*)?:(.*)", re.IGNORECASE)


def read_holidays(text: str, today: date) -> tuple[date, ...]:
    """Return the dates from this year on. Raises Invalid for a file that is not a calendar or exceeds a limit."""
    if len(text) > MAX_LENGTH:
        raise _invalid(Phrase("The calendar is too large. At most {} KiB are read.", MAX_LENGTH >> 10))
    # Long lines are folded (RFC 5545 section 3.1).
    lines = re.sub(r"\r?\n[ \t]", "", text.lstrip("\ufeff")).splitlines()
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise _invalid("This is not an iCalendar file.")
    found: set[date] = set()
    event: dict[str, str] | None = None
    events = 0
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        name, value = match[1].upper(), match[2].strip()
        if (name, value.upper()) == ("BEGIN", "VEVENT"):
            event, events = {}, events + 1
            if events > MAX_EVENTS:
                raise _invalid(Phrase("The calendar has more than {} events.", MAX_EVENTS))
        elif (name, value.upper()) == ("END", "VEVENT") and event is not None:
            found |= _dates(event, today)
            event = None
        elif event is not None and name not in ("BEGIN", "END"):
            event.setdefault(name, value)
    return tuple(sorted(one for one in found if one.year >= today.year))


def _dates(event: dict[str, str], today: date) -> set[date]:
    start = _date(event.get("DTSTART", ""))
    if start.year > today.year + MAX_YEARS_AHEAD:
        raise _invalid(Phrase("An event is more than {} years ahead.", MAX_YEARS_AHEAD))
    end = _date(event["DTEND"]) if "DTEND" in event else start + timedelta(days=1)
    if not end > start:
        end = start + timedelta(days=1)
    if (end - start).days > MAX_DAYS:
        raise _invalid(Phrase("An event is longer than {} days.", MAX_DAYS))
    days = [start + timedelta(days=at) for at in range((end - start).days)]
    return set(days) | {other for year in _years(event, start, today) for day in days if (other := _in(day, year))}


def _years(event: dict[str, str], start: date, today: date) -> range:
    """Return the distances, in years, at which the event is repeated."""
    rule = event.get("RRULE", "")
    if not rule:
        return range(0)
    parts = {name: value for name, _, value in (part.upper().partition("=") for part in rule.split(";"))}
    if parts.pop("FREQ", "") != "YEARLY" or parts.pop("INTERVAL", "1") != "1":
        raise _invalid("An event is repeated other than every year.")
    last = today.year + YEARS
    if "UNTIL" in parts:
        last = min(last, _date(parts.pop("UNTIL")).year)
    if "COUNT" in parts:
        count = parts.pop("COUNT")
        if not count.isascii() or not count.isdigit() or len(count) > 6:
            raise _invalid("The repetition of an event is malformed.")
        last = min(last, start.year + int(count) - 1)
    if parts.keys() - {"BYMONTH", "BYMONTHDAY", "WKST"}:
        raise _invalid("An event is repeated other than on the same date of every year.")
    return range(max(1, today.year - start.year), last - start.year + 1)


def _in(day: date, years: int) -> date | None:
    """Return the same date in another year; None for 29 February of a year without it."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return None


def _date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise _invalid("An event has no valid date.")
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise _invalid("An event has no valid date.") from None


def _invalid(message: str) -> Invalid:
    return Invalid(message, field="calendar", hint="Export whole days that are repeated every year or not at all.")
