"""SIP over WebSocket (RFC 7118) as a raw ASGI application: one message per frame, subprotocol "sip".

The API mounts it at /sip. It bypasses the framework, whose routing would cost more than processing the message.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from unificx.sip.flow import Flow
from unificx.transport.connections import Connections
from unificx.transport.framing import MAX_MESSAGE

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PROTOCOL = "sip"
NORMAL, GOING_AWAY, POLICY, TOO_BIG, TRY_LATER = 1000, 1001, 1008, 1009, 1013
PAGE_CLOSED = 4001
"""Sent by our client when its page is closed or reloaded during a call, unlike a lost connection."""


class SipWebSocket:
    """ASGI application for SIP over WebSocket; its connections are registered in `connections` and share its limits."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await _upgrade_required(send)
            return
        await receive()  # websocket.connect
        client = scope.get("client")
        if client is None or PROTOCOL not in scope.get("subprotocols", ()) or _is_cross_origin(scope):
            await send({"type": "websocket.close", "code": POLICY})
            return
        host, port = client[0], client[1]
        if not self._connections.acquire(host):
            await send({"type": "websocket.close", "code": TRY_LATER})
            return
        connection = None
        try:
            await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
            connection = _WebSocketConnection(self._connections, scope["scheme"], host, port)
            self._connections.add_unauthenticated(host, connection)
            await connection.run(receive, send)
        finally:
            self._connections.release(host, connection)


class LimitedWebSockets:
    """ASGI middleware that applies the limits of `connections` to the WebSockets of `app`."""

    def __init__(self, app: App, connections: Connections) -> None:
        self._app = app
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        host = client[0] if client is not None else ""
        if not self._connections.acquire(host):
            await receive()  # websocket.connect
            await send({"type": "websocket.close", "code": TRY_LATER})
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._connections.release(host)


def _is_cross_origin(scope: Scope) -> bool:
    """Whether the Origin header, which only browsers send, names another host (RFC 6455 section 10.2)."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    return any([_authority(origin)] != [host.decode("latin-1").lower() for host in hosts] for origin in origins)


def _authority(origin: bytes) -> str:
    try:
        return urlsplit(origin.decode("latin-1")).netloc.lower()
    except ValueError:
        return ""


class _WebSocketConnection:
    """An open WebSocket: reads frames and writes queued messages until either side closes it or a timeout expires."""

    def __init__(self, connections: Connections, scheme: str, host: str, port: int) -> None:
        self._connections = connections
        self._limits = connections.limits
        # Owner: this node: its own sockets.
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._changed = asyncio.Event()
        self._close_code: int | None = None
        self._page_closed = False
        self._flow = Flow(scheme, host, port, connections.add(self))

    def send(self, data: bytes) -> None:
        self._queue.append(data)
        self._queued += len(data)
        if self._queued > self._limits.unsent:
            self._close_with(POLICY)
        self._changed.set()

    def close(self) -> None:
        self._close_with(GOING_AWAY)

    async def run(self, receive: Receive, send: Send) -> None:
        reader = asyncio.create_task(self._read(receive))
        writer = asyncio.create_task(self._write(send))
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._connections.remove(self._flow.connection)
            reader.cancel()
            writer.cancel()
            outcomes = await asyncio.gather(reader, writer, return_exceptions=True)
            self._connections.on_lost(self._flow)
            if self._page_closed:
                self._connections.on_page_closed(self._flow)
        if self._close_code is not None:
            await _send_close(send, self._close_code)
        for fault in outcomes:
            if isinstance(fault, Exception) and not isinstance(fault, OSError):
                raise fault

    def _close_with(self, code: int) -> None:
        if self._close_code is None:
            self._close_code = code
            self._changed.set()

    async def _read(self, receive: Receive) -> None:
        timeout = self._limits.first_message
        while True:
            try:
                async with asyncio.timeout(timeout):
                    event = await receive()
            except TimeoutError:
                self._close_with(NORMAL)
                return
            if event["type"] != "websocket.receive":
                self._page_closed = event.get("code") == PAGE_CLOSED
                return
            text = event.get("text")
            data = text.encode("utf-8", "surrogateescape") if text is not None else event["bytes"] or b""
            if len(data) > MAX_MESSAGE:
                self._close_with(TOO_BIG)
                return
            if not data.strip(b"\r\n"):
                if data.count(b"\r\n") > 1:
                    self.send(b"\r\n")  # RFC 5626 section 4.4.1, as browsers' SIP stacks do
                continue
            timeout = self._limits.idle
            self._connections.on_message(data, self._flow)

    async def _write(self, send: Send) -> None:
        while True:
            await self._changed.wait()
            if self._close_code is not None:
                return
            self._changed.clear()
            while self._queue:
                data = self._queue.popleft()
                async with asyncio.timeout(self._limits.stalled):
                    await send(_frame(data))
                self._queued -= len(data)


def _frame(data: bytes) -> Event:
    """Return a text frame if the message is valid UTF-8, otherwise a binary one (RFC 7118 section 4.2)."""
    try:
        return {"type": "websocket.send", "text": data.decode()}
    except UnicodeDecodeError:
        return {"type": "websocket.send", "bytes": data}


async def _send_close(send: Send, code: int) -> None:
    """Send a close frame; the peer may be gone or not reading."""
    try:
        async with asyncio.timeout(1.0):
            await send({"type": "websocket.close", "code": code})
    except (OSError, RuntimeError):
        return  # already closed by the server; TimeoutError is an OSError


async def _upgrade_required(send: Send) -> None:
    text = b'This endpoint requires a WebSocket with the subprotocol "sip".\n'
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"upgrade", b"websocket")]
    await send({"type": "http.response.start", "status": 426, "headers": headers})
    await send({"type": "http.response.body", "body": text})
