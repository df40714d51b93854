"""Erasure events, published on the bus after the fact. Subscribers drop their in-memory copies."""

from dataclasses import dataclass

from unificx.core.events import Fact


@dataclass(frozen=True, slots=True)
class SubjectErased(Fact):
    """The key of a subject was destroyed: data sealed with it is unreadable."""

    subject: str


@dataclass(frozen=True, slots=True)
class TenantErased(Fact):
    """All keys of a tenant were destroyed."""
