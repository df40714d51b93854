"""What crosses the room's door."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A diagnostics report as its sender saw and sent it."""

    id: str
    tenant_id: str
    person_id: str
    created: datetime
    text: str = field(repr=False)
