"""Schemas of opening hours."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from unificx.api.schemas.core import Input, Versioned
from unificx.api.schemas.groups import DestinationText
from unificx.routing import Switch

Weekly = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    Field(
        max_length=50,
        description="Weekly hours in the time zone of the tenant, such as `mon-fri 09:00-12:00,13:00-17:00`. A range"
        " that ends before it begins ends on the following day.",
        examples=[["mon-fri 09:00-17:00"]],
    ),
]
Holidays = Annotated[
    list[date],
    Field(max_length=1000, description="Dates that are closed all day.", examples=[["2026-12-25", "2026-12-26"]]),
]
Code = Annotated[
    str,
    Field(
        pattern=r"^(\*[0-9]{2,5})?$",
        description="Feature code of the switch: followed by 0 for auto, 1 for open, 2 for closed. Alone it closes if"
        " it is open now, else it returns to auto. Empty: none.",
        examples=["*28"],
    ),
]
HoursSwitch = Annotated[
    Switch, Field(description="`auto`: by the weekly hours and the holidays. `open` and `closed`: by hand.")
]


class Hours(Versioned):
    """Opening hours."""

    live: ClassVar[Mapping[str, Any]] = {"switch": True, "is_open": True}

    id: str
    tenant_id: str
    name: str
    created: datetime
    open: list[str] = Field(description="The weekly hours.")
    holidays: list[date]
    switch: HoursSwitch
    code: str
    then: str = Field(description="Destination while open.")
    otherwise: str = Field(description="Destination while closed.")
    is_open: bool = Field(description="Whether calls take the destination `then` now.")


class NewHours(Input):
    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$", examples=["office"])
    open: Weekly
    holidays: Holidays = Field(default_factory=list[date])
    code: Code = ""
    then: DestinationText
    otherwise: DestinationText = "hangup"


class HoursUpdate(Input):
    """Omitted or null fields stay unchanged. The name is fixed: delete and create."""

    open: Weekly | None = None
    holidays: Holidays | None = None
    switch: HoursSwitch | None = None
    code: Code | None = None
    then: DestinationText | None = None
    otherwise: DestinationText | None = None


class HolidayCalendar(Input):
    calendar: str = Field(
        max_length=256 << 10,
        description="Text of an iCalendar file (RFC 5545). The dates of its events are added to the holidays; yearly"
        " events are repeated for ten years.",
        examples=["BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR"],
    )
