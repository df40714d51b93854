"""How many HTTP connections there may be, and who gives way when there are too many.

A connection that waits for its peer (for a handshake, a request, the rest of a body, or that what was sent is read) can
be told to go. So a source that holds all its connections open loses its oldest, and whoever holds most loses before
those who hold few: nobody keeps others out by doing nothing.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from unificx.kernel.sources import is_here, source_of


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of HTTP connections; times in seconds, sizes in bytes."""

    connections: int = 4_000
    per_source: int = 128
    """A browser holds six; when an office has more, those that wait the longest are closed."""
    per_source_here: int = 3_500
    """Of this machine itself, where a reverse proxy may stand."""
    handshake: float = 10.0
    head: float = 10.0
    """From the moment a connection stands, or the first byte after an answer, to the end of a request's head."""
    most_head: int = 64 * 1024
    idle: float = 30.0
    """Between an answer and the next request."""
    stalled: float = 20.0
    """How long a peer may not read what it was sent."""


class Seat:
    """The place of one connection. `leave` is called when it has to give way."""

    __slots__ = ("_seats", "leave", "source")

    def __init__(self, seats: "Seats", source: str) -> None:
        self._seats: Seats | None = seats
        self.source = source
        self.leave: Callable[[], None] = lambda: None

    def waits(self, *, for_peer: bool) -> None:
        """Whether it is the peer's turn."""
        if self._seats is not None:
            self._seats.note(self, waiting=for_peer)

    def free(self) -> None:
        """The connection is over, or is no HTTP connection any more. May be called again."""
        seats, self._seats = self._seats, None
        if seats is not None:
            seats.freed(self)


class Seats:
    """The seats of all HTTP servers of this process."""

    def __init__(self, limits: HttpLimits | None = None) -> None:
        self.limits = limits or HttpLimits()
        self.refused = 0
        """Connections for which nobody had to give way: everybody was being served."""
        self._held: Counter[str] = Counter()
        self._taken = 0
        self._waiting: dict[str, OrderedDict[Seat, None]] = {}
        """By source, those who wait for their peer, the longest first."""

    def __len__(self) -> int:
        return self._taken

    def take(self, host: str) -> Seat | None:
        """A seat for a connection from `host`, though somebody else may lose his; None if there is none."""
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
        """It is the peer's turn now, or ours."""
        if waiting:
            self._waiting.setdefault(seat.source, OrderedDict())[seat] = None
        elif (others := self._waiting.get(seat.source)) is not None:
            others.pop(seat, None)
            if not others:
                del self._waiting[seat.source]

    def freed(self, seat: Seat) -> None:
        """A seat is empty."""
        self.note(seat, waiting=False)
        self._taken -= 1
        self._held[seat.source] -= 1
        if not self._held[seat.source]:
            del self._held[seat.source]

    def _make_room(self, source: str) -> bool:
        """Whether the connection of this source that has waited the longest gave way."""
        waiting = self._waiting.get(source)
        if not waiting:
            return False
        seat = next(iter(waiting))
        seat.free()
        seat.leave()
        return True
