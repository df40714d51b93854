"""Receiver of rtpengine's DTMF log: one datagram per digit on loopback."""

import asyncio
from collections.abc import Callable

from unificx.rtpengine.party_commands import DtmfReceived, parse_log_line


class DtmfLog(asyncio.DatagramProtocol):
    """Listens on a port of 127.0.0.1; `on_dtmf` receives every digit."""

    def __init__(self, on_dtmf: Callable[[DtmfReceived], None]) -> None:
        self._on_dtmf = on_dtmf
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, port: int) -> None:
        """Start listening on `port`."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", port))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def datagram_received(self, data: bytes, addr: object) -> None:
        dtmf = parse_log_line(data)
        if dtmf is not None:
            self._on_dtmf(dtmf)
