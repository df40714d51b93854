"""Audio of the built-in soft phone: sends a tone every 20 ms, records received samples, sends RTCP.

Reports are sent twice a second; rtpengine derives the call quality from them (RFC 3550 section 6.4).
"""

import asyncio
import contextlib
from array import array
from collections.abc import Callable

from unificx.core.clock import Clock
from unificx.media import g711, rtp, tones

FRAME = 160
"""Samples in 20 ms of G.711."""
LOUD = 8000
REPORT_EVERY = 25
"""Packets between two reports."""
TRIES = 50


class Datagrams(asyncio.DatagramProtocol):
    """A UDP socket that passes datagrams to a callback."""

    def __init__(self, take: Callable[[bytes, tuple[str, int]], None]) -> None:
        self.take = take
        self.transport: asyncio.DatagramTransport | None = None

    async def open(self, host: str, port: int = 0) -> int:
        """Bind and return the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        return self.address[1]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.take(data, addr)

    def send(self, data: bytes, host: str, port: int) -> None:
        if self.transport is not None:
            self.transport.sendto(data, (host, port))

    @property
    def address(self) -> tuple[str, int]:
        assert self.transport is not None
        host, port = self.transport.get_extra_info("sockname")[:2]
        return host, port

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()
            self.transport = None


class Sound:
    """Sends `tone` (Hz) as PCMU and records received audio."""

    def __init__(self, tone: float, clock: Clock) -> None:
        self.heard: array[int] = array("h")
        self._tone = tone
        self._clock = clock
        self._media = Datagrams(self._hear)
        self._control = Datagrams(self._hear_report)
        self._speaking: asyncio.Task[None] | None = None
        self._target = ("", 0)
        self._ssrc = int.from_bytes(clock.random_bytes(4), "big")
        self._reception: rtp.Reception | None = None

    async def open(self, host: str) -> int:
        """Bind an even port for RTP and the next one for RTCP; return the RTP port."""
        for _ in range(TRIES):
            port = await self._media.open(host)
            if port % 2 == 0:
                with contextlib.suppress(OSError):
                    await self._control.open(host, port + 1)
                    return port
            self._media.close()
        raise OSError("no two consecutive free ports")

    def speak(self, host: str, port: int) -> None:
        """Start sending the tone to an address."""
        self._target = (host, port)
        if self._speaking is None:
            self._speaking = asyncio.create_task(self._speak())

    async def close(self) -> None:
        """Stop sending and close the sockets."""
        if self._speaking is not None:
            self._speaking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._speaking
        self._media.close()
        self._control.close()

    async def _speak(self) -> None:
        began = self._clock.monotonic()
        number = 0
        while True:
            host, port = self._target
            at = number * FRAME
            payload = g711.ulaw_encode(self._said(at))
            self._media.send(bytes(rtp.Packet(0, number & 0xFFFF, at, self._ssrc, payload)), host, port)
            number += 1
            if number % REPORT_EVERY == 0:
                self._control.send(self._report(number), host, port + 1)
            await asyncio.sleep(max(began + number * 0.02 - self._clock.monotonic(), 0))

    def _said(self, at: int) -> "array[int]":
        """Return a frame of the tone, starting at this sample."""
        return tones.sine(self._tone, LOUD, FRAME, start=at)

    def _report(self, sent: int) -> bytes:
        blocks = (self._reception.report_block(self._clock.monotonic()),) if self._reception is not None else ()
        now = rtp.to_ntp(self._clock.now().timestamp())
        return bytes(rtp.Report(self._ssrc, blocks, now, sent * FRAME, sent, sent * FRAME))

    def _hear(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        with contextlib.suppress(rtp.InvalidPacket):
            packet = rtp.parse(data)
            if packet.payload_type != 0:
                return
            if self._reception is None or self._reception.ssrc != packet.ssrc:
                self._reception = rtp.Reception(packet.ssrc)
            self._reception.receive(packet, self._clock.monotonic())
            self.heard.extend(g711.ulaw_decode(packet.payload))

    def _hear_report(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        with contextlib.suppress(rtp.InvalidPacket):
            for report in rtp.parse_reports(data):
                if self._reception is not None and report.ssrc == self._reception.ssrc:
                    self._reception.receive_report(report, self._clock.monotonic())
