"""Domain events (past tense, frozen) and the in-process event bus.

Durable events go through the store's outbox or spool and are delivered at least once; signals (ringing, typing,
presence) go over the bus and may be lost. Handlers are idempotent by `event.id`.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """Base class of every durable event. Subclass fields hold ids and neutral values, never a personal value."""

    id: str
    tenant: str


class EventBus:
    """Synchronous publish and subscribe by event class. A failing handler does not stop the others."""

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)
        self._on_error = on_error

    def subscribe(self, kind: type[E], handler: Callable[[E], None]) -> None:
        """Call `handler` with every later event whose class is exactly `kind`."""
        self._handlers[kind].append(handler)

    def publish(self, event: object) -> None:
        """Call all subscribed handlers synchronously."""
        for handler in self._handlers.get(type(event), ()):
            try:
                handler(event)
            except Exception as error:
                self._on_error(error)
