"""Which of our sockets leads to a far end, and what address of ours it should know."""

import socket
from collections.abc import Sequence

from unificx.net.binding import Bind
from unificx.sip.flow import Flow

WILDCARDS = ("0.0.0.0", "::", "")
MOST_REMEMBERED = 4096
DISCARD = 9


class Ways:
    """The sockets we have; `binds` in the order of `Flow.local` from 1, with their real ports."""

    def __init__(self, binds: Sequence[Bind]) -> None:
        self._binds = tuple(binds)
        self._first: dict[tuple[str, bool], int] = {}
        for local, bind in enumerate(self._binds, 1):
            self._first.setdefault((bind.transport, ":" in bind.host), local)
        self._sources: dict[str, str] = {}

    def local(self, flow: Flow) -> int:
        """The socket a message to `flow` leaves by: its own, else the first of its transport and family; 0 if none."""
        if 0 < flow.local <= len(self._binds) and self._binds[flow.local - 1].transport == flow.transport:
            return flow.local
        return self._first.get((flow.transport, ":" in flow.host), 0)

    def address(self, flow: Flow) -> tuple[str, int]:
        """Host (IPv6 without brackets) and port of ours as the far end of `flow` should name them."""
        local = self.local(flow)
        if not local:
            return self._source_towards(flow.host), 5061 if flow.secure else 5060
        bind = self._binds[local - 1]
        if bind.advertised:
            return bind.advertised, bind.port
        host = self._source_towards(flow.host) if bind.host in WILDCARDS else bind.host
        return host, bind.port

    def _source_towards(self, host: str) -> str:
        """The address of ours that packets to `host` carry: asked of the routing table, nothing is sent."""
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
