"""Values of the area."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Feature = Literal["app", "phone", "outside", "meetings", "voicemail", "chat"]
"""A call with the app; one with a desk phone; a call to outside; a call to a conference room; a message of the mailbox
that was played; a written message."""
FEATURES: tuple[Feature, ...] = get_args(Feature)
Band = Literal["few", "some", "most"]
"""Fewer than ten of the people use it; a number between; all but fewer than ten."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Use of a feature in a month. `percent` of the counted people, in steps of five; None unless `band` is `some`."""

    feature: Feature
    band: Band
    percent: int | None


@dataclass(frozen=True, slots=True)
class Month:
    """A complete month, by its first day."""

    month: date
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Use of the features. `people`: how many are counted, rounded down to five; None, and no months, for fewer than
    ten."""

    people: int | None
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """The features for which a person is counted in a month."""

    month: date
    features: tuple[Feature, ...]
