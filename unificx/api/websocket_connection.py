"""WebSocket connections on top of uvicorn's protocol. A message for many peers is encoded once, and written at once
instead of by a task of each connection."""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

WriteFrame = Callable[[bytes], bool]
_EXTENSION = "unificx.write_frame"


def text_frame(text: str) -> bytes:
    """Return a text message as a frame of a server, which is not masked (RFC 6455 section 5.2)."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False, extensions=[])


def frame_writer(scope: Any) -> WriteFrame | None:
    """Return what writes frames to the peer of an accepted WebSocket; None from another server."""
    return scope.get("extensions", {}).get(_EXTENSION)


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket whose app may write frames."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][_EXTENSION] = self.write_frame  # type: ignore[index,assignment]

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
