"""Events of holds, delivered by the outbox and, after the commit, on the bus."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class HoldReleased(DomainEvent):
    """A hold was released: erasures that it delayed can end. `subject` seals its authority and reason."""

    subject: str = ""
