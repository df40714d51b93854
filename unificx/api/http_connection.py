"""HTTP connections with time-outs and per-source limits, on top of uvicorn's protocol.

uvicorn limits neither the time for a request head nor the time a peer may stop reading, and its connection limit is
global: one client could exhaust it with idle connections.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, cast

import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from unificx.api.connection_limiter import ConnectionLimiter, ConnectionSlot
from unificx.transport.accepting import accepted_connections
from unificx.transport.stream import set_tcp_options

_END_OF_HEAD = b"\r\n\r\n"
_REQUEST_TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_MAX_PIPELINED = 100
"""Requests that wait for the response to the one before them."""
_HEADERS_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

log = structlog.get_logger()


class HttpConnection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol with limits.

    It releases its slot when it closes or becomes a WebSocket, which is counted in `transport.Connections` instead.
    """

    def __init__(self, slot: ConnectionSlot, limiter: ConnectionLimiter, config: Config, state: ServerState) -> None:
        super().__init__(config, state, {}, asyncio.get_running_loop())
        self._slot = slot
        self._limits = limiter.limits
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        """Bytes of the head so far; in a body, those since its last part: of trailers and of what is between chunks."""
        self._head_tail = b""
        """Last bytes of the head so far, because its end may be split over two reads."""
        self._in_body = False
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self._slot.connection = self.transport
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._slot.release()
        self._head_timer = _cancel_timer(self._head_timer)
        self._stall_timer = _cancel_timer(self._stall_timer)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._start_head_timer()
        if self._in_body:
            too_large = self._head_bytes > self._limits.max_head
            self._head_bytes += len(data)
        else:
            seen = self._head_tail + data
            end = seen.find(_END_OF_HEAD)
            self._head_bytes += len(data) if end < 0 else end - len(self._head_tail)
            self._head_tail = seen[1 - len(_END_OF_HEAD) :] if end < 0 else b""
            too_large = self._head_bytes > self._limits.max_head
        if too_large:
            self._refuse(_HEADERS_TOO_LARGE)
        else:
            super().data_received(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers are dropped: they must not become headers (RFC 9110 section 6.5.1), which a proxy has checked.
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_timer = _cancel_timer(self._head_timer)
        self._in_body, self._head_bytes = True, 0
        if len(self.pipeline) >= _MAX_PIPELINED:
            raise ValueError("too many requests without a response")  # answered with 400 and the end of the connection
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body, self._head_bytes = False, 0
        super().on_message_complete()
        if self.cycle is not None and not self.cycle.response_complete:
            self._slot.set_waiting(for_peer=False)

    def on_response_complete(self) -> None:
        self._slot.set_waiting(for_peer=True)
        super().on_response_complete()
        if self.transport.is_closing():
            self._start_stall_timer()

    def handle_websocket_upgrade(self) -> None:
        self._slot.release()
        self._stall_timer = _cancel_timer(self._stall_timer)
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slot.set_waiting(for_peer=True)
        self._start_stall_timer()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._stall_timer = _cancel_timer(self._stall_timer)
        if self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete:
            self._slot.set_waiting(for_peer=False)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._start_stall_timer()

    def _start_head_timer(self) -> None:
        self._head_bytes = 0
        self._head_tail = b""
        self._head_timer = self.loop.call_later(self._limits.head, self._head_timeout)

    def _head_timeout(self) -> None:
        self._refuse(_REQUEST_TIMEOUT if self._head_bytes else b"")

    def _refuse(self, answer: bytes) -> None:
        self._head_timer = _cancel_timer(self._head_timer)
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
            self._start_stall_timer()

    def _start_stall_timer(self) -> None:
        """Abort the connection if the peer does not read in time; close() alone would wait forever."""
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(self._limits.stalled, self.transport.abort)


class Acceptor:
    """Accepts HTTP connections on one socket; has the interface of asyncio.Server that `uvicorn.Server` uses."""

    def __init__(
        self,
        sock: socket.socket,
        limiter: ConnectionLimiter,
        factory: Callable[[ConnectionSlot], HttpConnection],
        tls: ssl.SSLContext | None,
    ) -> None:
        self._sock = sock
        self._limiter = limiter
        self._factory = factory
        self._tls = tls
        # Owner: this node: its own sockets.
        self._accepting: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._run(), name="http acceptor")

    def close(self) -> None:
        """Stop accepting; established connections stay open."""
        for task in (self._task, *self._accepting):
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until accepting has stopped after `close`."""
        await asyncio.gather(self._task, *self._accepting, return_exceptions=True)

    async def _run(self) -> None:
        def failed(fault: OSError) -> None:
            log.warning("http_accept_failed", errno=fault.errno)

        async for sock, address in accepted_connections(self._sock, failed):
            slot = self._limiter.acquire(address[0] if address else "")
            if slot is None:
                sock.close()
                continue
            slot.connection = task = asyncio.create_task(self._accept(sock, slot))
            self._accepting.add(task)
            task.add_done_callback(self._accepting.discard)

    async def _accept(self, sock: socket.socket, slot: ConnectionSlot) -> None:
        """Turn an accepted socket into a connection, including the TLS handshake, or close it."""
        connected = False
        try:
            sock.setblocking(False)
            if sock.family != socket.AF_UNIX:
                set_tcp_options(sock)
            options: dict[str, Any] = {}
            if self._tls is not None:
                options = {"ssl": self._tls, "ssl_handshake_timeout": self._limiter.limits.handshake}
            loop = asyncio.get_running_loop()
            await loop.connect_accepted_socket(lambda: self._factory(slot), sock, **options)
            connected = True
        except OSError:
            pass  # the peer disconnected, or the TLS handshake failed
        finally:
            if not connected:
                slot.release()
                sock.close()


def _cancel_timer(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
