"""Validation of room settings, and the end of meetings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from unificx.conferencing.schemas import Booking, Room, RoomChange, RoomSettings
from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

PARTICIPANT_LIMITS = (2, 500)
END_AFTER_HOST_LIMITS = (0, 3600)
MAX_HOSTS = 50
NO_END = -1
"""Value of `end_after_host` in a change that removes the limit."""
STORED_AFTER_END, STORED_UNUSED = timedelta(days=7), timedelta(days=90)
"""How long a meeting is stored after its planned end; without one, after its last participant. Retention `meeting`."""
_DAY = timedelta(days=1)


def check_settings(settings: RoomSettings) -> RoomSettings:
    """Return the settings unchanged. Raises Invalid."""
    _check_range(settings.most, PARTICIPANT_LIMITS, "most")
    if settings.end_after_host is not None:
        _check_range(settings.end_after_host, END_AFTER_HOST_LIMITS, "end_after_host")
    return settings


def apply_change(settings: RoomSettings, change: RoomChange) -> RoomSettings:
    """Return the settings with the change applied. Raises Invalid."""
    names = ("wait_for_host", "lobby", "announce", "locked", "muted_on_entry", "most", "may_record", "end_after_host")
    changes = {name: value for name in names if (value := getattr(change, name)) is not None}
    if changes.get("end_after_host") == NO_END:
        changes["end_after_host"] = None
    return check_settings(replace(settings, **changes))


def check_booking(booking: Booking, now: datetime) -> Booking:
    """Return the time of a meeting in UTC. Raises Invalid."""
    if booking.ends is not None and booking.ends <= max(now, booking.starts or now):
        raise Invalid("A meeting ends after its start, and not in the past.", field="ends")
    return Booking(*(one and one.astimezone(UTC) for one in (booking.starts, booking.ends)))


def is_over(room: Room, now: datetime) -> bool:
    """Return whether the retention period of a meeting has ended. Other rooms have none."""
    if room.booking is None:
        return False
    starts, ends = room.booking.starts, room.booking.ends
    used = room.used and room.used + _DAY
    last = max(one for one in (room.created, starts, ends, used) if one is not None)
    return last + (STORED_UNUSED if ends is None else STORED_AFTER_END) < now


def day_of(moment: datetime) -> datetime:
    """Return the start of the day in UTC."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def is_unmarked(room: Room, now: datetime) -> bool:
    """Return whether the use of a meeting today is not noted yet. That of other rooms is not noted."""
    return room.booking is not None and room.used != day_of(now)


def meeting_number(random: bytes) -> str:
    """Return a number of six digits for the room of a meeting, from random bytes."""
    return f"8{int.from_bytes(random) % 100_000:05}"


def check_hosts(extension_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the extension ids without duplicates, in the stored order. Raises Invalid for too many."""
    unique = tuple(sorted(set(extension_ids)))
    if len(unique) > MAX_HOSTS:
        raise Invalid(Phrase("A room can have at most {} hosts.", MAX_HOSTS), field="hosts")
    return unique


def _check_range(value: int, limits: tuple[int, int], field: str) -> None:
    if not limits[0] <= value <= limits[1]:
        raise Invalid(Phrase("Must be between {} and {}.", limits[0], limits[1]), field=field)
