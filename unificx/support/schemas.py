"""Schemas of the support service."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DiagnosticsReport:
    """A diagnostics report, exactly as shown to its sender."""

    id: str
    tenant_id: str
    person_id: str
    created: datetime
    text: str = field(repr=False)
