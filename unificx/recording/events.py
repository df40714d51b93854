"""Events of call recording."""

from dataclasses import dataclass

from unificx.core.events import Fact


@dataclass(frozen=True, slots=True)
class ConversationKept(Fact):
    """A call recording was stored."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class ConversationsChanged(Fact):
    """Call recordings of a tenant were archived, restored or erased."""
