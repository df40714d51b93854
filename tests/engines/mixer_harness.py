"""Mixer test harness with simulated phones in virtual time: each call of `tick` is 20 ms."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unificx.media.mixer import messages
from unificx.media.mixer.arrays import FRAME, HEADER
from unificx.media.mixer.command_handler import CommandHandler
from unificx.media.mixer.companding import DECODED, ENCODED
from unificx.media.mixer.messages import ALAW, G722, ULAW
from unificx.media.mixer.mixer import Mixer
from unificx.media.mixer.packets import STRIDE, PacketBatch
from unificx.media.mixer.wideband import new_codec

PAYLOAD = {ULAW: 0, ALAW: 8, G722: 9}
PLAYOUT_DELAY = 2
"""Ticks between the arrival and the playout of a packet, on a network without jitter."""


@dataclass
class Phone:
    """The phone at the other end of a leg."""

    name: str
    port: int
    codec: int = ULAW
    sequence: int = 0
    timestamp: int = 0
    ssrc: int = 0
    received: list[bytes] = field(default_factory=list)
    headers: list[tuple[int, ...]] = field(default_factory=list)
    """Header of each received packet: first two bytes, sequence number, timestamp, SSRC."""

    def __post_init__(self) -> None:
        self.ssrc = self.ssrc or 0xAB000000 + self.port
        self.decoder, self.encoder = new_codec(), new_codec()

    def packet(self, payload: bytes, *, payload_type: int | None = None, first: int = 0x80) -> bytes:
        """Return the next audio packet."""
        payload_type = PAYLOAD[self.codec] if payload_type is None else payload_type
        data = struct.pack(
            "!BBHII", first, payload_type, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc
        )
        self.sequence += 1
        self.timestamp += len(payload)
        return data + payload

    def audio(self, samples: Sequence[int] | np.ndarray) -> bytes:
        """Return a packet of these samples."""
        return self.packet(self.encode(np.asarray(samples)))

    def encode(self, samples: np.ndarray) -> bytes:
        if self.codec == G722:
            return self.encoder.encode(np.clip(samples, -32768, 32767).astype(np.int16))
        return ENCODED[self.codec][samples + 32768].tobytes()

    def dtmf(self, event: int, length: int, *, end: bool = False, timestamp: int | None = None) -> bytes:
        """Return a telephone event packet; the sequence number advances, the timestamp does not."""
        at = self.timestamp if timestamp is None else timestamp
        data = struct.pack("!BBHII", 0x80, 101, self.sequence & 0xFFFF, at & 0xFFFFFFFF, self.ssrc)
        self.sequence += 1
        return data + struct.pack("!BBH", event, (0x80 if end else 0) | 10, length)

    def samples(self, last: int | None = None) -> np.ndarray:
        """Return the received samples, or those of the last frames."""
        frames = self.received if last is None else self.received[-last:]
        if self.codec != G722:
            return DECODED[self.codec][np.frombuffer(b"".join(frames), np.uint8)]
        state = new_codec()
        return np.concatenate([np.asarray(state.decode(frame), np.int32) for frame in self.received])[
            -320 * len(frames) :
        ]


class MixerHarness:
    """A mixer with its phones; `events` collects the mixer's events."""

    def __init__(self, *, bank: int = 400_000, slots: int = 64) -> None:
        self.mixer = Mixer(bank, slots=slots, rooms=16)
        self.handler = CommandHandler(self.mixer, lambda size: bytes(size))
        self.events: list[Any] = []
        self.phones: dict[str, Phone] = {}

    def phone(self, name: str, codec: int = ULAW, *, room: str = "", events: int = 101, **settings: Any) -> Phone:
        """Open a leg, optionally in a room; `events` is the payload type of telephone events, -1 for none."""
        phone = self.phones[name] = Phone(name, 20_000 + 2 * len(self.phones), codec, **settings)
        self.apply(messages.OpenLeg(name, phone.port, phone.port + 1, codec, PAYLOAD[codec], events))
        if room:
            self.apply(messages.JoinRoom(room, name))
        return phone

    def apply(self, *commands: messages.Command) -> None:
        for command in commands:
            self.handler.apply(command)

    def receive(self, packets: Sequence[tuple[int, bytes]]) -> list[int]:
        """Receive packets, given with their source ports."""
        if not packets:
            return []
        data = np.zeros((max(len(packets), 1), STRIDE), np.uint8)
        for row, (_, packet) in enumerate(packets):
            data[row, : len(packet)] = np.frombuffer(packet, np.uint8)
        ports = np.array([(port & 0xFF) << 8 | port >> 8 for port, _ in packets], np.uint16)
        lengths = np.array([len(packet) for _, packet in packets], np.uint32)
        return self.mixer.receive(PacketBatch(data, lengths, ports))

    def tick(self, *packets: tuple[Phone, bytes]) -> None:
        """Receive packets and run a tick."""
        self.receive([(phone.port, data) for phone, data in packets])
        self.mixer.advance()
        layout = self.mixer.layout
        for row in layout.send_rows.tolist():
            name = self.mixer.legs.names.name(int(layout.slots[row]))
            packet = self.mixer.output[row].tobytes()
            phone = self.phones[name]
            phone.received.append(packet[HEADER:])
            phone.headers.append(struct.unpack("!BBHII", packet[:HEADER]))
            assert len(packet) == HEADER + FRAME
        self.events += self.mixer.events
        self.mixer.events.clear()

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.tick()

    def load(self, digest: str, samples: np.ndarray, rate: int = 8000) -> None:
        self.apply(messages.LoadSound(digest, rate, len(samples), 0, samples.astype("<i2").tobytes()))

    def events_of(self, kind: type) -> list[Any]:
        """Return the events of a class."""
        return [each for each in self.events if isinstance(each, kind)]


def tone(frequency: float, frames: int, *, width: int = 160, amplitude: float = 6000) -> np.ndarray:
    """Return a tone, one row per frame."""
    rate = width * 50
    return (
        np.rint(amplitude * np.sin(2 * np.pi * frequency * np.arange(frames * width) / rate))
        .astype(int)
        .reshape(frames, width)
    )


def level(samples: np.ndarray, frequency: float, rate: int = 8000) -> float:
    """Return the amplitude of a tone in the samples."""
    if not len(samples):
        return 0.0
    window = np.hanning(len(samples))
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / rate)
    return float(2 * np.abs((samples * window * turn).sum()) / window.sum())
