"""Limits on HTTP connections, in total and per source, with eviction of idle connections.

A connection that waits for its peer (for a handshake, a request, the rest of a body, or for sent data to be read) can
be evicted. A source at its limit loses its oldest idle connection; at the total limit, the source with the most
connections loses one. So a client cannot lock others out with idle connections.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from unificx.core.rate_limit import ConcurrentCount
from unificx.core.source_address import is_local_source, source_network


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Limits of HTTP connections; times in seconds, sizes in bytes."""

    connections: int = 4_000
    per_source: int = 128
    """A browser opens six; if an office behind NAT needs more, its longest idle connections are closed."""
    per_source_loopback: int = 3_500
    """Limit for loopback, where a reverse proxy may run."""
    handshake: float = 10.0
    head: float = 10.0
    """From the start of a connection, or from the first byte after a response, to the end of the request head."""
    max_head: int = 64 * 1024
    idle: float = 30.0
    """Between a response and the next request."""
    stalled: float = 20.0
    """Maximum time without the peer reading sent data."""


class ConnectionSlot:
    """Slot of one connection. `connection` is ended on eviction: the task that accepts it, then its transport."""

    __slots__ = ("_limiter", "connection", "source")

    def __init__(self, limiter: "ConnectionLimiter", source: str) -> None:
        self._limiter: ConnectionLimiter | None = limiter
        self.source = source
        self.connection: asyncio.Task[None] | asyncio.WriteTransport | None = None

    def set_waiting(self, *, for_peer: bool) -> None:
        """Mark whether the connection waits for its peer and can be evicted."""
        if self._limiter is not None:
            self._limiter.mark(self, waiting=for_peer)

    def end_connection(self) -> None:
        """End the connection at once."""
        match self.connection:
            case None:
                pass
            case asyncio.Task() as task:
                task.cancel()
            case transport:
                transport.abort()

    def release(self) -> None:
        """Release the slot when the connection is closed or upgraded. Idempotent."""
        limiter, self._limiter = self._limiter, None
        if limiter is not None:
            limiter.release(self)


class ConnectionLimiter:
    """Connection slots of all HTTP servers of this process."""

    def __init__(self, limits: HttpLimits | None = None) -> None:
        self.limits = limits or HttpLimits()
        self.requested = 0
        """Connections made by peers, accepted or not."""
        self.refused = 0
        """Connections refused because no connection could be evicted."""
        # Owner: this node: it limits its own sockets.
        self._count: ConcurrentCount[str] = ConcurrentCount()
        self._waiting: dict[str, OrderedDict[ConnectionSlot, None]] = {}
        """Evictable connections by source, longest waiting first."""

    def __len__(self) -> int:
        return self._count.total

    def acquire(self, host: str) -> ConnectionSlot | None:
        """Return a slot for a connection from `host`, evicting another connection if needed; None if impossible."""
        self.requested += 1
        source = source_network(host)
        limit = self.limits.per_source_loopback if is_local_source(source) else self.limits.per_source
        if self._count[source] >= limit and not self._evict_oldest(source):
            self.refused += 1
            return None
        if self._count.total >= self.limits.connections:
            busiest = max(self._waiting, key=self._count.__getitem__, default=source)
            if not self._evict_oldest(busiest):
                self.refused += 1
                return None
        slot = ConnectionSlot(self, source)
        self._count.acquire(source)
        self.mark(slot, waiting=True)
        return slot

    def mark(self, slot: ConnectionSlot, *, waiting: bool) -> None:
        """Mark a slot as evictable or not."""
        if waiting:
            self._waiting.setdefault(slot.source, OrderedDict())[slot] = None
        elif (others := self._waiting.get(slot.source)) is not None:
            others.pop(slot, None)
            if not others:
                del self._waiting[slot.source]

    def release(self, slot: ConnectionSlot) -> None:
        """Free a slot."""
        self.mark(slot, waiting=False)
        self._count.release(slot.source)

    def _evict_oldest(self, source: str) -> bool:
        """Evict the longest waiting connection of a source; return False if it has none."""
        waiting = self._waiting.get(source)
        if not waiting:
            return False
        slot = next(iter(waiting))
        slot.release()
        slot.end_connection()
        return True
