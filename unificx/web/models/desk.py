"""Diagnostics reports."""

from datetime import datetime

from pydantic import Field

from unificx.web.models.core import Input, Output

LONGEST_REPORT = 64 * 1024


class NewReport(Input):
    report: str = Field(min_length=1, max_length=LONGEST_REPORT, description="As its sender was shown it.")


class Report(Output):
    """What a client found out about itself, and its owner sent."""

    id: str
    person_id: str
    created: datetime
    text: str
