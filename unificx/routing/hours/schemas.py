"""Schemas of opening hours."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from unificx.routing.references import HANG_UP, DestinationRef

Switch = Literal["auto", "open", "closed"]
"""`auto`: by the weekly hours and the holidays. `open` and `closed`: by hand, until it is changed again."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening hours. `weekly` are texts such as `mon-fri 09:00-17:00`, in the time zone of the tenant; `then` is the
    destination while open, `otherwise` while closed; `code` is the feature code of the switch, "" for none."""

    id: str
    tenant_id: str
    name: str
    created: datetime
    weekly: tuple[str, ...]
    holidays: tuple[date, ...] = ()
    switch: Switch = "auto"
    code: str = ""
    then: DestinationRef = HANG_UP
    otherwise: DestinationRef = HANG_UP


@dataclass(frozen=True, slots=True)
class NewHours:
    """Values of new opening hours."""

    name: str
    weekly: tuple[str, ...]
    then: DestinationRef
    otherwise: DestinationRef = HANG_UP
    holidays: tuple[date, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class HoursChange:
    """Changes to opening hours; None keeps a value."""

    weekly: tuple[str, ...] | None = None
    holidays: tuple[date, ...] | None = None
    switch: Switch | None = None
    code: str | None = None
    then: DestinationRef | None = None
    otherwise: DestinationRef | None = None
