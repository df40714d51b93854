"""What a mailbox may be set to, and when a message is worth keeping."""

from itertools import pairwise

from unificx.kernel.errors import Invalid
from unificx.recordings.settings import TenantChange, TenantSettings

SHORTEST = 1.0
"""Seconds: what is shorter is a handset put down."""
LONGEST_SECONDS = (10, 1800)
MOST_MESSAGES = (1, 1000)
RESTORABLE_DAYS = (0, 365)
PIN_DIGITS = (4, 12)


def changed(settings: TenantSettings, change: TenantChange) -> TenantSettings:
    """The settings with the change made. Raises Invalid."""
    return TenantSettings(
        enabled=settings.enabled if change.enabled is None else change.enabled,
        longest_seconds=_within(change.longest_seconds, settings.longest_seconds, LONGEST_SECONDS, "longest_seconds"),
        most_messages=_within(change.most_messages, settings.most_messages, MOST_MESSAGES, "most_messages"),
        restorable_days=_within(change.restorable_days, settings.restorable_days, RESTORABLE_DAYS, "restorable_days"),
    )


def usable_pin(pin: str) -> str:
    """The PIN itself. Raises Invalid for one that is no PIN, or the first that anybody would try."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
        raise Invalid(f"A PIN has {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits.", field="pin")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        raise Invalid("A PIN of equal digits, or of digits in a row, is guessed at once.", field="pin")
    return pin


def _within(value: int | None, before: int, limits: tuple[int, int], field: str) -> int:
    if value is None:
        return before
    if not limits[0] <= value <= limits[1]:
        raise Invalid(f"Between {limits[0]} and {limits[1]}.", field=field)
    return value
