"""Audio of the built-in soft phone: sends a tone every 20 ms, records received samples, sends RTCP.

Reports are sent twice a second; rtpengine derives the call quality from them (RFC 3550 section 6.4).
"""

import asyncio
import contextlib
from array import array
from collections.abc import Callable

from unificx.core.clock import Clock
from unificx.media import g711, rtp, tones

FRAME_SAMPLES = 160
"""Samples in 20 ms of G.711."""
AMPLITUDE = 8000
REPORT_INTERVAL = 25
"""Packets between two reports."""
MAX_PORT_ATTEMPTS = 50


class UdpSocket(asyncio.DatagramProtocol):
    """A UDP socket that passes datagrams to a callback."""

    def __init__(self, on_datagram: Callable[[bytes, tuple[str, int]], None]) -> None:
        self.on_datagram = on_datagram
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
        self.on_datagram(data, addr)

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


class SoftPhoneAudio:
    """Sends `tone` (Hz) as PCMU and records received audio."""

    def __init__(self, tone: float, clock: Clock) -> None:
        self.received: array[int] = array("h")
        self._tone = tone
        self._clock = clock
        self._media = UdpSocket(self._receive_rtp)
        self._control = UdpSocket(self._receive_rtcp)
        self._sender_task: asyncio.Task[None] | None = None
        self._target = ("", 0)
        self._ssrc = int.from_bytes(clock.random_bytes(4), "big")
        self._reception: rtp.Reception | None = None

    async def open(self, host: str) -> int:
        """Bind an even port for RTP and the next one for RTCP; return the RTP port."""
        for _ in range(MAX_PORT_ATTEMPTS):
            port = await self._media.open(host)
            if port % 2 == 0:
                with contextlib.suppress(OSError):
                    await self._control.open(host, port + 1)
                    return port
            self._media.close()
        raise OSError("no two consecutive free ports")

    def start_sending(self, host: str, port: int) -> None:
        """Start sending the tone to an address."""
        self._target = (host, port)
        if self._sender_task is None:
            self._sender_task = asyncio.create_task(self._send_tone())

    async def close(self) -> None:
        """Stop sending and close the sockets."""
        if self._sender_task is not None:
            self._sender_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sender_task
        self._media.close()
        self._control.close()

    async def _send_tone(self) -> None:
        started = self._clock.monotonic()
        number = 0
        while True:
            host, port = self._target
            at = number * FRAME_SAMPLES
            payload = g711.ulaw_encode(self._tone_frame(at))
            self._media.send(bytes(rtp.Packet(0, number & 0xFFFF, at, self._ssrc, payload)), host, port)
            number += 1
            if number % REPORT_INTERVAL == 0:
                self._control.send(self._report(number), host, port + 1)
            await asyncio.sleep(max(started + number * 0.02 - self._clock.monotonic(), 0))

    def _tone_frame(self, at: int) -> "array[int]":
        """Return a frame of the tone, starting at this sample."""
        return tones.sine(self._tone, AMPLITUDE, FRAME_SAMPLES, start=at)

    def _report(self, sent: int) -> bytes:
        blocks = (self._reception.report_block(self._clock.monotonic()),) if self._reception is not None else ()
        now = rtp.to_ntp(self._clock.now().timestamp())
        return bytes(rtp.Report(self._ssrc, blocks, now, sent * FRAME_SAMPLES, sent, sent * FRAME_SAMPLES))

    def _receive_rtp(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        with contextlib.suppress(rtp.InvalidPacket):
            packet = rtp.parse(data)
            if packet.payload_type != 0:
                return
            if self._reception is None or self._reception.ssrc != packet.ssrc:
                self._reception = rtp.Reception(packet.ssrc)
            self._reception.receive(packet, self._clock.monotonic())
            self.received.extend(g711.ulaw_decode(packet.payload))

    def _receive_rtcp(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        with contextlib.suppress(rtp.InvalidPacket):
            for report in rtp.parse_reports(data):
                if self._reception is not None and report.ssrc == self._reception.ssrc:
                    self._reception.receive_report(report, self._clock.monotonic())
