"""SIP transports: UDP, TCP and TLS over IPv4 and IPv6. Complete messages in and out, each with its flow."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.datagrams import DatagramReader
from unificx.core.errors import StartupError
from unificx.core.source_address import is_ip_address
from unificx.sip.flow import Flow
from unificx.transport.binding import BindAddress, open_socket
from unificx.transport.connections import Connections, OnLost, OnMessage, StreamLimits, ignore
from unificx.transport.listener import Listener
from unificx.transport.outgoing import OutgoingConnections
from unificx.transport.resolver import ResolutionError, Resolver
from unificx.transport.udp import UdpSocket

log = structlog.get_logger()

WILDCARDS = ("0.0.0.0", "::", "")
MAX_CACHED = 4096
DISCARD_PORT = 9


class TransportManager:
    """All SIP sockets.

    `on_message` receives each complete message with its flow; `on_lost` the flow of a message that could not be sent or
    of a closed connection; `on_page_closed` that of a page that was closed during a call. `tls` is the server context,
    required for TLS; `trust` verifies servers that we connect to (the system's CAs if None). WebSockets share
    `connections`.
    """

    def __init__(
        self,
        binds: Sequence[BindAddress],
        on_message: OnMessage,
        on_lost: OnLost,
        *,
        tls: ssl.SSLContext | None = None,
        trust: ssl.SSLContext | None = None,
        limits: StreamLimits | None = None,
        on_page_closed: OnLost = ignore,
    ) -> None:
        self.connections = Connections(on_message, on_lost, limits, on_page_closed)
        self.bound: list[BindAddress] = list(binds)
        """Listening addresses, indexed by `Flow.local` from 1; with actual ports once started."""
        self._tls = tls
        self._on_lost = on_lost
        # Owner: this node: its own sockets.
        self._udp: dict[int, UdpSocket] = {}
        self._listeners: list[Listener] = []
        self._outgoing = OutgoingConnections(self.connections, on_lost, trust or ssl.create_default_context())
        self._resolver = Resolver()
        self._lookups = BackgroundTasks()
        self._addresses = LocalAddresses(())

    async def start(self, datagrams: DatagramReader) -> None:
        """Open all sockets; those of UDP are read by `datagrams`. Raise StartupError after closing those already
        opened."""
        try:
            for index, bind in enumerate(self.bound):
                self.bound[index] = await self._open(bind, index + 1, datagrams)
        except StartupError:
            await self.close()
            raise
        self._addresses = LocalAddresses(self.bound)

    async def close(self) -> None:
        """Close all sockets and connections."""
        await asyncio.gather(*(listener.close() for listener in self._listeners))
        await self._outgoing.close()
        await self._resolver.close()
        await self._lookups.join()
        self.connections.close_all()
        for sock in self._udp.values():
            sock.close()
        self._listeners.clear()
        self._udp.clear()
        await asyncio.sleep(0)  # let the transports finish closing

    def sent_by(self, flow: Flow) -> str:
        """Return our own "host:port" as reachable by the peer of `flow`."""
        return self._addresses.sent_by(flow)

    def is_open(self, flow: Flow) -> bool:
        """Whether messages of this flow have a connection: that of its number, or the one opened to its peer."""
        if flow.connection:
            return self.connections.get(flow.connection) is not None
        return self._outgoing.is_established(flow)

    def send(self, data: bytes, flow: Flow) -> None:
        """Send one message. Failures are reported to `on_lost` asynchronously; nothing is raised."""
        if flow.transport == "udp":
            self._send_datagram(data, flow)
        elif flow.connection:
            connection = self.connections.get(flow.connection)
            if connection is None:
                self._report_lost(flow)
            else:
                connection.send(data)
        elif flow.transport in ("tcp", "tls"):
            self._outgoing.send(data, flow)
        else:
            self._report_lost(flow)  # a browser cannot be connected to

    def read_pending(self) -> None:
        """Read all datagrams that have arrived, to decide which of them are processed first."""
        for sock in self._udp.values():
            sock.read_pending()

    async def _open(self, bind: BindAddress, local: int, datagrams: DatagramReader) -> BindAddress:
        if bind.transport == "tls" and self._tls is None:
            raise StartupError("SIP over TLS needs a certificate.", hint="Configure one, or listen without TLS.")
        sock = open_socket(bind)
        port = sock.getsockname()[1]
        if bind.transport == "udp":
            self._udp[local] = UdpSocket(self.connections.on_message, local, sock, datagrams)
        else:
            tls = self._tls if bind.transport == "tls" else None
            self._listeners.append(Listener(sock, self.connections, bind.transport, local, tls))
        return replace(bind, port=port)

    def _send_datagram(self, data: bytes, flow: Flow) -> None:
        if flow.local not in self._udp and not is_ip_address(flow.host):  # else it came from there: it is an address
            self._lookups.spawn(self._send_to_name(data, flow))
        elif not self._has_sent(data, flow):
            self._report_lost(flow)

    def _has_sent(self, data: bytes, flow: Flow) -> bool:
        """Send a datagram to a numeric address. Return False without a socket for it, or a route."""
        sock = self._udp.get(flow.local) or self._udp.get(self._addresses.socket_index(flow))
        try:
            return sock is not None and sock.send(data, flow.host, flow.port)
        except OverflowError:
            return False

    async def _send_to_name(self, data: bytes, flow: Flow) -> None:
        try:
            for address in await self._resolver.addresses(flow.host):
                if self._has_sent(data, replace(flow, host=address)):
                    return
        except ResolutionError:
            pass
        self._on_lost(flow)

    def _report_lost(self, flow: Flow) -> None:
        asyncio.get_running_loop().call_soon(self._on_lost, flow)


def _is_loopback(host: str) -> bool:
    return host.startswith("127.") or host == "::1"


class LocalAddresses:
    """The socket to use for a destination, and the address to announce to it.

    `binds` are indexed by `Flow.local` from 1 and have their actual ports.
    """

    def __init__(self, binds: Sequence[BindAddress]) -> None:
        self._binds = tuple(binds)
        # Owner: this node: its own sockets.
        self._default_sockets: dict[tuple[str, bool, bool], int] = {}
        """By transport, whether it is IPv6, and whether it is bound to the loopback address."""
        for local, bind in enumerate(self._binds, 1):
            self._default_sockets.setdefault((bind.transport, ":" in bind.host, _is_loopback(bind.host)), local)
        self._sent_by = lru_cache(maxsize=MAX_CACHED)(self._find_sent_by)

    def socket_index(self, flow: Flow) -> int:
        """Return the socket for a message to `flow`: its own, or the first of its transport and family, or 0. One that
        is bound to the loopback address is for peers on this machine, if there are others."""
        if 0 < flow.local <= len(self._binds) and self._binds[flow.local - 1].transport == flow.transport:
            return flow.local
        kind, near = (flow.transport, ":" in flow.host), _is_loopback(flow.host)
        return self._default_sockets.get((*kind, near)) or self._default_sockets.get((*kind, not near), 0)

    def sent_by(self, flow: Flow) -> str:
        """Return our own "host:port" as reachable by the peer of `flow`, with brackets around IPv6."""
        return self._sent_by(flow.transport, flow.host, flow.local)

    def _find_sent_by(self, transport: str, peer: str, local: int) -> str:
        flow = Flow(transport, peer, 0, local=local)
        index = self.socket_index(flow)
        if not index:
            host, port = _source_address(peer), 5061 if flow.secure else 5060
        else:
            bind = self._binds[index - 1]
            port = bind.port
            host = bind.advertised or (_source_address(peer) if bind.host in WILDCARDS else bind.host)
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _source_address(host: str) -> str:
    """Return the source address of packets to `host`, from the routing table; no packet is sent."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, DISCARD_PORT))
            return probe.getsockname()[0]
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
