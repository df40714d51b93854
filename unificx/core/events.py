"""Domain events (past tense, frozen).

Durable events go through the outbox or the spool of `db` and are delivered at least once; signals (ringing, typing,
presence) go over the event bus of `cluster` and may be lost. Handlers are idempotent by `event.id`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """Base class of every durable event. Subclass fields hold ids and neutral values, never a personal value."""

    id: str
    tenant: str
