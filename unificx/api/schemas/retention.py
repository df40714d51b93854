"""Bodies of retention: periods by class, what ends next, and the state of the sweeps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from unificx.api.schemas.core import Input, Output, Versioned


class RetentionLimits(Output):
    """Limits of a period, ISO 8601."""

    shortest: str = Field(examples=["P1D"])
    longest: str = Field(examples=["P10Y"])
    law: str = Field(description="The law that sets the limits in the tenant's country; empty if none does.")


class RetentionClass(Output):
    """How long data of one class is stored."""

    name: str = Field(description="Key of the class, as in the inventory of personal data.", examples=["history"])
    anchor: str = Field(description="Event from which the period counts.", examples=["the start of the call"])
    action: Literal["delete", "truncate", "anonymise"]
    period: str | None = Field(description="ISO 8601 duration; none for a class that something else ends.")
    default: str | None = Field(description="Period without a setting of the tenant.")
    changed: bool = Field(description="Whether the tenant has set the period.")
    limits: RetentionLimits | None
    text: str = Field(examples=["for 12 months after the start of the call"])


class RetentionSweeps(Output):
    """State of the sweeps of the installation."""

    last_run: datetime | None
    waiting_since: datetime | None = Field(description="Since when an operator has to confirm the clock.")
    overdue: bool = Field(description="Whether no sweep has run for hours.")
    stalled: list[str] = Field(description="Kinds of which something is due, though the latest sweep removed nothing.")


class Retention(Versioned):
    """Retention of a tenant."""

    live: ClassVar[Mapping[str, Any]] = {"sweeps": True}

    classes: list[RetentionClass]
    sweeps: RetentionSweeps


class RetentionChange(Input):
    """Periods that the tenant sets; the defaults apply to all other classes."""

    periods: dict[str, str] = Field(description="ISO 8601 durations by class.", max_length=20)


class EndingRows(Output):
    """Number of rows that end before a time."""

    before: datetime
    count: int


class RetentionPreview(Output):
    """Number of rows of one kind that end next."""

    retention: str = Field(description="Key of the class.")
    kind: str = Field(examples=["calls"])
    counts: list[EndingRows] = Field(description="By ascending time; the first is now.")
