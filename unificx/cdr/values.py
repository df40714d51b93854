"""Pure helpers: times of calls."""

from datetime import datetime

from unificx.calls.events import CallEnded


def talk_seconds(call: CallEnded) -> int:
    """Return the talk time in seconds, rounded; 0 if unanswered or if the clock was set back."""
    if call.answered is None:
        return 0
    return max(0, round((call.ended - call.answered).total_seconds()))


def to_the_second(at: datetime) -> str:
    """Return a time in ISO 8601 without fractions, which would recognise a call in other data."""
    return at.replace(microsecond=0).isoformat()
