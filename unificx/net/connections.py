"""Live stream connections by number (`Flow.connection`), and how many of them a source may hold."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from unificx.kernel.sources import is_here, source_of
from unificx.sip.flow import Flow

OnMessage = Callable[[bytes, Flow], None]
OnLost = Callable[[Flow], None]


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Bounds of TCP, TLS and WebSocket connections; times in seconds, sizes in bytes."""

    connections: int = 20_000
    per_source: int = 1_000
    """An office behind one address holds one connection per phone, and two for each browser."""
    per_source_here: int = 20_000
    """Of this machine itself: all who come through a reverse proxy."""
    handshake: float = 10.0
    first_message: float = 15.0
    """A stranger who says nothing is not waited for longer."""
    message: float = 20.0
    """From a message's first byte to its last."""
    idle: float = 3_900.0
    """Longer than the longest registration: whoever is silent longer is gone."""
    unsent: int = 256 * 1024
    """More than this waiting for a peer that does not read ends the connection,"""
    stalled: float = 20.0
    """and so does a write buffer that stays filled for so long."""
    connect: float = 5.0
    waiting: int = 64
    """Messages held back while a connection is being opened."""


class Connection(Protocol):
    """What can be done with a live stream connection."""

    def send(self, data: bytes) -> None:
        """Send one whole message. A peer that does not read is dropped."""
        ...

    def close(self) -> None:
        """End it at once."""
        ...


class Connections:
    """All stream connections of this process, whichever face accepted them.

    A connection has a seat from the moment it is accepted, and a number once it can carry messages.
    """

    def __init__(self, on_message: OnMessage, on_lost: OnLost, limits: StreamLimits | None = None) -> None:
        self.on_message = on_message
        self.on_lost = on_lost
        self.limits = limits or StreamLimits()
        self._live: dict[int, Connection] = {}
        self._seats: Counter[str] = Counter()
        self._taken = 0
        self._numbers = count(1)

    def __len__(self) -> int:
        return len(self._live)

    def take_seat(self, host: str) -> bool:
        """Whether there is room for one more connection from `host`; it has the seat then."""
        source = source_of(host)
        most = self.limits.per_source_here if is_here(source) else self.limits.per_source
        if self._taken >= self.limits.connections or self._seats[source] >= most:
            return False
        self._seats[source] += 1
        self._taken += 1
        return True

    def free_seat(self, host: str) -> None:
        """A connection that had a seat is over."""
        source = source_of(host)
        self._taken -= 1
        self._seats[source] -= 1
        if not self._seats[source]:
            del self._seats[source]

    def add(self, connection: Connection) -> int:
        """The number of a connection that can carry messages now."""
        number = next(self._numbers)
        self._live[number] = connection
        return number

    def get(self, number: int) -> Connection | None:
        """The live connection of that number."""
        return self._live.get(number)

    def remove(self, number: int) -> None:
        """The connection carries no messages any more."""
        self._live.pop(number, None)

    def close_all(self) -> None:
        """End every connection."""
        for connection in tuple(self._live.values()):
            connection.close()
