"""Pure helpers: talk time."""

from unificx.calls.events import CallEnded

ANONYMOUS_NUMBER = "anonymous"
"""Placeholder number of callers without one: all of a tenant share one subject."""


def talk_seconds(call: CallEnded) -> int:
    """Return the talk time in seconds, rounded; 0 if unanswered or if the clock was set back."""
    if call.answered is None:
        return 0
    return max(0, round((call.ended - call.answered).total_seconds()))
