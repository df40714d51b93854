"""SIP connection over TCP or TLS: framing, time-outs and back pressure on an asyncio transport."""

import asyncio
import socket
from typing import cast

from unificx.sip.flow import Flow
from unificx.transport.connections import Connections
from unificx.transport.framing import Framer, FramingError


class StreamConnection(asyncio.Protocol):
    """Frames incoming data, answers keep-alives, and closes connections whose peer is slow, idle or does not read."""

    def __init__(self, connections: Connections, scheme: str, local: int, *, outgoing: bool = False) -> None:
        self._connections = connections
        self._limits = connections.limits
        self._scheme = scheme
        self._local = local
        self._framer = Framer()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._deadline_timer: asyncio.TimerHandle | None = None
        self._last_received = self._message_started = self._stalled_since = 0.0
        self._established = outgoing
        self._rejected = False
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
        self._last_received = self._loop.time()
        self._check_deadlines()

    def data_received(self, data: bytes) -> None:
        if self.flow is None or self._rejected:
            return
        self._last_received = self._loop.time()
        had_partial = self._framer.has_partial
        try:
            messages = self._framer.feed(data)
        except FramingError as fault:
            self._reject(fault)
            return
        if not self._framer.has_partial:
            self._message_started = 0.0
        elif messages or not had_partial:
            self._message_started = self._last_received
        if self._framer.pings:
            self._framer.pings = 0
            self.send(b"\r\n")
        for message in messages:
            self._established = True
            self._connections.on_message(message, self.flow)

    def _reject(self, fault: FramingError) -> None:
        """Pass on the complete messages, and the head of the invalid one for its 400; read no more. Close a moment
        later, because a busy server responds later."""
        assert self.flow is not None
        self._rejected = True
        self._message_started = 0.0
        messages = [message for message in (*fault.messages, fault.head) if message]
        for message in messages:
            self._connections.on_message(message, self.flow)
        self._loop.call_later(self._limits.last_response if messages else 0, self._end)

    def _end(self) -> None:
        if self._transport is not None:
            self._transport.close()

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
        else:
            self.ended.cancel()  # which ends a handshake

    def pause_writing(self) -> None:
        self._stalled_since = self._loop.time()

    def resume_writing(self) -> None:
        self._stalled_since = 0.0

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._deadline_timer is not None:
            self._deadline_timer.cancel()
            self._deadline_timer = None
        if self.flow is not None:
            self._connections.remove(self.flow.connection)
            self._connections.on_lost(self.flow)
        if not self.ended.done():
            self.ended.set_result(None)

    def _check_deadlines(self) -> None:
        """Close the connection if a deadline has passed, otherwise schedule the next check."""
        due = self._last_received + (self._limits.idle if self._established else self._limits.first_message)
        if self._message_started:
            due = min(due, self._message_started + self._limits.message)
        if self._stalled_since:
            due = min(due, self._stalled_since + self._limits.stalled)
        now = self._loop.time()
        if now >= due:
            self.close()
            return
        soon = now + min(self._limits.message, self._limits.stalled)
        self._deadline_timer = self._loop.call_at(min(due, soon), self._check_deadlines)


def set_tcp_options(sock: socket.socket, unacknowledged: float = 0.0) -> None:
    """Enable TCP keep-alive, to detect vanished peers, and disable Nagle's algorithm. `unacknowledged`: seconds after
    which the connection is closed if the peer acknowledges nothing; 0: the default of the system.

    Linux then closes the connection with the first probe after this time that finds an earlier one unacknowledged,
    whatever TCP_KEEPCNT is: three probes are sent within it. Without it probes are rare: they wake up phones.
    """
    idle, interval = (max(1, int(unacknowledged * share)) for share in (0.4, 0.2)) if unacknowledged else (120, 20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
    if unacknowledged and hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(unacknowledged * 1000))
