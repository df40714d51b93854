"""Client end of the socket to the engine: ordered, message based and non-blocking.

asyncio's transports do not preserve message boundaries, so this class reads and writes the socket itself.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from unificx.media.mixer import messages
from unificx.media_worker import protocol

WAITING_BYTES = 64 << 20
"""Maximum queued commands, in bytes; more are dropped, because an engine that does not read is about to be killed."""
_AT_ONCE = 200


class Link:
    """Message channel; `on_message` receives every message, `on_closed` is called when the engine is gone."""

    def __init__(self, end: socket.socket, heard: Callable[[Any], None], ended: Callable[[], None]) -> None:
        end.setblocking(False)
        self._end: socket.socket | None = end
        self._heard = heard
        self._ended = ended
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end, self._read)

    def close(self) -> None:
        if self._end is not None:
            self._loop.remove_reader(self._end)
            self._loop.remove_writer(self._end)
            self._end.close()
            self._end = None

    def send(self, order: messages.Order) -> None:
        """Send a command, or queue it until the engine has read the previous ones."""
        if self._end is None:
            return
        data = protocol.encode(order)
        if not self._waiting:
            with contextlib.suppress(BlockingIOError):
                self._put(data)
                return
            self._loop.add_writer(self._end, self._write)
        if self._waiting_bytes + len(data) <= WAITING_BYTES:
            self._waiting.append(data)
            self._waiting_bytes += len(data)

    def _put(self, data: bytes) -> None:
        if self._end is None:
            return
        try:
            self._end.send(data)
        except BlockingIOError:
            raise
        except OSError:
            self._lose()

    def _write(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._waiting and self._end is not None:
                self._put(self._waiting[0])
                self._waiting_bytes -= len(self._waiting.popleft())
        if not self._waiting and self._end is not None:
            self._loop.remove_writer(self._end)

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            if self._end is None:
                return
            try:
                data = self._end.recv(protocol.LARGEST * 2)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._lose()
                return
            with contextlib.suppress(protocol.BadMessage):
                self._heard(protocol.decode(data))

    def _lose(self) -> None:
        self.close()
        self._ended()
