"""Media ports at which packets arrive after rtpengine died, by itself or with the server.

A phone sends to the port of its former anchor until a re-INVITE reaches it. A new rtpengine could give this port to
another call. It sends to the source of the first packet, as phones behind NAT need it, so the phone would take the
place of a party of that call. Therefore such ports are occupied before rtpengine starts again, and until nothing
arrives any more. An occupied port that rtpengine wanted to use is lost to it until its next start.

While rtpengine runs, it uses again the port that has been free for the longest time.
"""

import asyncio
import resource
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from time import sleep

import structlog

from unificx.core.faults import describe_fault

LISTEN_SECONDS = 0.1
"""Several packets of a phone that sends one every 20 or 30 ms. One that is silent meanwhile is not found. It may send
to its former port again only until the re-INVITE that follows reaches it."""
RELEASE_INTERVAL = 30.0
RESERVED_FILES = 256
"""File descriptors left to the server meanwhile. If there are too few for all ports, only the first are searched."""

log = structlog.get_logger()


class BusyPorts:
    """Occupies the busy ports of a range on some addresses."""

    def __init__(self, addresses: Iterable[str], ports: tuple[int, int]) -> None:
        self._addresses = sorted(set(addresses))
        self._ports = ports
        self._occupied: list[socket.socket] = []
        self._closed = False

    async def occupy(self) -> None:
        """Occupy the ports at which packets arrive. It takes 0.3 s for 10,000 ports of an address."""
        try:
            await asyncio.to_thread(self._occupy)
        except (OSError, RuntimeError, ValueError) as fault:  # supervision has to continue
            log.warning("busy_ports_unknown", **describe_fault(fault))
        else:
            log.info("busy_ports_occupied", ports=len(self._occupied))

    async def release(self) -> None:
        """Release occupied ports once nothing arrives at them, until cancelled."""
        while True:
            await asyncio.sleep(RELEASE_INTERVAL)
            self.release_idle()

    def _occupy(self) -> None:
        with _as_many_files_as_possible() as files:
            for address in self._addresses:
                found = list(_bound(address, self._ports, files - RESERVED_FILES))
                sleep(LISTEN_SECONDS)
                busy = _busy(found)
                self._occupied += busy
                _close(found, busy)
        if self._closed:  # in the meantime
            self.close()

    def release_idle(self) -> None:
        """Release the ports at which nothing arrived since the last call."""
        found = list(self._occupied)
        busy = _busy(found)
        for each in _close(found, busy):
            self._occupied.remove(each)

    def close(self) -> None:
        """Release all ports."""
        self._closed = True
        while self._occupied:
            self._occupied.pop().close()


def _bound(address: str, ports: tuple[int, int], files: int) -> Iterator[socket.socket]:
    """Yield a socket for every free port, as long as file descriptors below `files` are available."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in range(ports[0], ports[1] + 1):
        try:
            one = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        except OSError:
            return
        if one.fileno() >= files:
            one.close()
            return
        try:
            one.bind((address, port))  # without SO_REUSEADDR, so that rtpengine cannot share it
        except OSError:
            one.close()
        else:
            yield one


def _busy(sockets: list[socket.socket]) -> set[socket.socket]:
    """Return the sockets that have received packets, and discard these. Not by `poll`, which refuses more sockets than
    the limit of open files, and that is lower again when they are released."""
    busy = set[socket.socket]()
    for each in sockets:
        with suppress(OSError):
            each.recv(1)
            busy.add(each)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)  # the kernel's minimum
            for _ in range(100):
                each.recv(1)
    return busy


def _close(sockets: list[socket.socket], busy: set[socket.socket]) -> list[socket.socket]:
    """Close and return the sockets that are not busy."""
    idle = [each for each in sockets if each not in busy]
    for each in idle:
        each.close()
    return idle


@contextmanager
def _as_many_files_as_possible() -> Iterator[int]:
    """Raise the limit of open files to the hard limit, and yield it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
