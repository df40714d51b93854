"""Pure helpers: talk time and list cursors."""

import base64
import binascii
from datetime import UTC, datetime

from unificx.calls.events import CallEnded
from unificx.core.errors import Invalid

ANONYMOUS_NUMBER = "anonymous"
"""Placeholder number of callers without one: all of a tenant share one subject."""


def talk_seconds(call: CallEnded) -> int:
    """Return the talk time in seconds, rounded; 0 if unanswered or if the clock was set back."""
    if call.answered is None:
        return 0
    return max(0, round((call.ended - call.answered).total_seconds()))


def encode_cursor(started: datetime, call_id: str) -> str:
    """Return a cursor that points behind this call."""
    return base64.urlsafe_b64encode(f"{started.isoformat()} {call_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """Decode a cursor of `write_cursor`. Raises Invalid for any other text."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        started, call_id = text.split(" ")
        timestamp = datetime.fromisoformat(started)
        if timestamp.tzinfo is None:
            raise ValueError("a timestamp needs a time zone")
        return timestamp.astimezone(UTC), call_id
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid("Invalid cursor. Pass `next` from the previous page.", field="cursor") from None
