"""RIFF WAVE headers for 16-bit PCM."""

import struct

WAV_HEADER_SIZE = 44
_MAX_SIZE = 0xFFFFFFFF
"""Stands for the end of the file where more follows, as programs expect it: a size has 32 bits."""


def wav_header(length: int, rate: int, channels: int = 1) -> bytes:
    """The header for `length` bytes of samples."""
    block = 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", min(length + WAV_HEADER_SIZE - 8, _MAX_SIZE), b"WAVE")
        + form
        + struct.pack("<4sI", b"data", min(length, _MAX_SIZE))
    )
