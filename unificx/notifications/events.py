"""Events of notifications: signals on the bus, which are not stored, and what webhooks report."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class NoticeSent(DomainEvent):
    """A notice was sent to a person. `kind`: of the catalogue of notices."""

    person_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class NoticesChanged:
    """Signal: a notice was added to the list of a person, or was read."""

    tenant: str
    person_id: str


@dataclass(frozen=True, slots=True)
class PushSeen:
    """A requested test push has arrived on the device of the signed-in session."""

    tenant: str
    session_id: str
    test_id: str
