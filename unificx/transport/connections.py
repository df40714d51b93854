"""Stream connections by number (`Flow.connection`), with a limit per source address."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from unificx.core.rate_limit import ConcurrentCount
from unificx.core.source_address import is_local_source, source_network
from unificx.sip.flow import Flow

OnMessage = Callable[[bytes, Flow], None]
OnLost = Callable[[Flow], None]


def ignore(flow: Flow) -> None:
    """Do nothing about a flow."""
    del flow


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Limits of TCP, TLS and WebSocket connections; times in seconds, sizes in bytes."""

    connections: int = 20_000
    closing: int = 5_000
    """Further ones while connections that were replaced are being closed: a WebSocket takes a second for it, or longer
    if its peer does not read."""
    per_source: int = 1_000
    """An office behind NAT uses one connection per phone and two per browser."""
    per_source_loopback: int = 20_000
    """Limit for loopback, the source of all connections through a local reverse proxy."""
    handshake: float = 10.0
    first_message: float = 15.0
    """A peer has to send its first message within this time."""
    message: float = 20.0
    """From the first to the last byte of a message."""
    last_response: float = 1.0
    """A connection with an invalid message is closed after this time, in which the message is responded to."""
    idle: float = 3_900.0
    """Longer than the longest registration."""
    unsent: int = 256 * 1024
    """A connection with more unsent bytes is closed, because its peer does not read."""
    stalled: float = 20.0
    """A connection whose write buffer stays full this long is closed."""
    unacknowledged: float = 25.0
    """An outgoing connection whose peer acknowledges nothing for this long is closed: without this limit messages are
    sent for a quarter of an hour over a connection that a router has forgotten."""
    connect: float = 5.0
    waiting: int = 64
    """Messages queued while a connection is being opened."""
    accepts: Callable[[str], bool] = lambda host: True
    """Whether connections of an address over TCP and TLS are accepted at all."""


class Connection(Protocol):
    """A stream connection."""

    def send(self, data: bytes) -> None:
        """Send one complete message. The connection is closed if the peer does not read."""
        ...

    def close(self) -> None:
        """Close it at once."""
        ...


class Connections:
    """All stream connections of this process: SIP over TCP and TLS, and WebSockets.

    A connection counts towards the limits from its acceptance, and has a number once it can carry messages.

    At a limit a new connection replaces the oldest one that has carried no authenticated request, and is refused only
    if there is none: so peers without credentials do not lock others out.
    """

    def __init__(
        self,
        on_message: OnMessage,
        on_lost: OnLost,
        limits: StreamLimits | None = None,
        on_page_closed: OnLost = ignore,
    ) -> None:
        self.on_message = on_message
        self.on_lost = on_lost
        self.on_page_closed = on_page_closed
        """Called after `on_lost` if the connection belonged to a page that was closed during a call."""
        self.limits = limits or StreamLimits()
        # Owner: this node: numbers of connections are unique within it.
        self._by_number: dict[int, Connection] = {}
        self._count: ConcurrentCount[str] = ConcurrentCount()
        self._unauthenticated: OrderedDict[str, OrderedDict[Connection, None]] = OrderedDict()
        """Connections that a new one may replace, by source, oldest first."""
        self._numbers = count(1)

    def __len__(self) -> int:
        return len(self._by_number)

    def acquire(self, host: str) -> bool:
        """Count a new connection from `host`, at a limit in place of an unauthenticated one. Return False if there is
        none."""
        if self._count.total >= self.limits.connections + self.limits.closing:
            return False
        source = source_network(host)
        limit = self.limits.per_source_loopback if is_local_source(source) else self.limits.per_source
        if self._count[source] >= limit:
            replaced = source
        elif self._count.total >= self.limits.connections:
            replaced = next(iter(self._unauthenticated), source)
        else:
            replaced = None
        if replaced is not None and not self._close_oldest(replaced):
            return False
        self._count.acquire(source)
        return True

    def release(self, host: str, connection: Connection | None = None) -> None:
        """Stop counting a closed connection."""
        source = source_network(host)
        self._count.release(source)
        if connection is not None:
            self._remove_unauthenticated(source, connection)

    def add_unauthenticated(self, host: str, connection: Connection) -> None:
        """Let new connections replace this one until it has carried an authenticated request."""
        self._unauthenticated.setdefault(source_network(host), OrderedDict())[connection] = None

    def authenticated(self, flow: Flow) -> None:
        """Note an authenticated request of this flow: its connection is not closed in favour of others."""
        connection = self._by_number.get(flow.connection)
        if connection is not None:
            self._remove_unauthenticated(source_network(flow.host), connection)

    def add(self, connection: Connection) -> int:
        """Register a connection that can carry messages; return its number."""
        number = next(self._numbers)
        self._by_number[number] = connection
        return number

    def get(self, number: int) -> Connection | None:
        """Return the connection with this number."""
        return self._by_number.get(number)

    def remove(self, number: int) -> None:
        """Unregister a connection."""
        self._by_number.pop(number, None)

    def close_all(self) -> None:
        """Close all connections."""
        for connection in tuple(self._by_number.values()):
            connection.close()

    def _close_oldest(self, source: str) -> bool:
        """Close the oldest unauthenticated connection of a source; return False if it has none."""
        oldest = next(iter(self._unauthenticated.get(source, ())), None)
        if oldest is None:
            return False
        self._remove_unauthenticated(source, oldest)
        oldest.close()
        return True

    def _remove_unauthenticated(self, source: str, connection: Connection) -> None:
        others = self._unauthenticated.get(source)
        if others is not None:
            others.pop(connection, None)
            if not others:
                del self._unauthenticated[source]
