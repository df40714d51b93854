"""Figures that identify no person, without I/O.

A number is given only if at least ten people are behind it, and ten behind what is left: "all but two" says as much
about the two as "two". Numbers are rounded, so that the decision of one person to be counted rarely shows.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, tzinfo

from unificx.insight.schemas import FEATURES, Cell, Feature

LEAST = 10
"""Smallest number of people behind a figure."""
_STEP = 5
MONTHS = 6


def rounded_people(count: int) -> int | None:
    """Return how many people are counted, as it may be shown; None if there are too few for any figure."""
    return None if count < LEAST else count - count % _STEP


def cells(users: Mapping[Feature, Set[str]], counted: int) -> tuple[Cell, ...]:
    """Return the cells of a month, of at least `LEAST` counted people."""
    return tuple(_cell(feature, len(users.get(feature, ())), counted) for feature in FEATURES)


def _cell(feature: Feature, used: int, counted: int) -> Cell:
    if used < LEAST:
        return Cell(feature, "few", None)
    if counted - used < LEAST:
        return Cell(feature, "most", None)
    return Cell(feature, "some", round(100 * used / counted / _STEP) * _STEP)


def complete_months(now: datetime, zone: tzinfo | None) -> Sequence[tuple[date, datetime, datetime]]:
    """Return the last complete months in a time zone, oldest first: first day, begin and end."""
    today = now.astimezone(zone)
    ordinal = today.year * 12 + today.month - 1
    days = [date(each // 12, each % 12 + 1, 1) for each in range(ordinal - MONTHS, ordinal + 1)]
    starts = [datetime(each.year, each.month, 1, tzinfo=zone or today.tzinfo) for each in days]
    return [(days[at], starts[at], starts[at + 1]) for at in range(MONTHS)]
