"""What happened to people's data. Told on the bus once it is so; whoever keeps a copy in memory drops it then."""

from dataclasses import dataclass

from unificx.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class SubjectErased(Fact):
    """A subject's key is destroyed: what was sealed under it can be read by nobody."""

    subject: str


@dataclass(frozen=True, slots=True)
class TenantErased(Fact):
    """A whole organisation's keys are destroyed."""
