"""SIP socket over UDP. STUN requests are answered and keep-alives dropped here."""

import socket
from functools import lru_cache

from unificx.core.datagrams import DatagramReader
from unificx.sip.flow import Flow
from unificx.transport import stun
from unificx.transport.connections import OnMessage

MAX_CACHED_FLOWS = 4096
"""Size of the cache of flows."""
MAX_PENDING = 1_000
"""Datagrams read at once by `read_pending`."""


class UdpSocket:
    """Passes datagrams that may be SIP to `on_message`; NAT keep-alives are handled here. `sock` is non-blocking."""

    def __init__(self, on_message: OnMessage, local: int, sock: socket.socket, reader: DatagramReader) -> None:
        self._on_message = on_message
        # Cached, because phones send many messages: one Flow object per phone saves allocations and comparisons.
        self._flow = lru_cache(maxsize=MAX_CACHED_FLOWS)(lambda host, port: Flow("udp", host, port, 0, local))
        self._reader = reader
        self._socket = reader.open(sock, self._on_datagram)

    def _on_datagram(self, data: bytes, address: tuple[str, int]) -> None:
        if len(data) < 20:
            return  # RFC 5626 section 4.4.1 keep-alives, empty or CRLFs: too short for SIP and for STUN
        if data[0] <= stun.MAX_FIRST_BYTE:
            reply = stun.answer(data, address[0], address[1])
            if reply is not None:
                self.send(reply, address[0], address[1])
            return
        self._on_message(data, self._flow(address[0], address[1]))

    def read_pending(self) -> None:
        """Process datagrams that have arrived now, more than are read in a turn of the event loop."""
        self._reader.read_now(self._socket, MAX_PENDING)

    def send(self, data: bytes, host: str, port: int) -> bool:
        """Send one datagram to a numeric address; return whether there is a way to it at present. Raise OverflowError
        for a port above 65535."""
        return self._socket.send(data, (host, port))

    def close(self) -> None:
        self._reader.close(self._socket)
