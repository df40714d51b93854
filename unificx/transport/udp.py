"""SIP socket over UDP. STUN requests are answered and keep-alives dropped here."""

import asyncio
import socket
from contextlib import suppress
from functools import lru_cache
from typing import cast

from unificx.sip.flow import Flow
from unificx.transport import stun
from unificx.transport.connections import OnMessage

MAX_CACHED_FLOWS = 4096
"""Size of the cache of flows."""
MAX_READ = 1_000
"""Datagrams read at once by `read_pending`."""
MAX_DATAGRAM = 65_535


class UdpSocket(asyncio.DatagramProtocol):
    """Passes datagrams that may be SIP to `on_message`; NAT keep-alives are handled here. `sock` is non-blocking."""

    def __init__(self, on_message: OnMessage, local: int, sock: socket.socket) -> None:
        self._on_message = on_message
        self._socket = sock
        # Cached, because phones send many messages: one Flow object per phone saves allocations and comparisons.
        self._flow = lru_cache(maxsize=MAX_CACHED_FLOWS)(lambda host, port: Flow("udp", host, port, 0, local))
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's transports are not a subclass
        # uvloop sets SO_REUSEADDR, so another process, such as rtpengine, could bind the port and take our datagrams.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 20:
            return  # RFC 5626 section 4.4.1 keep-alives, empty or CRLFs: too short for SIP and for STUN
        if data[0] <= stun.MAX_FIRST_BYTE:
            reply = stun.answer(data, addr[0], addr[1])
            if reply is not None:
                self.send(reply, addr[0], addr[1])
            return
        self._on_message(data, self._flow(addr[0], addr[1]))

    def read_pending(self) -> None:
        """Process datagrams that have arrived now: uvloop reads at most 32 in a turn of the event loop."""
        if self._transport is None or self._transport.is_closing():
            return
        with suppress(OSError):
            for _ in range(MAX_READ):
                data, address = self._socket.recvfrom(MAX_DATAGRAM)
                self.datagram_received(data, address)

    def send(self, data: bytes, host: str, port: int) -> None:
        """Send one datagram to a numeric address. Raise OSError or ValueError if it cannot be sent."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, (host, port))

    def error_received(self, exc: Exception) -> None:
        """Ignore delivery errors: the transaction timers handle them."""

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
