"""Events of call recording."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class CallRecordingStored(DomainEvent):
    """A call recording was stored."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class CallRecordingsChanged(DomainEvent):
    """Call recordings of a tenant were archived, restored or erased."""
