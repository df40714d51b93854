"""Pure decisions of the room."""

import base64
import binascii
from datetime import UTC, datetime

from unificx.calls.facts import CallEnded
from unificx.kernel.errors import Invalid

UNKNOWN_NUMBER = "anonymous"
"""Stands for every caller of a tenant that gave no number: together they are one subject, and tell nothing apart."""


def talk_seconds(call: CallEnded) -> int:
    """How long it was talked, to the nearest second; 0 if it was not answered or a clock was set back."""
    if call.answered is None:
        return 0
    return max(0, round((call.ended - call.answered).total_seconds()))


def write_cursor(started: datetime, call_id: str) -> str:
    """Where a page ended: behind this call."""
    return base64.urlsafe_b64encode(f"{started.isoformat()} {call_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """What `write_cursor` wrote. Raises Invalid for anything else."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        started, call_id = text.split(" ")
        moment = datetime.fromisoformat(started)
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return moment.astimezone(UTC), call_id
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid("That is not a cursor of this list.", field="cursor") from None
