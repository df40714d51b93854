"""Local addresses: the socket to use for a destination, and the address to announce to it."""

import socket
from collections.abc import Sequence

from unificx.sip.flow import Flow
from unificx.transport.binding import BindAddress

WILDCARDS = ("0.0.0.0", "::", "")
MAX_CACHED = 4096
DISCARD_PORT = 9


class LocalAddresses:
    """Local sockets; `binds` are indexed by `Flow.local` from 1 and have their actual ports."""

    def __init__(self, binds: Sequence[BindAddress]) -> None:
        self._binds = tuple(binds)
        # Owner: this node: its own sockets.
        self._default_sockets: dict[tuple[str, bool], int] = {}
        for local, bind in enumerate(self._binds, 1):
            self._default_sockets.setdefault((bind.transport, ":" in bind.host), local)
        self._sources: dict[str, str] = {}

    def socket_index(self, flow: Flow) -> int:
        """Return the socket for a message to `flow`: its own, or the first of its transport and family, or 0."""
        if 0 < flow.local <= len(self._binds) and self._binds[flow.local - 1].transport == flow.transport:
            return flow.local
        return self._default_sockets.get((flow.transport, ":" in flow.host), 0)

    def address(self, flow: Flow) -> tuple[str, int]:
        """Return our own host (IPv6 without brackets) and port as reachable by the peer of `flow`."""
        local = self.socket_index(flow)
        if not local:
            return self._source_address(flow.host), 5061 if flow.secure else 5060
        bind = self._binds[local - 1]
        if bind.advertised:
            return bind.advertised, bind.port
        host = self._source_address(flow.host) if bind.host in WILDCARDS else bind.host
        return host, bind.port

    def _source_address(self, host: str) -> str:
        """Return the source address of packets to `host`, from the routing table; no packet is sent."""
        known = self._sources.get(host)
        if known is not None:
            return known
        if len(self._sources) >= MAX_CACHED:
            self._sources.clear()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((host, DISCARD_PORT))
                source = probe.getsockname()[0]
            except OSError:
                source = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self._sources[host] = source
        return source
