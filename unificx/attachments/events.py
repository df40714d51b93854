"""Events of attachments."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class StorageLow(DomainEvent):
    """The files of a tenant have come to use nine tenths of its space."""
