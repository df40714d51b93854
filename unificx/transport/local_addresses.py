"""Local addresses: the socket to use for a destination, and the address to announce to it."""

import socket
from collections.abc import Sequence

from unificx.sip.flow import Flow
from unificx.transport.binding import Bind

WILDCARDS = ("0.0.0.0", "::", "")
MOST_REMEMBERED = 4096
DISCARD = 9


class Ways:
    """Local sockets; `binds` are indexed by `Flow.local` from 1 and have their actual ports."""

    def __init__(self, binds: Sequence[Bind]) -> None:
        self._binds = tuple(binds)
        self._first: dict[tuple[str, bool], int] = {}
        for local, bind in enumerate(self._binds, 1):
            self._first.setdefault((bind.transport, ":" in bind.host), local)
        self._sources: dict[str, str] = {}

    def local(self, flow: Flow) -> int:
        """Return the socket for a message to `flow`: its own, or the first of its transport and family, or 0."""
        if 0 < flow.local <= len(self._binds) and self._binds[flow.local - 1].transport == flow.transport:
            return flow.local
        return self._first.get((flow.transport, ":" in flow.host), 0)

    def address(self, flow: Flow) -> tuple[str, int]:
        """Return our own host (IPv6 without brackets) and port as reachable by the peer of `flow`."""
        local = self.local(flow)
        if not local:
            return self._source_towards(flow.host), 5061 if flow.secure else 5060
        bind = self._binds[local - 1]
        if bind.advertised:
            return bind.advertised, bind.port
        host = self._source_towards(flow.host) if bind.host in WILDCARDS else bind.host
        return host, bind.port

    def _source_towards(self, host: str) -> str:
        """Return the source address of packets to `host`, from the routing table; no packet is sent."""
        known = self._sources.get(host)
        if known is not None:
            return known
        if len(self._sources) >= MOST_REMEMBERED:
            self._sources.clear()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((host, DISCARD))
                source = probe.getsockname()[0]
            except OSError:
                source = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self._sources[host] = source
        return source
