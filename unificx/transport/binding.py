"""Listening sockets, with explanatory errors if one cannot be opened."""

import errno
import socket
from dataclasses import dataclass

from unificx.core.errors import StartupError

RECEIVE_BUFFER = 4 * 1024 * 1024
"""Room for a burst of some thousand requests, capped by the kernel's net.core.rmem_max."""
BACKLOG = 1024


@dataclass(frozen=True, slots=True)
class BindAddress:
    """A transport ("udp", "tcp" or "tls") and its listening address; port 0 selects a free port.

    `advertised` is the address announced to peers if the machine is reachable under another address than `host`.
    """

    transport: str
    host: str
    port: int
    advertised: str = ""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def open_socket(bind: BindAddress) -> socket.socket:
    """Open a bound (for streams: listening) non-blocking socket. Raise StartupError."""
    kind = socket.SOCK_DGRAM if bind.transport == "udp" else socket.SOCK_STREAM
    try:
        family, _, _, _, address = socket.getaddrinfo(bind.host, bind.port, type=kind, flags=socket.AI_PASSIVE)[0]
        return _open(family, kind, address)
    except OSError as fault:
        raise _bind_error(bind, fault) from None


def _open(family: int, kind: int, address: tuple[object, ...]) -> socket.socket:
    sock = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_DGRAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind(address)
        if kind == socket.SOCK_STREAM:
            sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def _bind_error(bind: BindAddress, fault: OSError) -> StartupError:
    name = bind.transport.upper()
    if fault.errno == errno.EADDRINUSE:
        return StartupError(
            f"Port {bind.port} is taken by another program: {name} at {bind} cannot be opened.",
            hint="Stop that program, or choose another port (0 picks a free one).",
        )
    if fault.errno in (errno.EACCES, errno.EPERM):
        return StartupError(
            f"This user is not permitted to open port {bind.port}: {name} at {bind}.",
            hint="Choose a port from 1024 up, or give the program CAP_NET_BIND_SERVICE.",
        )
    if fault.errno == errno.EADDRNOTAVAIL or isinstance(fault, socket.gaierror):
        return StartupError(
            f"{bind.host} is not an address of this machine: {name} at {bind} cannot be opened.",
            hint="Run `ip address` to list its addresses.",
        )
    return StartupError(f"{name} at {bind} cannot be opened: {fault.strerror}.", hint="Choose another address or port.")
