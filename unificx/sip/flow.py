"""A flow: the path between a local socket and a peer (term of RFC 5626 section 3.1)."""

from dataclasses import dataclass, replace

SECURE = frozenset({"tls", "wss"})
STREAMS = frozenset({"tcp", "tls"})
"""Transports on which a message ends where its Content-Length says (RFC 3261 section 18.3)."""
WEBSOCKET = frozenset({"ws", "wss"})


@dataclass(frozen=True, slots=True)
class Flow:
    """The source or destination of a message.

    `transport` is "udp", "tcp", "tls", "ws" or "wss"; `host` an IP address (or an unresolved name) and `port` the
    peer's port. `connection` is the number of a stream connection, assigned by the transport layer; 0 means a datagram
    or, on a stream transport, "connect if needed". `local` is the index of the listening socket, 0 for any.
    `server_name` is the name that the certificate of a TLS server must have; "": `host`.
    """

    transport: str
    host: str
    port: int
    connection: int = 0
    local: int = 0
    server_name: str = ""

    @property
    def reliable(self) -> bool:
        """Whether delivery is guaranteed or its failure reported, so that no retransmission is needed."""
        return self.transport != "udp"

    @property
    def secure(self) -> bool:
        return self.transport in SECURE

    @property
    def is_websocket(self) -> bool:
        """Whether this is a WebSocket flow, which only the peer can reopen."""
        return self.transport in WEBSOCKET

    @property
    def peer(self) -> tuple[str, str, int]:
        """The remote address: transport, host and port, independent of the connection."""
        return self.transport, self.host, self.port

    def for_new_connection(self, port: int) -> "Flow":
        """Return a flow to the same peer over a new connection to `port` (RFC 3261 18.2.2)."""
        return replace(self, port=port, connection=0)
