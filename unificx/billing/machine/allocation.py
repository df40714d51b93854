"""Included minutes of a month: which seconds of which calls they cover. Pure.

Calls use them in the order of their beginning, whatever the order in which they are rated.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BilledCall:
    """A call of an extension in a month: its id, when it was answered, and its billed seconds."""

    id: str
    answered: datetime
    seconds: int


def allocate(calls: Iterable[BilledCall], included: int) -> Sequence[tuple[BilledCall, int]]:
    """Return the calls in the order of their beginning, each with the seconds that are covered."""
    left, found = included, list[tuple[BilledCall, int]]()
    for call in sorted(calls, key=lambda one: (one.answered, one.id)):
        covered = min(left, call.seconds)
        left -= covered
        found.append((call, covered))
    return found
