"""Lifetimes of e-mails, text formats and the rate limit."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from unificx.cluster import Count, CounterKind, Counters
from unificx.core.rate_limit import SlidingWindow
from unificx.notifications.catalogue import EmailKind

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

MAX_LIFETIME = timedelta(hours=24)
_LIFETIMES: dict[EmailKind, timedelta] = {
    "recovery": timedelta(minutes=30),
    "sign_up": timedelta(hours=1),
    "request_code": timedelta(hours=1),
}


RECORD_PERIOD = timedelta(days=7)
"""How long the record of an ended e-mail is stored, and the longest period of the class `technical`."""
CREDENTIALS: frozenset[EmailKind] = frozenset({"invitation", "recovery", "sign_up", "request_code"})
"""Kinds whose link or text gives access. Only their recipient may read it."""


def lifetime(kind: EmailKind) -> timedelta:
    """Return how long an e-mail may stay in the queue. A link must not arrive after it has expired."""
    return _LIFETIMES.get(kind, MAX_LIFETIME)


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def format_time(at: datetime, language: Language) -> str:
    """Format a date and time for an e-mail, in the time zone of `at`."""
    return f"{format_date(at, language)}, {at:%H:%M}" + (" Uhr" if language == "de" else "")


def format_date(day: date, language: Language) -> str:
    """Format a date for an e-mail."""
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def describe_voicemail(number: str, seconds: float, when: str) -> str:
    """Describe a voicemail: extension, time and duration."""
    minutes, remainder = divmod(round(seconds), 60)
    return f"{number}, {when}, {minutes}:{remainder:02} min"


class EmailRateLimit:
    """Limits e-mails per person, kind and hour, so that the server cannot be used to flood a mailbox."""

    _WINDOW = SlidingWindow(limit=6, seconds=3600.0)
    _OF_MEETINGS = SlidingWindow(limit=20, seconds=3600.0)
    """A person may be invited to several meetings in an hour, or all those of a host may be cancelled."""
    _SENT = CounterKind("e-mails", 50_000)
    """Each count is the times of the e-mails of the window."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def allow(self, subject: str, kind: EmailKind) -> bool:
        """Return whether an e-mail is allowed now, and count it if so."""
        window = self._OF_MEETINGS if kind in ("meeting_invitation", "meeting_cancelled") else self._WINDOW

        def count(before: Sequence[Count], now: float) -> tuple[Sequence[Count], bool]:
            times, allowed = window.add(before[0], now)
            return [times], allowed

        return await self._counters.update(self._SENT, [f"{subject} {kind}"], count)
