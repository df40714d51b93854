"""Limits on HTTP connections, in total and per source, with eviction of idle connections.

A connection that waits for its peer (for a handshake, a request, the rest of a body, or for sent data to be read) can
be evicted. A source at its limit loses its oldest idle connection; at the total limit, the source with the most
connections loses one. So a client cannot lock others out with idle connections.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from unificx.core.source_address import is_here, source_of


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Limits of HTTP connections; times in seconds, sizes in bytes."""

    connections: int = 4_000
    per_source: int = 128
    """A browser opens six; if an office behind NAT needs more, its longest idle connections are closed."""
    per_source_here: int = 3_500
    """Limit for loopback, where a reverse proxy may run."""
    handshake: float = 10.0
    head: float = 10.0
    """From the start of a connection, or from the first byte after a response, to the end of the request head."""
    most_head: int = 64 * 1024
    idle: float = 30.0
    """Between a response and the next request."""
    stalled: float = 20.0
    """Maximum time without the peer reading sent data."""


class Seat:
    """Slot of one connection. `on_evict` is called when it is evicted."""

    __slots__ = ("_seats", "leave", "source")

    def __init__(self, seats: "Seats", source: str) -> None:
        self._seats: Seats | None = seats
        self.source = source
        self.leave: Callable[[], None] = lambda: None

    def waits(self, *, for_peer: bool) -> None:
        """Mark whether the connection waits for its peer and can be evicted."""
        if self._seats is not None:
            self._seats.note(self, waiting=for_peer)

    def free(self) -> None:
        """Release the slot when the connection is closed or upgraded. Idempotent."""
        seats, self._seats = self._seats, None
        if seats is not None:
            seats.freed(self)


class Seats:
    """Connection slots of all HTTP servers of this process."""

    def __init__(self, limits: HttpLimits | None = None) -> None:
        self.limits = limits or HttpLimits()
        self.refused = 0
        """Connections refused because no connection could be evicted."""
        self._held: Counter[str] = Counter()
        self._taken = 0
        self._waiting: dict[str, OrderedDict[Seat, None]] = {}
        """Evictable connections by source, longest waiting first."""

    def __len__(self) -> int:
        return self._taken

    def take(self, host: str) -> Seat | None:
        """Return a slot for a connection from `host`, evicting another connection if needed; None if impossible."""
        source = source_of(host)
        most = self.limits.per_source_here if is_here(source) else self.limits.per_source
        if self._held[source] >= most and not self._make_room(source):
            self.refused += 1
            return None
        if self._taken >= self.limits.connections:
            greediest = max(self._waiting, key=self._held.__getitem__, default=source)
            if not self._make_room(greediest):
                self.refused += 1
                return None
        seat = Seat(self, source)
        self._held[source] += 1
        self._taken += 1
        self.note(seat, waiting=True)
        return seat

    def note(self, seat: Seat, *, waiting: bool) -> None:
        """Mark a slot as evictable or not."""
        if waiting:
            self._waiting.setdefault(seat.source, OrderedDict())[seat] = None
        elif (others := self._waiting.get(seat.source)) is not None:
            others.pop(seat, None)
            if not others:
                del self._waiting[seat.source]

    def freed(self, seat: Seat) -> None:
        """Free a slot."""
        self.note(seat, waiting=False)
        self._taken -= 1
        self._held[seat.source] -= 1
        if not self._held[seat.source]:
            del self._held[seat.source]

    def _make_room(self, source: str) -> bool:
        """Evict the longest waiting connection of a source; return False if it has none."""
        waiting = self._waiting.get(source)
        if not waiting:
            return False
        seat = next(iter(waiting))
        seat.free()
        seat.leave()
        return True
