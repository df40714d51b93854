"""Decides whether a sweep may run now. A wrong clock must not delete anything. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

INTERVAL = timedelta(hours=1)
LARGEST_STEP = timedelta(days=1)
"""A clock that has moved on by more than this since it was last seen may be wrong."""
OVERDUE = 3 * INTERVAL

Decision = Literal["run", "wait", "ask"]


@dataclass(frozen=True, slots=True)
class SweepState:
    """State of an installation. `seen`: latest time that is trusted; `ran`: when the latest sweep began; `asked`: since
    when an operator has to confirm the clock."""

    seen: datetime
    ran: datetime | None = None
    asked: datetime | None = None


def decide(state: SweepState | None, now: datetime) -> Decision:
    """Return what to do: `wait` after the clock jumped back, or if the latest sweep was just now; `ask` if it jumped
    forward by more than a day since it was last seen. A server that was off for that long looks the same."""
    if state is None:
        return "run"
    if now < state.seen:
        return "wait"
    if now - state.seen > LARGEST_STEP:
        return "ask"
    return "run" if state.ran is None or now - state.ran >= INTERVAL else "wait"


def is_overdue(state: SweepState | None, now: datetime) -> bool:
    """Whether no sweep has begun for so long that something must be wrong."""
    if state is None:
        return False
    return state.asked is not None or state.seen - now > LARGEST_STEP or now - (state.ran or state.seen) > OVERDUE
