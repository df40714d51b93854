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

MAX_QUEUED_BYTES = 64 << 20
"""Maximum queued commands, in bytes; more are dropped, because an engine that does not read is about to be killed."""
_MESSAGES_PER_READ = 200


class IpcChannel:
    """Message channel; `on_message` receives every message, `on_closed` is called when the engine is gone."""

    def __init__(self, sock: socket.socket, on_message: Callable[[Any], None], on_closed: Callable[[], None]) -> None:
        sock.setblocking(False)
        self._socket: socket.socket | None = sock
        self._on_message = on_message
        self._on_closed = on_closed
        # Owner: the node that started the engine.
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._read)

    def close(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None

    def send(self, command: messages.Command) -> None:
        """Send a command, or queue it until the engine has read the previous ones."""
        if self._socket is None:
            return
        data = protocol.encode(command)
        if not self._queue:
            with contextlib.suppress(BlockingIOError):
                self._send_now(data)
                return
            self._loop.add_writer(self._socket, self._write)
        if self._queued_bytes + len(data) <= MAX_QUEUED_BYTES:
            self._queue.append(data)
            self._queued_bytes += len(data)

    def _send_now(self, data: bytes) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(data)
        except BlockingIOError:
            raise
        except OSError:
            self._connection_lost()

    def _write(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._queue and self._socket is not None:
                self._send_now(self._queue[0])
                self._queued_bytes -= len(self._queue.popleft())
        if not self._queue and self._socket is not None:
            self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        for _ in range(_MESSAGES_PER_READ):
            if self._socket is None:
                return
            try:
                data = self._socket.recv(protocol.MAX_MESSAGE_BYTES * 2)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._connection_lost()
                return
            with contextlib.suppress(protocol.InvalidMessage):
                self._on_message(protocol.decode(data))

    def _connection_lost(self) -> None:
        self.close()
        self._on_closed()
