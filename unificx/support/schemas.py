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


@dataclass(frozen=True, slots=True)
class SupportGrant:
    """The consent to support access until a time. `by`: id of the administrator; `ended` if it was ended early."""

    id: str
    granted: datetime
    by: str
    until: datetime
    ended: datetime | None
