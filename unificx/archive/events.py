"""Events of access copies."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class CopyReady(DomainEvent):
    """A copy that an account has requested can be downloaded."""

    copy_id: str
    person_id: str
