"""One SIP socket over UDP: datagrams in and out, STUN and keep-alives answered on the spot."""

import asyncio
import socket
from functools import lru_cache
from typing import cast

from unificx.net import stun
from unificx.net.connections import OnMessage
from unificx.sip.flow import Flow

MOST_FLOWS = 4096
"""Far ends whose flow is remembered."""


class UdpSocket(asyncio.DatagramProtocol):
    """Hands every datagram that may be SIP to `on_message`; bytes the peer only sends to keep its NAT open end here."""

    def __init__(self, on_message: OnMessage, local: int) -> None:
        self._on_message = on_message
        # Phones speak again and again: one value for all messages of one is less to make, to compare and to keep.
        self._flow = lru_cache(maxsize=MOST_FLOWS)(lambda host, port: Flow("udp", host, port, 0, local))
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's transports are no subclass
        # uvloop lets others share the port: whoever did would get our datagrams, rtpengine by accident among them.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 20:
            return  # RFC 5626 section 4.4.1 keep-alives, empty or CRLFs: too short for SIP and for STUN
        if data[0] < 0x40:
            reply = stun.answer(data, addr[0], addr[1])
            if reply is not None:
                self.send(reply, addr[0], addr[1])
            return
        self._on_message(data, self._flow(addr[0], addr[1]))

    def send(self, data: bytes, host: str, port: int) -> None:
        """Send one datagram to a numeric address. Raises OSError or ValueError for one that cannot be."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, (host, port))

    def error_received(self, exc: Exception) -> None:
        """A datagram could not be delivered: the transaction's own timers notice."""

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
