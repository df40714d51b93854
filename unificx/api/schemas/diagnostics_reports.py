"""Schemas of diagnostics reports."""

from datetime import datetime

from pydantic import Field

from unificx.api.schemas.core import Input, Output

MAX_REPORT = 64 * 1024


class NewReport(Input):
    report: str = Field(min_length=1, max_length=MAX_REPORT, description="The report, as shown to its sender.")


class Report(Output):
    """A diagnostics report sent by a user."""

    id: str
    person_id: str
    created: datetime
    text: str
