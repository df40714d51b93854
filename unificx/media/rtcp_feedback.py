"""RTCP feedback of a receiver of video: RFC 4585, and the estimated bandwidth (draft-alvestrand-rmcat-remb)."""

import struct
from collections.abc import Sequence

TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 205, 206
MAX_LOST = 64
"""Packets requested at once."""
_HEADER = struct.Struct("!BBHII")
_MANTISSA_BITS = 18


def picture_loss(sender: int, media: int) -> bytes:
    """Request a key frame of the source `media` (RFC 4585 section 6.3.1)."""
    return _HEADER.pack(0x81, PAYLOAD_FEEDBACK, 2, sender, media)


def negative_acknowledgement(sender: int, media: int, lost: Sequence[int]) -> bytes:
    """Request packets again by their sequence numbers, of which there is at least one (RFC 4585 section 6.2.1)."""
    entries = b"".join(struct.pack("!HH", each, 0) for each in lost[:MAX_LOST])
    return _HEADER.pack(0x81, TRANSPORT_FEEDBACK, 2 + len(entries) // 4, sender, media) + entries


def maximum_bit_rate(sender: int, media: int, bits: int) -> bytes:
    """State how many bits per second of the source `media` can be received."""
    exponent = max(bits.bit_length() - _MANTISSA_BITS, 0)
    rate = (exponent << _MANTISSA_BITS | bits >> exponent).to_bytes(3, "big")
    return _HEADER.pack(0x8F, PAYLOAD_FEEDBACK, 5, sender, 0) + b"REMB\x01" + rate + struct.pack("!I", media)
