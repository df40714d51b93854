"""Data of holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Select

HoldKind = Literal["call", "recording", "message"]


@dataclass(frozen=True, slots=True)
class HoldTarget:
    """Objects of one kind in an area. `found(tenant_id)` selects the ids of all, `of_subject(tenant_id, subject)`
    those in which a subject takes part."""

    kind: HoldKind
    found: Callable[[str], Select[str]]
    of_subject: Callable[[str, str], Select[str]]


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to place, on one object, or on all objects of a subject. `by`: id of the person who places it;
    `request_id`: the request of an authority that asks for it, if it is here."""

    authority: str = field(repr=False)
    reason: str = field(repr=False)
    review: date
    kind: HoldKind | None = None
    object_id: str = ""
    subject: str = ""
    by: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class HeldKind:
    """Objects of one kind of a subject that are under holds. `review` is the last review date of these holds."""

    kind: HoldKind
    count: int
    review: date


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold. Authority and reason are empty once it is released. `overdue`: its review date has passed."""

    id: str
    created: datetime
    placed_by: str
    review: date
    released: datetime | None
    released_by: str
    objects: dict[HoldKind, int]
    overdue: bool
    request_id: str
    authority: str = field(repr=False)
    reason: str = field(repr=False)
