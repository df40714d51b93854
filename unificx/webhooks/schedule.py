"""When messages are tried again. Pure."""

from datetime import datetime, timedelta

LIFETIME = timedelta(hours=24)
"""A message is tried for so long; a webhook that has failed for so long is paused."""
_DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 300, 900, 1800, 3600, 7200, 10800, 14400, 21600, 21600)
)

FIRST_DELAY = _DELAYS[0]


def next_attempt(now: datetime, attempts: int, created: datetime) -> datetime | None:
    """Return when a message is tried again after `attempts`; None if it is too old by then."""
    due = now + _DELAYS[min(attempts, len(_DELAYS)) - 1]
    return due if due < created + LIFETIME else None


def is_hopeless(failing_since: datetime | None, now: datetime) -> bool:
    """Whether a webhook has failed for so long that it is paused."""
    return failing_since is not None and now >= failing_since + LIFETIME


def is_success(status: int) -> bool:
    """Whether the receiver has accepted the message."""
    return 200 <= status < 300


def concerns_all_messages(status: int) -> bool:
    """Whether the others wait for the next attempt too: there is no response (0), or the receiver reports a fault of
    its own or overload."""
    return not 200 <= status < 500 or status == 429
