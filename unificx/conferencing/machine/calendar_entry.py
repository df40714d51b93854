"""Meetings as iCalendar (RFC 5545): entries to import, invitations by e-mail (iTIP, RFC 5546), and feeds. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from unificx.conferencing.schemas import Language, Room
from unificx.core.content_lines import escape_text, folded_line
from unificx.core.errors import Conflict
from unificx.core.names import is_printable

DEFAULT_LENGTH = timedelta(hours=1)
"""Length of the entry of a meeting without a planned end."""
FEED_REFRESH = "PT1H"
"""How often programs are asked to read a feed again (RFC 7986)."""
Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Joining:
    """How a meeting is joined: a link, "" without one, public numbers, and the PIN if it is known."""

    url: str = field(default="", repr=False)
    dial_in: Sequence[str] = ()
    inside: bool = True
    """Whether the reader can dial the number of the room."""
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CalendarParty:
    """The organizer or an attendee."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Scheduling:
    """An invitation or cancellation for one attendee. Others are not named, so that addresses stay private."""

    method: Method
    organizer: CalendarParty
    attendee: CalendarParty


@dataclass(frozen=True, slots=True)
class _Texts:
    join: str
    phone: str
    inside: str
    asks_for_pin: str
    when: str


_TEXTS: Mapping[Language, _Texts] = {
    "en": _Texts("Join", "By telephone", "inside the company", "The meeting asks for a PIN.", "Time"),
    "de": _Texts("Teilnehmen", "Per Telefon", "im Unternehmen", "Die Besprechung fragt nach einer PIN.", "Zeit"),
}


def joining_lines(room: Room, joining: Joining, language: Language) -> list[str]:
    """Return how to join, a line each: the link, the numbers, and the PIN."""
    texts = _TEXTS[language]
    inside = [f"{room.number} ({texts.inside})"] if joining.inside else []
    numbers = ", ".join([*joining.dial_in, *inside])
    pin = f"PIN: {joining.pin}" if joining.pin else texts.asks_for_pin
    return [
        *([f"{texts.join}: {joining.url}"] if joining.url else []),
        *([f"{texts.phone}: {numbers}"] if numbers else []),
        *([pin] if room.has_pin and numbers else []),
    ]


def planned_time(room: Room, zone: tzinfo | None, language: Language) -> str:
    """Return the planned time of a meeting as a line of text, in a time zone; "" without a planned start."""
    if room.booking is None or room.booking.starts is None:
        return ""
    zone = zone or UTC
    starts = room.booking.starts.astimezone(zone)
    form = "%d.%m.%Y, %H:%M" if language == "de" else "%Y-%m-%d, %H:%M"
    end = room.booking.ends.astimezone(zone) if room.booking.ends is not None else None
    until = "" if end is None else f" – {end:%H:%M}" if end.date() == starts.date() else f" – {end.strftime(form)}"
    return f"{_TEXTS[language].when}: {starts.strftime(form)}{until} ({zone})"


def calendar_entry(
    room: Room, joining: Joining, now: datetime, language: Language = "en", scheduling: Scheduling | None = None
) -> str:
    """Return the entry of a meeting, to import, or as an invitation or cancellation.

    Raises Conflict for a meeting without a planned start.
    """
    event = _event(room, joining, now, language, scheduling)
    return _calendar(scheduling.method if scheduling is not None else "PUBLISH", event)


def calendar_feed(meetings: Iterable[tuple[Room, Joining]], name: str, now: datetime, language: Language = "en") -> str:
    """Return all meetings with a planned start as one calendar."""
    planned = [(room, joining) for room, joining in meetings if room.booking is not None and room.booking.starts]
    lines = [line for room, joining in planned for line in _event(room, joining, now, language, None)]
    head = (
        f"NAME:{escape_text(name)}",
        f"X-WR-CALNAME:{escape_text(name)}",  # understood by programs that predate RFC 7986
        f"REFRESH-INTERVAL;VALUE=DURATION:{FEED_REFRESH}",
    )
    return _calendar("PUBLISH", [*head, *lines])


def _calendar(method: Method, lines: Iterable[str]) -> str:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//UnifiCX//Meetings//EN", f"METHOD:{method}")
    return "".join(map(folded_line, (*head, *lines, "END:VCALENDAR")))


def _event(
    room: Room, joining: Joining, now: datetime, language: Language, scheduling: Scheduling | None
) -> Sequence[str]:
    starts, ends = (room.booking.starts, room.booking.ends) if room.booking is not None else (None, None)
    if starts is None:
        raise Conflict("The meeting has no planned start.", hint="Give it a start first.")
    url = [f"LOCATION:{escape_text(joining.url)}", f"URL:{joining.url}"] if joining.url else []
    description = "\n".join(joining_lines(room, joining, language))
    cancelled = scheduling is not None and scheduling.method == "CANCEL"
    return (
        "BEGIN:VEVENT",
        f"UID:{room.id}",  # random and unique, as RFC 7986 section 5.3 recommends
        f"SEQUENCE:{room.revision + cancelled}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(starts)}",
        f"DTEND:{_utc(ends or starts + DEFAULT_LENGTH)}",
        f"SUMMARY:{escape_text(room.name)}",
        *([f"DESCRIPTION:{escape_text(description)}", *url] if not cancelled else []),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        *(_parties(scheduling) if scheduling is not None else ()),
        "END:VEVENT",
    )


def _parties(scheduling: Scheduling) -> Iterable[str]:
    yield f"ORGANIZER{_name(scheduling.organizer)}:mailto:{scheduling.organizer.address}"
    asked = ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE" if scheduling.method == "REQUEST" else ""
    yield f"ATTENDEE{_name(scheduling.attendee)}{asked}:mailto:{scheduling.attendee.address}"


def _name(party: CalendarParty) -> str:
    """Return the parameter with the name. A quoted parameter cannot contain quotes or control characters."""
    name = " ".join("".join(each if is_printable(each) and each != '"' else " " for each in party.name).split())
    return f';CN="{name}"' if name else ""


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
