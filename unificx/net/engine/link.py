"""The client's end of the socket to an engine: messages out in order, messages in, and never a wait.

asyncio's own transports do not keep messages apart, so this one reads and writes by itself.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from unificx.media.mixer import messages
from unificx.net.engine import wire

WAITING_BYTES = 64 << 20
"""Orders that wait for an engine that does not read. Beyond that they are dropped: it is about to be replaced."""
_AT_ONCE = 200


class Link:
    """`heard` gets every message; `ended` is called when the engine is gone."""

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
        """Send, now or as soon as the engine has read what is before it."""
        if self._end is None:
            return
        data = wire.encode(order)
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
                data = self._end.recv(wire.LARGEST * 2)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._lose()
                return
            with contextlib.suppress(wire.BadMessage):
                self._heard(wire.decode(data))

    def _lose(self) -> None:
        self.close()
        self._ended()
