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
    """Signal: settings, callers or agents of a queue have changed."""

    queue: Queue
