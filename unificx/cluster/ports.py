"""Ports to the state that all nodes share. A node is one incarnation of a server process, from start to end.

Methods are asynchronous only where every caller is. The SIP path appends, journals and looks up without waiting. Times
are in seconds. Keys and values of `OneTimeStore` and `Counters` may be personal: an implementation outside the process
encrypts values and stores a keyed hash of each key.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from unificx.db import UnitOfWork
from unificx.sip.flow import Flow

B = TypeVar("B")
E = TypeVar("E")
R = TypeVar("R")


# ---- live state of the SIP side: synchronous


class Location(Protocol[B]):
    """Bindings of type `B` by extension and device (RFC 3261 section 10). Times are monotonic seconds of this node.

    Reads are answered from memory. A write is visible to this node at once and to others shortly after. No method
    raises for an unknown extension or device.
    """

    def __len__(self) -> int:
        """Number of bindings, including expired ones that were not removed yet."""
        ...

    def __iter__(self) -> Iterator[B]: ...

    def contacts(self, extension_id: str, now: float) -> tuple[B, ...]:
        """Return the bindings to dial, by descending q value."""
        ...

    def device_bindings(self, extension_id: str, device_id: str) -> tuple[B, ...]:
        """Return all bindings of a device, including disconnected and expired ones."""
        ...

    def is_reachable(self, extension_id: str, device_id: str, now: float) -> bool:
        """Whether the device can be dialled."""
        ...

    def current_flow(self, extension_id: str, device_id: str, contact: str, transport: str, now: float) -> Flow | None:
        """Return the current flow of a device that was at `contact` over an earlier flow of this transport."""
        ...

    def set_bindings(self, extension_id: str, device_id: str, bindings: tuple[B, ...]) -> None:
        """Replace the bindings of a device; an empty tuple removes them."""
        ...

    def disconnect(self, flow: Flow) -> tuple[B, ...]:
        """Mark the bindings of a lost connection of this node as disconnected, and return them."""
        ...

    def expired(self, now: float) -> tuple[B, ...]:
        """Return the expired bindings that were not removed yet."""
        ...


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A journalled call: its sealed state and what is required to unseal it, all opaque to the journal.

    `key_id` names the call's own key; `wrapped` is text without spaces.
    """

    call_id: str
    tenant_id: str
    key_id: str
    wrapped: str
    sealed: bytes


class CallJournal(Protocol):
    """Sealed state of the answered calls of a node, so that they can be continued after its death.

    Writes raise `db.SpoolFull` if the entry is not safe: the call continues, but would not survive its node.
    """

    def put(self, entry: JournalEntry, *, absorbed: str = "") -> None:
        """Store or replace the entry of a call, and remove that of the call `absorbed`, both or neither."""
        ...

    def remove(self, call_id: str) -> None:
        """Remove the entry of an ended call. May be repeated."""
        ...

    async def entries(self) -> Sequence[JournalEntry]:
        """Return the entries that this node has to adopt: those of its previous incarnation."""
        ...


class RecordLog(Protocol):
    """Log of records on their way to the database. A record is safe once `append` returns; it is applied at least once,
    in order within its kind."""

    def register_handler(self, kind: str, apply: Callable[[UnitOfWork, list[bytes]], Awaitable[None]]) -> None:
        """Register `apply(uow, records)` for the records of a kind. It may get a record twice."""
        ...

    def append(self, kind: str, record: bytes, *, use_reserve: bool = False) -> None:
        """Store a record; its personal values must be sealed.

        `use_reserve`: the record closes something, such as a call, and may use the space held back for that. Raises
        `db.SpoolFull` if the record was not stored, LookupError for a kind without handler.
        """
        ...

    @property
    def nearly_full(self) -> bool:
        """Whether new work should be refused, because its records could not be stored."""
        ...


# ---- events


class EventBus(Protocol):
    """Publish and subscribe by event class, for domain events and for signals that may be lost (ringing, presence).

    Handlers run synchronously within `publish`, on the node that publishes; a failing one does not stop the others.
    They must be idempotent by `event.id`.
    """

    def subscribe(self, kind: type[E], handler: Callable[[E], None]) -> None:
        """Call `handler` with every later event whose class is exactly `kind`."""
        ...

    def publish(self, event: object) -> None:
        """Call all subscribed handlers. Does not raise."""
        ...


# ---- short-lived shared values


@dataclass(frozen=True, slots=True)
class OneTimeKind:
    """A kind of one-time values, such as the tickets of sign-ins."""

    name: str
    lifetime: float
    """Seconds from storing a value until it is forgotten."""
    capacity: int = 10_000
    """Values stored at a time; a further one replaces the oldest."""
    per_group: int = 0
    """Values of one group at a time; a further one replaces the oldest of its group. 0: no limit."""


class OneTimeStore(Protocol):
    """Codes, tickets and challenges that are valid once and for minutes. They may be lost with the store."""

    async def put(self, kind: OneTimeKind, key: str, value: bytes, group: str = "") -> None:
        """Store a value for `kind.lifetime` seconds, in place of an earlier one. `group` is usually a user."""
        ...

    async def get(self, kind: OneTimeKind, key: str) -> bytes | None:
        """Return a value and keep it; None if unknown or expired."""
        ...

    async def take(self, kind: OneTimeKind, key: str) -> bytes | None:
        """Return a value and remove it: only one of several concurrent callers gets it."""
        ...

    async def claim(self, kind: OneTimeKind, key: str, value: bytes) -> bytes | None:
        """Store a value unless the key has one. Return None if stored, otherwise the present value."""
        ...

    async def discard_group(self, kind: OneTimeKind, group: str) -> None:
        """Remove all values of a group."""
        ...


@dataclass(frozen=True, slots=True)
class CounterKind:
    """A kind of counters, such as the failed sign-ins."""

    name: str
    capacity: int
    """Counters stored at a time; a further one replaces the least recently changed."""


Count = tuple[float, ...]
"""Value of a counter. Its numbers have the meaning that their user gives them; () is an unknown counter."""


class Counters(Protocol):
    """Counters for limits, shared so that a client gains nothing by changing the node. May be lost with the store."""

    async def update(
        self,
        kind: CounterKind,
        keys: Sequence[str],
        change: Callable[[Sequence[Count], float], tuple[Sequence[Count], R]],
    ) -> R:
        """Change some counters atomically and return the result of `change`.

        `change(counts, now)` gets the counts in the order of `keys`, and seconds of the clock of the store. It returns
        the new counts, () for one to forget, and a result. It must be pure: it is called again if another node has
        changed one of the counters meanwhile.
        """
        ...


# ---- coordination


class Leases(Protocol):
    """Leases for work that one node at a time does."""

    async def run(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Wait for the lease `name`, run `work()` while holding it, and return when it has ended.

        If the lease is lost, the work is cancelled and started again once this node holds it anew. Cancellation gives
        the lease back.
        """
        ...
