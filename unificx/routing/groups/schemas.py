"""Schemas of ring groups."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from unificx.routing.references import HANG_UP, DestinationRef

Strategy = Literal["all", "in_turn", "random", "memory"]
"""`all`: all members ring together. `in_turn`: the steps ring one after the other. `random`: in a new order for every
call. `memory`: in turn, beginning after the step that rang last."""
Steps = tuple[tuple[str, ...], ...]
"""Ids of extensions, and numbers outside in E.164: those of one step ring together."""


def is_outside(member: str) -> bool:
    """Return whether a member of a step is a number outside."""
    return member.startswith("+")


@dataclass(frozen=True, slots=True)
class RingGroup:
    """A ring group. `ring_seconds`: of the whole group with the strategy `all`, else of each step. `name_prefix`: shown
    before the name of the caller. `otherwise`: the destination of calls that no member answers."""

    id: str
    tenant_id: str
    number: str
    name: str
    created: datetime
    steps: Steps
    strategy: Strategy = "all"
    ring_seconds: int = 20
    name_prefix: str = ""
    otherwise: DestinationRef = HANG_UP

    @property
    def extension_ids(self) -> list[str]:
        """Ids of the extensions among the members, in order."""
        return [one for step in self.steps for one in step if not is_outside(one)]

    @property
    def reference(self) -> DestinationRef:
        """The group as a destination."""
        return DestinationRef("group", self.number)


@dataclass(frozen=True, slots=True)
class NewGroup:
    """Values of a new group. The default name is the number."""

    number: str
    steps: Steps
    name: str = ""
    strategy: Strategy = "all"
    ring_seconds: int = 20
    name_prefix: str = ""
    otherwise: DestinationRef = HANG_UP


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Changes to a group; None keeps a value."""

    name: str | None = None
    steps: Steps | None = None
    strategy: Strategy | None = None
    ring_seconds: int | None = None
    name_prefix: str | None = None
    otherwise: DestinationRef | None = None
