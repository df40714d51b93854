"""A flow: the way between one of our sockets and one peer (RFC 5626 3.1 uses the word so)."""

from dataclasses import dataclass, replace

SECURE = frozenset({"tls", "wss"})
WEBSOCKET = frozenset({"ws", "wss"})


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a message came from, or shall go.

    `transport` is "udp", "tcp", "tls", "ws" or "wss"; `host` an IP address (or a name still to be looked up) and `port`
    the peer's port. `connection` is the number the network layer gave to a stream connection; 0 means a datagram or,
    on a stream, "connect if needed". `local` is the index of our listening socket, 0 if any will do.
    """

    transport: str
    host: str
    port: int
    connection: int = 0
    local: int = 0

    @property
    def reliable(self) -> bool:
        """Whether what is sent arrives, or the loss is known: then no retransmission is needed."""
        return self.transport != "udp"

    @property
    def secure(self) -> bool:
        return self.transport in SECURE

    @property
    def by_websocket(self) -> bool:
        """Whether nobody but the peer can open it anew."""
        return self.transport in WEBSOCKET

    @property
    def end(self) -> tuple[str, str, int]:
        """The far end, whatever connection leads there."""
        return self.transport, self.host, self.port

    def reconnect(self, port: int) -> "Flow":
        """The same peer over a new connection to `port` (RFC 3261 18.2.2)."""
        return replace(self, port=port, connection=0)
