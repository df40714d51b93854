"""Audio as everything can play it: RIFF WAVE, 16 bits linear."""

import struct

HEADER = 44


def header(length: int, rate: int, channels: int = 1) -> bytes:
    """What goes before so many bytes of samples."""
    block = 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 16)
    return struct.pack("<4sI4s", b"RIFF", length + HEADER - 8, b"WAVE") + form + struct.pack("<4sI", b"data", length)
