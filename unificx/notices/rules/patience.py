"""When to try again, and when to leave it."""

from datetime import datetime, timedelta

GONE = (404, 410)
"""RFC 8030 section 7.3: the subscription does not exist any more."""
MOST_PUSH_TRIES = 4
_FIRST_PUSH_WAIT = 0.5
_LONGEST_PUSH_WAIT = 30.0
_FIRST_LETTER_WAIT = timedelta(seconds=30)
_LONGEST_LETTER_WAIT = timedelta(hours=1)


def worth_another_try(status: int | None) -> bool:
    """Whether a push service may take it later: it was not reached (None), is busy, or is ill."""
    return status is None or status == 429 or status >= 500


def push_wait(status: int | None, tries: int, asked: float | None, left: float) -> float | None:
    """Seconds until the next try after `tries` of them, or None for no more.

    `asked` is the service's Retry-After; `left` how long the push is of use.
    """
    if not worth_another_try(status) or tries >= MOST_PUSH_TRIES:
        return None
    wait = max(_FIRST_PUSH_WAIT * 2 ** (tries - 1), asked or 0.0)
    return wait if wait <= min(left, _LONGEST_PUSH_WAIT) else None


def next_letter_try(now: datetime, tries: int, expires: datetime) -> datetime | None:
    """When a letter is tried again after `tries` of them; None if its time is over by then."""
    wait = min(_FIRST_LETTER_WAIT * 2 ** min(tries - 1, 20), _LONGEST_LETTER_WAIT)
    due = now + wait
    return due if due < expires else None
