"""Retry policy for push messages and e-mails."""

from datetime import datetime, timedelta

GONE_STATUSES = (404, 410)
"""RFC 8030 section 7.3: the subscription does not exist anymore."""
MAX_PUSH_ATTEMPTS = 4
_FIRST_PUSH_DELAY = 0.5
_MAX_PUSH_DELAY = 30.0
_FIRST_EMAIL_DELAY = timedelta(seconds=30)
_MAX_EMAIL_DELAY = timedelta(hours=1)


def is_retryable(status: int | None) -> bool:
    """Return whether a retry is useful: unreachable (None), overloaded or failing service."""
    return status is None or status == 429 or status >= 500


def push_retry_delay(status: int | None, attempts: int, retry_after: float | None, remaining: float) -> float | None:
    """Return the seconds until the next attempt after `attempts`, or None for no more.

    `retry_after` is requested by the service; `remaining` is the remaining lifetime. Both are in seconds.
    """
    if not is_retryable(status) or attempts >= MAX_PUSH_ATTEMPTS:
        return None
    delay = max(_FIRST_PUSH_DELAY * 2 ** (attempts - 1), retry_after or 0.0)
    return delay if delay <= min(remaining, _MAX_PUSH_DELAY) else None


def next_email_attempt(now: datetime, attempts: int, expires: datetime) -> datetime | None:
    """Return the time of the next attempt after `attempts`; None if the e-mail has expired by then."""
    delay = min(_FIRST_EMAIL_DELAY * 2 ** min(attempts - 1, 20), _MAX_EMAIL_DELAY)
    due = now + delay
    return due if due < expires else None
