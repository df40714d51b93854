"""CPU of the recording of a meeting with video: reception of one video, its sound as Opus, clusters, encryption."""

import asyncio
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench import Metric, metric
from unificx.audio_store import LocalBlobStore, SealedFileWriter
from unificx.audio_store.file_format import AudioHeader as SealedHeader
from unificx.audio_store.file_format import ChunkCipher
from unificx.core.clock import ManualClock
from unificx.media.rtp import Packet
from unificx.media.tones import sine
from unificx.recording.recorded_video import RecordedVideo
from unificx.recording.video_receiver import VideoReceiver
from unificx.sdp import PlainVideo

SECONDS, FRAMES_PER_SECOND = 60, 20
FRAME_BYTES, KEY_FRAME_BYTES = 3_000, 25_000
"""About 500 kbit/s: a camera of 640x360 in the better of the two qualities."""
KEY_FRAME_SECONDS = 10
PACKET_BYTES = 1_100
RATE = 16_000
_RELAY = ("127.0.0.1", 9)
_KEY_HEAD = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 360)


def video_recording(place: Path) -> list[Metric]:
    """Return the CPU of this process for one recorded meeting, and the size of its file."""
    spent, size = asyncio.run(_record(place))
    return [
        metric("a meeting recorded with video: CPU of a second", spent / SECONDS * 1000, "ms"),
        metric("its sealed file: a minute", size / SECONDS * 60 / 1e6, "MB"),
    ]


async def _record(place: Path) -> tuple[float, int]:
    clock, blobs = ManualClock(), LocalBlobStore(place / "videos")
    file = SealedFileWriter(blobs, "aa", ChunkCipher(AESGCM(bytes(32)), SealedHeader(RATE), ("tenant", "video")))
    recorded = RecordedVideo(file, clock)
    receiver = VideoReceiver(clock, 1, recorded.add_frame)
    receiver.accept(PlainVideo(_RELAY, 96))
    tone = sine(443.7, 9000, RATE // FRAMES_PER_SECOND, rate=RATE).tobytes()
    arriving = [[bytes(each) for each in packets] for packets in _packets()]
    recorded.begin_segment()
    began = time.process_time()
    for packets in arriving:
        clock.advance(1 / FRAMES_PER_SECOND)
        await recorded.add_sound(tone, RATE)
        for packet in packets:
            receiver.datagram_received(packet, _RELAY)
    await recorded.finish()
    spent = time.process_time() - began
    size = file.written
    file.close()
    return spent, size


def _packets() -> Iterator[list[Packet]]:
    """Yield the packets of each frame (RFC 7741)."""
    content, sequence = random.Random(1), 0
    for number in range(SECONDS * FRAMES_PER_SECOND):
        is_key = number % (KEY_FRAME_SECONDS * FRAMES_PER_SECOND) == 0
        frame = _KEY_HEAD + content.randbytes(KEY_FRAME_BYTES) if is_key else b"\x11" + content.randbytes(FRAME_BYTES)
        parts = [frame[at : at + PACKET_BYTES] for at in range(0, len(frame), PACKET_BYTES)]
        found: list[Packet] = []
        for place, part in enumerate(parts):
            descriptor = bytes((0x90 if place == 0 else 0x80, 0x80)) + struct.pack(">H", 0x8000 | number & 0x7FFF)
            timestamp = number * 90_000 // FRAMES_PER_SECOND
            found.append(Packet(96, sequence & 0xFFFF, timestamp, 7, descriptor + part, place == len(parts) - 1))
            sequence += 1
        yield found
