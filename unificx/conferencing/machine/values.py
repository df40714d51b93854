"""Validation of room settings."""

from dataclasses import replace

from unificx.conferencing.schemas import RoomChange, RoomSettings
from unificx.core.errors import Invalid

NAME_LENGTH = 100
MOST = (2, 500)
END_AFTER_HOST = (0, 3600)
MOST_HOSTS = 50
GOES_ON = -1
"""Value of `end_after_host` in a change that removes the limit."""


def name(text: str) -> str:
    """Return the stripped room name. Raises Invalid."""
    stripped = text.strip()
    if not 1 <= len(stripped) <= NAME_LENGTH or not stripped.isprintable():
        raise Invalid(f"The name must have 1 to {NAME_LENGTH} printable characters.", field="name")
    return stripped


def checked(settings: RoomSettings) -> RoomSettings:
    """Return the settings unchanged. Raises Invalid."""
    _within(settings.most, MOST, "most")
    if settings.end_after_host is not None:
        _within(settings.end_after_host, END_AFTER_HOST, "end_after_host")
    return settings


def changed(settings: RoomSettings, change: RoomChange) -> RoomSettings:
    """Return the settings with the change applied. Raises Invalid."""
    names = ("wait_for_host", "announce", "locked", "muted_on_entry", "most", "may_record", "end_after_host")
    wanted = {name: value for name in names if (value := getattr(change, name)) is not None}
    if wanted.get("end_after_host") == GOES_ON:
        wanted["end_after_host"] = None
    return checked(replace(settings, **wanted))


def hosts(extension_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the extension ids without duplicates. Raises Invalid for too many."""
    once = tuple(dict.fromkeys(extension_ids))
    if len(once) > MOST_HOSTS:
        raise Invalid(f"A room can have at most {MOST_HOSTS} hosts.", field="hosts")
    return once


def _within(value: int, limits: tuple[int, int], field: str) -> None:
    if not limits[0] <= value <= limits[1]:
        raise Invalid(f"Must be between {limits[0]} and {limits[1]}.", field=field)
