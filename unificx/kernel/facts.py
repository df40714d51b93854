"""Facts: past tense, frozen, what happened; and the bus that tells them inside one process.

Durable facts go through the store's outbox or spool, at least once; signals (ringing, typing, presence) go over the
bus and may be lost. Handlers are idempotent by `fact.id`.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Fact:
    """Base of every durable fact. Fields of a subclass are ids and neutral values, never a personal value."""

    id: str
    tenant: str


class Bus:
    """Synchronous publish and subscribe by the fact's class. A handler that fails does not stop the others."""

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)
        self._on_error = on_error

    def subscribe(self, kind: type[F], handler: Callable[[F], None]) -> None:
        """Call `handler` with every later fact that is exactly a `kind`."""
        self._handlers[kind].append(handler)

    def publish(self, fact: object) -> None:
        """Tell the fact to everybody who asked, now."""
        for handler in self._handlers.get(type(fact), ()):
            try:
                handler(fact)
            except Exception as fault:
                self._on_error(fault)
