"""Erasure events, published on the bus after the fact. Subscribers drop their in-memory copies."""

from dataclasses import dataclass
from datetime import datetime

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class SubjectErased(DomainEvent):
    """The key of a subject was destroyed: data sealed with it is unreadable."""

    subject: str


@dataclass(frozen=True, slots=True)
class OwnErasureScheduled(DomainEvent):
    """A person has closed their account, which will be erased."""

    person_id: str
    due: datetime


@dataclass(frozen=True, slots=True)
class TenantErased(DomainEvent):
    """All keys of a tenant were destroyed."""


@dataclass(frozen=True, slots=True)
class ObjectionChanged:
    """A person has objected to a processing, or ended the objection."""

    tenant_id: str
    purpose: str


@dataclass(frozen=True, slots=True)
class CopiesOutdated(DomainEvent):
    """Records of a table have a copy of a name that the subject no longer has. `after`: primary key of the last row
    that was corrected, as JSON; "" at the beginning."""

    subject: str
    person_id: str
    table: str
    after: str = ""
