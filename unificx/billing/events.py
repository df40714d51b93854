"""Events of billing."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class CreditLow(DomainEvent):
    """The available credit has fallen below the threshold of the tenant. Published again only after it was above."""
