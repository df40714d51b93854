"""Ports for the programs under test. Each process takes them from a share of its own, in this run of the tests and in
others on the machine: a port that is free now is bound seconds later, when its program has started."""

import fcntl
import itertools
import os
import socket
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SHARES = 24
"""More than the processes that run tests at a time."""
PORTS, MEDIA_PORTS = range(20000, 29900), range(12000, 19900)
"""Outside the ranges used by the kernel and rtpengine, so that a free port stays free until it is needed."""
_STEP, _MEDIA_STEP = 4, 40
_MEDIA_RANGES = len(MEDIA_PORTS) // SHARES // _MEDIA_STEP
_WAIT_SECONDS = 60.0
"""Time after which a process that finds no share gives up."""
_LOCKS = Path("/tmp")
"""Not the directory of the run: the ports are those of the machine."""


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port unused over UDP and TCP, and not returned lately."""
    return next(port for port in _ports() if not is_taken(host, port))


def media_ports() -> range:
    """Return ports for the media of one phone: unused ones, unless some of each range are in use."""
    bound = _bound_ports()
    for ports in itertools.islice(_media_ports(), _MEDIA_RANGES):
        if bound.isdisjoint(ports):
            return ports
    return next(_media_ports())


def is_taken(host: str, port: int) -> bool:
    """Return whether a socket is bound to it, over UDP or TCP. An IPv6 address is in brackets."""
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
            try:
                probe.bind((host.strip("[]"), port))
            except OSError:
                return True
    return False


def is_bound(port: int) -> bool:
    """Return whether a port is in use. Only looked up, because binding it would interfere with others."""
    return port in _bound_ports()


def _bound_ports() -> set[int]:
    return {
        int(line.split()[1].rpartition(":")[2], 16)
        for kind in ("udp", "udp6", "tcp", "tcp6")
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]
    }


@cache
def _share() -> int:
    """Claim a share by the lock of a file, until this process and all that it has forked have ended. Claimed with the
    first port: at the import this may be a process from which all workers are forked."""
    end = time.monotonic() + _WAIT_SECONDS
    for number in itertools.cycle(range(SHARES)):
        lock = os.open(_LOCKS / f"test-ports-{os.getuid()}-{number}", os.O_RDONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            if time.monotonic() > end:
                break
            time.sleep(0.01)
        else:
            return number
    raise RuntimeError(f"All {SHARES} shares of the ports are taken: fewer processes may run tests at a time.")


def _of_share(ports: range, step: int) -> Iterator[int]:
    size = len(ports) // SHARES
    mine = ports[_share() * size : (_share() + 1) * size]
    first = mine[: size - step + 1 : step]
    # The former owner of the share, which may have ended just now, seldom began with the same port.
    return itertools.islice(itertools.cycle(first), os.getpid() % len(first), None)


@cache
def _ports() -> Iterator[int]:
    return _of_share(PORTS, _STEP)


@cache
def _media_ports() -> Iterator[range]:
    return (range(first, first + _MEDIA_STEP) for first in _of_share(MEDIA_PORTS, _MEDIA_STEP))
