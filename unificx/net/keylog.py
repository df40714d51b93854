"""Where rtpengine tells the keys that parties press: a datagram each, on this machine."""

import asyncio
from collections.abc import Callable

from unificx.media.parties import KeyPressed, key_of


class KeyLog(asyncio.DatagramProtocol):
    """Listens on a port of 127.0.0.1; `pressed` gets every key."""

    def __init__(self) -> None:
        self.pressed: Callable[[KeyPressed], None] = lambda key: None
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, port: int) -> None:
        """Listen on this port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", port))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def datagram_received(self, data: bytes, addr: object) -> None:
        key = key_of(data)
        if key is not None:
            self.pressed(key)
