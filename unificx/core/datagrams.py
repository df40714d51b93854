"""Datagram sockets that are read at once while few datagrams arrive, and in batches while many do.

After each pause the processor finds code and data in cold caches, which costs more than the work for one message: a
call takes a quarter less CPU time when messages are handled together (docs/performance.md). Network drivers do the same
with interrupts (NAPI of Linux).
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from unificx.core.clock import Clock

BATCH_INTERVAL = 0.01
"""Seconds between two batches: small against T1 (0.5 s, RFC 3261 section 17.1.1.1) and a wait that users notice."""
BATCH_RATE = 300.0
"""Datagrams a second from which they are read in batches."""
RATE_PERIOD = 0.1
"""Seconds over which the rate is measured."""
MAX_READ = 32
"""Datagrams of one socket read in a turn of the event loop."""
MAX_DATAGRAM = 65_535
NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EACCES, errno.EINVAL})
"""Errors of a destination that this socket cannot reach: no route or a forbidden one, or a socket of the loopback
address and a destination elsewhere."""

OnDatagram = Callable[[bytes, Any], None]
"""Receives a datagram and the address of its sender, a tuple that depends on the family of the socket."""


class ArrivalRate:
    """Whether so many datagrams arrive that they are read in batches. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._since = 0.0
        self._count = 0
        self.high = False

    def add(self, datagrams: int, now: float) -> None:
        """Count datagrams that have just been read."""
        self._count += datagrams
        elapsed = now - self._since
        if elapsed >= RATE_PERIOD:
            self.high = self._count >= BATCH_RATE * elapsed
            self._since, self._count = now, 0


class DatagramSocket:
    """An open non-blocking socket of a `DatagramReader`."""

    def __init__(self, sock: socket.socket, on_datagram: OnDatagram, buffer: memoryview) -> None:
        self._socket = sock
        self._on_datagram = on_datagram
        self._buffer = buffer
        self._context = copy_context()

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes, address: tuple[str, int]) -> bool:
        """Send to a numeric address; return whether there is a way to it at present. A datagram that the kernel refuses
        for another reason, such as a full buffer, is lost, as it may be later on its way: the timers of protocols
        handle that. Raise OverflowError for a port above 65535."""
        try:
            self._socket.sendto(data, address)
        except OSError as fault:
            return fault.errno not in NO_ROUTE
        return True

    def read(self, limit: int = MAX_READ) -> int:
        """Pass at most `limit` datagrams that have arrived to `on_datagram`; return their number."""
        receive, buffer, on_datagram = self._socket.recvfrom_into, self._buffer, self._on_datagram
        for number in range(limit):
            try:
                size, address = receive(buffer)
            except OSError:  # nothing more has arrived
                return number
            try:
                on_datagram(bytes(buffer[:size]), address)
            except Exception as fault:  # a bug: the datagrams behind this one must not wait
                context = {"message": "A datagram was not handled", "exception": fault}
                asyncio.get_running_loop().call_exception_handler(context)
        return limit

    def read_in_context(self) -> int:
        """Read in the context in which the socket was opened."""
        return self._context.run(self.read)


class DatagramReader:
    """Reads sockets in the running event loop; their datagrams count together. `interval`: seconds between batches."""

    def __init__(self, clock: Clock, *, interval: float = BATCH_INTERVAL) -> None:
        self._clock = clock
        self._interval = interval
        self._rate = ArrivalRate()
        self._buffer = memoryview(bytearray(MAX_DATAGRAM))
        # Owner: this node: its own sockets.
        self._sockets: set[DatagramSocket] = set()
        self._next_batch: asyncio.Handle | None = None
        """None while the sockets are read at once."""

    def open(self, sock: socket.socket, on_datagram: OnDatagram) -> DatagramSocket:
        """Read a bound socket until `close`; `on_datagram` runs in the present context.

        It must not be connected: uvloop stops watching a socket to which ICMP reports an error.
        """
        opened = DatagramSocket(sock, on_datagram, self._buffer)
        self._sockets.add(opened)
        if self._next_batch is None:
            self._watch(opened)
        return opened

    def close(self, sock: DatagramSocket) -> None:
        if sock in self._sockets:
            self._sockets.remove(sock)
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()

    def read_now(self, sock: DatagramSocket, limit: int) -> None:
        """Read at most `limit` datagrams that have arrived, in the present context."""
        self._rate.add(sock.read(limit), self._clock.monotonic())

    def _watch(self, sock: DatagramSocket) -> None:
        asyncio.get_running_loop().add_reader(sock, self._read_at_once, sock)

    def _read_at_once(self, sock: DatagramSocket) -> None:
        self._rate.add(sock.read_in_context(), self._clock.monotonic())
        if self._rate.high and self._next_batch is None:
            loop = asyncio.get_running_loop()
            for each in self._sockets:
                loop.remove_reader(each)
            self._next_batch = loop.call_later(self._interval, self._read_batch)

    def _read_batch(self) -> None:
        loop = asyncio.get_running_loop()
        again = self._interval
        try:
            for sock in tuple(self._sockets):
                count = sock.read_in_context()
                if count == MAX_READ:
                    again = 0.0
                self._rate.add(count, self._clock.monotonic())
        finally:  # whatever is raised, the sockets are read again
            if self._rate.high and self._sockets:
                self._next_batch = loop.call_later(again, self._read_batch)
            else:
                self._next_batch = None
                for sock in self._sockets:
                    self._watch(sock)
