"""Test RTP endpoint: sends a tone, collects received packets, sends RTCP reports."""

import asyncio
import socket
import time
from dataclasses import replace
from statistics import median

from unificx import sdp
from unificx.media import g711, rtp, tones

ENCODE = {0: g711.ulaw_encode, 8: g711.alaw_encode}
DECODE = {0: g711.ulaw_decode, 8: g711.alaw_decode}
RTPMAP = {0: "PCMU/8000", 8: "PCMA/8000", 9: "G722/8000", 18: "G729/8000", 101: "telephone-event/8000"}

REPORTED_JITTER, REPORTED_TRIP = 0.01, 0.02
"""Seconds."""


class RtpEndpoint:
    """One party of a call. It sends a tone of `tone` Hz; `protect` and `unprotect` implement SRTP."""

    def __init__(self, tone: float, *, host: str = "127.0.0.1", codecs: tuple[int, ...] = (0,)) -> None:
        self.tone = tone
        self.host = host
        self.codecs = codecs
        self.ssrc = int(tone) << 16 | id(self) & 0xFFFF
        self.proto = "RTP/AVP"
        self.extra: tuple[str, ...] = ()
        self.protect = self.unprotect = bytes
        self.received: list[rtp.Packet] = []
        self.raw: list[bytes] = []
        self.sent: list[bytes] = []
        self.reception: rtp.Reception | None = None
        self.least_trips: list[float] = []
        self.target: tuple[str, int] | None = None
        self.sequence = 0
        self._rtp, self._rtcp = _port_pair(host)
        self.port: int = self._rtp.getsockname()[1]

    async def __aenter__(self) -> "RtpEndpoint":
        loop = asyncio.get_running_loop()
        loop.add_reader(self._rtp, self._receive)
        loop.add_reader(self._rtcp, self._receive_report)
        return self

    async def __aexit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for each in (self._rtp, self._rtcp):
            loop.remove_reader(each)
            each.close()

    def describe(self, direction: str = "sendrecv") -> bytes:
        """Return its SDP."""
        family = "IP6" if ":" in self.host else "IP4"
        lines = [
            "v=0",
            f"o=alice 7 7 IN {family} {self.host}",
            "s=a phone",
            f"c=IN {family} {self.host}",
            "t=0 0",
            f"m=audio {self.port} {self.proto} {' '.join(map(str, self.codecs))}",
            *(f"a=rtpmap:{payload} {RTPMAP[payload]}" for payload in self.codecs),
            f"a={direction}",
            *self.extra,
        ]
        return "".join(line + "\r\n" for line in lines).encode()

    def set_target(self, remote_sdp: bytes) -> None:
        """Send to the address in the other side's SDP, with its first codec."""
        session = sdp.parse(remote_sdp)
        media = sdp.first_audio(session)
        assert media is not None
        connection = session.connection(media)
        assert connection is not None
        self.target = (connection.address, media.port)
        self.payload_type = sdp.codecs(media)[0].payload

    async def send_tone(
        self, seconds: float, *, lose_every: int = 0, reports: bool = False, interval: float = 0.02
    ) -> None:
        """Send the tone in packets of 20 ms, one every `interval` seconds; every `lose_every`th packet is dropped."""
        assert self.target is not None
        began = time.monotonic()
        for number in range(int(seconds * 50)):
            samples = tones.sine(self.tone, 8000, 160, start=self.sequence * 160)
            payload = ENCODE[self.payload_type](samples)
            packet = rtp.Packet(self.payload_type, self.sequence, self.sequence * 160, self.ssrc, payload)
            self.sequence += 1
            self.sent.append(payload)
            if not (lose_every and number % lose_every == lose_every - 1):
                self._rtp.sendto(self.protect(bytes(packet)), self.target)
            if reports and number % 25 == 24:
                self._send_report()
            await asyncio.sleep(max(0.0, began + number * interval - time.monotonic()))

    async def send_dtmf(self, event: int, ms: int = 100) -> None:
        """Send a DTMF digit as telephone events (RFC 4733) with payload type 101."""
        assert self.target is not None
        timestamp, frames = self.sequence * 160, ms // 20
        for number in range(frames + 3):
            ends = number >= frames
            length = 160 * min(number + 1, frames)
            payload = bytes((event, 0x8A if ends else 0x0A)) + length.to_bytes(2, "big")
            self._rtp.sendto(
                self.protect(bytes(rtp.Packet(101, self.sequence, timestamp, self.ssrc, payload))), self.target
            )
            self.sequence += 1
            await asyncio.sleep(0 if ends else 0.02)

    def level(self, tone: float) -> float:
        """Return the amplitude of a tone in the last half second received."""
        return tones.level(self._last_samples(), tone)

    def typical_level(self, tone: float) -> float:
        """Return the amplitude of a tone in most of the last five windows of 100 ms: a single late packet, which shifts
        the phase of all that follow, does not matter."""
        samples = self._last_samples()
        return median(tones.level(samples[at : at + 800], tone) for at in range(0, max(len(samples), 1), 800))

    def _last_samples(self) -> list[int]:
        samples: list[int] = []
        for packet in self.received[-25:]:
            samples.extend(DECODE[packet.payload_type](packet.payload))
        return samples

    def clear(self) -> None:
        self.received.clear()
        self.raw.clear()
        self.sent.clear()

    def _send_report(self) -> None:
        assert self.target is not None
        blocks = self._report_blocks()
        now = rtp.to_ntp(time.time())
        report = rtp.Report(self.ssrc, blocks, now, self.sequence * 160, self.sequence, self.sequence * 160)
        self._rtcp.sendto(bytes(report), (self.target[0], self.target[1] + 1))

    def _report_blocks(self) -> tuple[rtp.ReportBlock, ...]:
        """Return what is received, with a fixed jitter and up to `REPORTED_TRIP` more of round trip time, so that neither
        measure depends on the speed of the machine."""
        if self.reception is None:
            return ()
        block = self.reception.report_block(time.monotonic())
        trip = min(block.delay, int(REPORTED_TRIP * 65536))
        if block.last_report:
            self.least_trips.append(trip / 65536)
        return (replace(block, jitter=int(REPORTED_JITTER * 8000), delay=block.delay - trip),)

    def _receive(self) -> None:
        data = self._rtp.recv(2048)
        self.raw.append(data)
        packet = rtp.parse(self.unprotect(data))
        if self.reception is None or self.reception.ssrc != packet.ssrc:
            self.reception = rtp.Reception(packet.ssrc)
        self.reception.receive(packet, time.monotonic())
        self.received.append(packet)

    def _receive_report(self) -> None:
        for report in rtp.parse_reports(self._rtcp.recv(2048)):
            if self.reception and self.reception.ssrc == report.ssrc:
                self.reception.receive_report(report, time.monotonic())


def _port_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Bind an even port and the odd one above it (RFC 3550 section 11)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        media = socket.socket(family, socket.SOCK_DGRAM)
        media.bind((host, 0))
        port = media.getsockname()[1]
        control = socket.socket(family, socket.SOCK_DGRAM)
        try:
            if port % 2 == 0:
                control.bind((host, port + 1))
                media.setblocking(False)
                control.setblocking(False)
                return media, control
        except OSError:
            pass
        media.close()
        control.close()
