"""Events of queues: durable ones, published once committed, and a signal about a live queue."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent
from unificx.queues.schemas import Queue


@dataclass(frozen=True, slots=True)
class QueueCreated(DomainEvent):
    queue_id: str


@dataclass(frozen=True, slots=True)
class QueueDeleted(DomainEvent):
    queue_id: str


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Signal: a queue was created, changed or deleted, or the sign-in state of an agent has changed."""

    queue: Queue


@dataclass(frozen=True, slots=True)
class QueueActivity:
    """Signal: callers or agents of a live queue have changed."""

    queue: Queue
