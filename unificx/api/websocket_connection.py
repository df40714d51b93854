"""WebSocket connections on top of uvicorn's protocol. A message for many peers is encoded once, and written at once
instead of by a task of each connection."""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

WriteFrame = Callable[[bytes], bool]
_EXTENSION = "unificx.write_frame"
_PIECE = 4096
"""Bytes read in a turn of the event loop, which may be 600 frames; a transport passes up to 256 KiB at once."""


def text_frame(text: str) -> bytes:
    """Return a text message as a frame of a server, which is not masked (RFC 6455 section 5.2)."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False, extensions=[])


def frame_writer(scope: Any) -> WriteFrame | None:
    """Return what writes frames to the peer of an accepted WebSocket; None from another server."""
    return scope.get("extensions", {}).get(_EXTENSION)


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket whose app may write frames, and whose peer cannot stop the event loop by many small ones."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._unread = bytearray()
        """Received while the transport is paused."""
        self._next_piece: asyncio.Handle | None = None

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if self._next_piece is None and not self.read_paused:
            self._read_piece()
        else:
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next_piece is not None:
            self._next_piece.cancel()
        super().connection_lost(exc)

    async def receive(self) -> Any:
        event = await super().receive()
        self._read_on()
        return event

    def _read_piece(self) -> None:
        self._next_piece = None
        piece = bytes(self._unread[:_PIECE])
        del self._unread[:_PIECE]
        super().data_received(piece)
        self._read_on()

    def _read_on(self) -> None:
        """Read the next piece in the next turn; after the last one, let the transport read again."""
        if self.read_paused or self._next_piece is not None or self.transport.is_closing():
            return
        if self._unread:
            self.transport.pause_reading()
            self._next_piece = self.loop.call_soon(self._read_piece)
        else:
            self.transport.resume_reading()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][_EXTENSION] = self.write_frame  # type: ignore[index,assignment]

    def handle_cont(self, event: Frame) -> None:
        # The limit of a message's size does not bound the number of its empty fragments.
        if event.data or event.fin:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        # Pongs for a peer that does not read would fill the memory; it need not get all (RFC 6455 section 5.5.3).
        output = self.conn.data_to_send()
        if self.writable.is_set():
            self.transport.write(b"".join(output))

    def write_frame(self, frame: bytes) -> bool:
        """Write a frame; return whether it was written: not while the peer does not read, nor once it closes."""
        if not self.writable.is_set() or self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True
