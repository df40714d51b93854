"""Data returned by the retention service."""

from dataclasses import dataclass
from datetime import datetime

from unificx.privacy.retention.classes import Limits, RetentionClass
from unificx.privacy.retention.periods import Period


@dataclass(frozen=True, slots=True)
class ClassPeriod:
    """A class as it applies to a tenant. `period` is None for a class without one; `changed`: the tenant has set it."""

    rule: RetentionClass
    period: Period | None
    default: Period | None
    """The period without a setting of the tenant."""
    limits: Limits
    changed: bool
    text: str
    """End of the sentence "stored ...", such as "for 14 days after the start of the call"."""


@dataclass(frozen=True, slots=True)
class DueRows:
    """Rows of one kind that end soon. `counts` are the numbers of those that end before each of the times."""

    retention: str
    kind: str
    counts: tuple[tuple[datetime, int], ...]


@dataclass(frozen=True, slots=True)
class SweepStatus:
    """State of the sweeps. `waiting_since`: an operator has to confirm the clock; `stalled`: kinds of which something
    is due, though the latest sweep removed nothing."""

    last_run: datetime | None
    waiting_since: datetime | None
    overdue: bool
    stalled: tuple[str, ...]

    @property
    def alarm(self) -> bool:
        """Whether an operator has to look."""
        return self.overdue or bool(self.stalled)
