"""Validation of room settings."""

from dataclasses import replace
from datetime import UTC, datetime

from unificx.conferencing.schemas import Booking, RoomChange, RoomSettings
from unificx.core.errors import Invalid

PARTICIPANT_LIMITS = (2, 500)
END_AFTER_HOST_LIMITS = (0, 3600)
MAX_HOSTS = 50
NO_END = -1
"""Value of `end_after_host` in a change that removes the limit."""


def check_settings(settings: RoomSettings) -> RoomSettings:
    """Return the settings unchanged. Raises Invalid."""
    _check_range(settings.most, PARTICIPANT_LIMITS, "most")
    if settings.end_after_host is not None:
        _check_range(settings.end_after_host, END_AFTER_HOST_LIMITS, "end_after_host")
    return settings


def apply_change(settings: RoomSettings, change: RoomChange) -> RoomSettings:
    """Return the settings with the change applied. Raises Invalid."""
    names = ("wait_for_host", "announce", "locked", "muted_on_entry", "most", "may_record", "end_after_host")
    changes = {name: value for name in names if (value := getattr(change, name)) is not None}
    if changes.get("end_after_host") == NO_END:
        changes["end_after_host"] = None
    return check_settings(replace(settings, **changes))


def check_booking(booking: Booking, now: datetime) -> Booking:
    """Return the time of a meeting in UTC. Raises Invalid."""
    if booking.ends is not None and booking.ends <= max(now, booking.starts or now):
        raise Invalid("A meeting ends after its start, and not in the past.", field="ends")
    return Booking(*(one and one.astimezone(UTC) for one in (booking.starts, booking.ends)))


def meeting_number(random: bytes) -> str:
    """Return a number of six digits for the room of a meeting, from random bytes."""
    return f"8{int.from_bytes(random) % 100_000:05}"


def check_hosts(extension_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the extension ids without duplicates. Raises Invalid for too many."""
    unique = tuple(dict.fromkeys(extension_ids))
    if len(unique) > MAX_HOSTS:
        raise Invalid(f"A room can have at most {MAX_HOSTS} hosts.", field="hosts")
    return unique


def _check_range(value: int, limits: tuple[int, int], field: str) -> None:
    if not limits[0] <= value <= limits[1]:
        raise Invalid(f"Must be between {limits[0]} and {limits[1]}.", field=field)
