"""Events of holds, published on the bus after the commit."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class HoldReleased(DomainEvent):
    """A hold was released: erasures that it delayed can end."""
