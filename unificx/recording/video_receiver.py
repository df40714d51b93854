"""Receives one video of a room by plain RTP from the relay, and asks for key frames and lost packets."""

import asyncio
import socket
from collections.abc import Callable

from unificx.core.clock import Clock
from unificx.media import rtcp_feedback, vp8
from unificx.media.rtp import InvalidPacket, Packet, Reception, Report, is_rtcp, parse
from unificx.sdp import PlainVideo

HOST = "127.0.0.1"
RECEIVABLE_BITS = 4_000_000
"""Bits per second stated to the publisher: no limit of its own, so that other subscribers decide."""
KEY_FRAME_SECONDS = 10.0
"""Interval of key frames, from which a player can start."""
_RETRY_SECONDS = 0.5
"""Interval of requests for a key frame that is needed."""
_LOSS_SECONDS = 0.05
"""Interval of requests for lost packets."""
_REPORT_SECONDS = 1.0
_MAX_PACKET_BYTES = 2048
_BUFFER_BYTES = 1 << 20
"""A key frame arrives all at once."""


class VideoReceiver(asyncio.DatagramProtocol):
    """Calls `on_frame` with each frame of one video that can be decoded. `ssrc` is our own, in RTCP.

    Nothing is received before `accept`.
    """

    def __init__(self, clock: Clock, ssrc: int, on_frame: Callable[[vp8.Frame], None]) -> None:
        self._on_frame = on_frame
        self._clock = clock
        self._ssrc = ssrc
        self._video: PlainVideo | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._assembler = vp8.FrameAssembler()
        self._source: Reception | None = None
        self._key_asked = self._loss_asked = self._reported = self._key_seen = float("-inf")

    async def open(self) -> int:
        """Open the socket; return its port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        return self._transport.get_extra_info("sockname")[1]

    def accept(self, video: PlainVideo) -> None:
        """Accept the packets of this video only."""
        self._video = video

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # ---- asyncio.DatagramProtocol

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._video is None or addr != self._video.relay or len(data) > _MAX_PACKET_BYTES or is_rtcp(data):
            return
        try:
            packet = parse(data)
        except InvalidPacket:
            return
        if packet.payload_type != self._video.payload_type:
            return
        if self._source is None or packet.ssrc != self._source.ssrc:  # the publisher may begin anew
            self._source, self._assembler = Reception(packet.ssrc, vp8.CLOCK), vp8.FrameAssembler()
        self._receive(packet, self._source)

    def error_received(self, exc: Exception) -> None:
        """Ignored: the relay has closed its port, which ends the video in the meeting too."""

    # ---- inside

    def _receive(self, packet: Packet, source: Reception) -> None:
        now = self._clock.monotonic()
        source.receive(packet, now)
        for frame in self._assembler.receive(packet):
            if frame.key:
                self._key_seen = now
            self._on_frame(frame)
        self._send_feedback(source, now)

    def _send_feedback(self, source: Reception, now: float) -> None:
        """Send what is due. Driven by the packets: without them there is no publisher to answer."""
        wanted: list[bytes] = []
        lost = self._assembler.missing()
        if lost and now - self._loss_asked >= _LOSS_SECONDS:
            self._loss_asked = now
            wanted.append(rtcp_feedback.negative_acknowledgement(self._ssrc, source.ssrc, lost))
        is_due = self._assembler.needs_key_frame or now - self._key_seen >= KEY_FRAME_SECONDS
        if is_due and now - self._key_asked >= _RETRY_SECONDS:
            self._key_asked = now
            wanted.append(rtcp_feedback.picture_loss(self._ssrc, source.ssrc))
        if now - self._reported >= _REPORT_SECONDS:
            self._reported = now
            wanted.append(rtcp_feedback.maximum_bit_rate(self._ssrc, source.ssrc, RECEIVABLE_BITS))
        if wanted and self._transport is not None and self._video is not None:
            report = Report(self._ssrc, (source.report_block(now),))
            self._transport.sendto(bytes(report) + b"".join(wanted), self._video.relay)
