"""SIP connection over TCP or TLS: framing, time-outs and back pressure on an asyncio transport."""

import asyncio
import socket
from typing import cast

from unificx.sip.flow import Flow
from unificx.transport.connections import Connections
from unificx.transport.framing import Framer, Unframed


class StreamConnection(asyncio.Protocol):
    """Frames incoming data, answers keep-alives, and closes connections whose peer is slow, idle or does not read."""

    def __init__(self, connections: Connections, scheme: str, local: int, *, ours: bool = False) -> None:
        self._connections = connections
        self._limits = connections.limits
        self._scheme = scheme
        self._local = local
        self._framer = Framer()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._heard = self._begun = self._stalled = 0.0
        self._greeted = ours
        self.flow: Flow | None = None
        """Flow of its messages, once connected."""
        self.ended = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports are not a subclass
        peer = self._transport.get_extra_info("peername")
        if not peer:
            self._transport.abort()  # already disconnected
            return
        self.flow = Flow(self._scheme, peer[0], peer[1], self._connections.add(self), self._local)
        self._transport.set_write_buffer_limits(high=64 * 1024)
        self._heard = self._loop.time()
        self._look()

    def data_received(self, data: bytes) -> None:
        if self.flow is None:
            return
        self._heard = self._loop.time()
        was_begun = self._framer.begun
        try:
            messages = self._framer.feed(data)
        except Unframed:
            self.close()
            return
        if not self._framer.begun:
            self._begun = 0.0
        elif messages or not was_begun:
            self._begun = self._heard
        if self._framer.pings:
            self._framer.pings = 0
            self.send(b"\r\n")
        for message in messages:
            self._greeted = True
            self._connections.on_message(message, self.flow)

    def send(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(data)
        if transport.get_write_buffer_size() > self._limits.unsent:
            self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        self._stalled = self._loop.time()

    def resume_writing(self) -> None:
        self._stalled = 0.0

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self.flow is not None:
            self._connections.remove(self.flow.connection)
            self._connections.on_lost(self.flow)
        if not self.ended.done():
            self.ended.set_result(None)

    def _look(self) -> None:
        """Close the connection if a deadline has passed, otherwise schedule the next check."""
        due = self._heard + (self._limits.idle if self._greeted else self._limits.first_message)
        if self._begun:
            due = min(due, self._begun + self._limits.message)
        if self._stalled:
            due = min(due, self._stalled + self._limits.stalled)
        now = self._loop.time()
        if now >= due:
            self.close()
            return
        soon = now + min(self._limits.message, self._limits.stalled)
        self._watch = self._loop.call_at(min(due, soon), self._look)


def keep_alive(sock: socket.socket) -> None:
    """Enable TCP keep-alive, to detect vanished peers, and disable Nagle's algorithm."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 120)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
