"""The calendar entry of a meeting as iCalendar (RFC 5545), which calendars import. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from unificx.conferencing.schemas import Room
from unificx.core.content_lines import escape_text, folded_line
from unificx.core.errors import Conflict

DEFAULT_LENGTH = timedelta(hours=1)
"""Length of the entry of a meeting without a planned end."""
Language = Literal["en", "de"]
_TEXTS: dict[Language, tuple[str, str, str, str]] = {
    "en": ("Join", "By telephone", "inside the company", "The meeting asks for a PIN."),
    "de": ("Teilnehmen", "Per Telefon", "im Unternehmen", "Die Besprechung fragt nach einer PIN."),
}


def calendar_entry(room: Room, join_url: str, dial_in: Sequence[str], now: datetime, language: Language = "en") -> str:
    """Return the entry with the link, the public numbers in `dial_in` and the number of the room.

    Raises Conflict for a meeting without a planned start.
    """
    starts, ends = (room.booking.starts, room.booking.ends) if room.booking is not None else (None, None)
    if starts is None:
        raise Conflict("The meeting has no planned start.", hint="Create a meeting with a start.")
    join, phone, inside, pin = _TEXTS[language]
    numbers = ", ".join([*dial_in, f"{room.number} ({inside})"])
    description = [f"{join}: {join_url}", f"{phone}: {numbers}", *([pin] if room.has_pin else [])]
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//UnifiCX//Meetings//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{room.id}@{urlsplit(join_url).hostname}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(starts)}",
        f"DTEND:{_utc(ends or starts + DEFAULT_LENGTH)}",
        f"SUMMARY:{escape_text(room.name)}",
        f"DESCRIPTION:{escape_text(chr(10).join(description))}",
        f"LOCATION:{escape_text(join_url)}",
        f"URL:{join_url}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(map(folded_line, lines))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
