"""Retry policy for push messages and e-mails."""

from datetime import datetime, timedelta

GONE = (404, 410)
"""RFC 8030 section 7.3: the subscription does not exist anymore."""
MOST_PUSH_TRIES = 4
_FIRST_PUSH_WAIT = 0.5
_LONGEST_PUSH_WAIT = 30.0
_FIRST_LETTER_WAIT = timedelta(seconds=30)
_LONGEST_LETTER_WAIT = timedelta(hours=1)


def worth_another_try(status: int | None) -> bool:
    """Return whether a retry is useful: unreachable (None), overloaded or failing service."""
    return status is None or status == 429 or status >= 500


def push_wait(status: int | None, tries: int, asked: float | None, left: float) -> float | None:
    """Return the seconds until the next attempt after `attempts`, or None for no more.

    `retry_after` is requested by the service; `remaining` is the remaining lifetime. Both are in seconds.
    """
    if not worth_another_try(status) or tries >= MOST_PUSH_TRIES:
        return None
    wait = max(_FIRST_PUSH_WAIT * 2 ** (tries - 1), asked or 0.0)
    return wait if wait <= min(left, _LONGEST_PUSH_WAIT) else None


def next_letter_try(now: datetime, tries: int, expires: datetime) -> datetime | None:
    """Return the time of the next attempt after `attempts`; None if the e-mail has expired by then."""
    wait = min(_FIRST_LETTER_WAIT * 2 ** min(tries - 1, 20), _LONGEST_LETTER_WAIT)
    due = now + wait
    return due if due < expires else None
