"""Vectorized parsing of the RTP headers of a batch of packets (RFC 3550 section 5.1)."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from unificx.media.mixer.arrays import HEADER, Bytes, Index, Mask, Numbers, Words

STRIDE = 1536
"""Buffer bytes per packet."""
MAX_PACKET = 1500
_PADDED_OR_EXTENDED = 0x3F000000


@dataclass(frozen=True, slots=True)
class PacketBatch:
    """A batch as received from the socket.

    `data` holds one packet per row, of which the first `length` bytes are used; `port` is the source port as in the
    socket address (big-endian).
    """

    data: Bytes
    length: Words
    port: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.length)


@dataclass(frozen=True, slots=True)
class RtpBatch:
    """RTP headers of a batch, one entry per packet. Only packets in `valid` are RTP of a known leg."""

    data: Bytes
    slot: Numbers
    valid: Mask
    payload_type: Bytes
    """Payload type."""
    sequence: Numbers
    timestamp: Words
    ssrc: Words
    payload_offset: Numbers
    """Offset of the payload in its row."""
    payload_size: Numbers
    """Payload length in bytes."""


def parse_batch(batch: PacketBatch, slots: Numbers) -> RtpBatch:
    """Parse a batch; `slots` maps source ports to slots, unknown ones to -1."""
    count = len(batch)
    words = batch.data.view(np.uint32)
    first = words[:count, 0].byteswap()
    slot = slots[batch.port]
    length = batch.length.astype(np.int32)
    good = (slot >= 0) & (length > HEADER) & (first >> 30 == 2)
    at = np.full(count, HEADER, np.int32)
    unusual = good & ((first & _PADDED_OR_EXTENDED) != 0)
    if unusual.any():
        length = _skip_extensions(batch.data, first, np.flatnonzero(unusual), at, length)
        good &= at < length
    return RtpBatch(
        data=batch.data,
        slot=slot,
        valid=good,
        payload_type=(first >> 16 & 0x7F).astype(np.uint8),
        sequence=(first & 0xFFFF).astype(np.int32),
        timestamp=words[:count, 1].byteswap(),
        ssrc=words[:count, 2],
        payload_offset=at,
        payload_size=length - at,
    )


def _skip_extensions(data: Bytes, first: Words, rows: Index, at: Numbers, length: Numbers) -> Numbers:
    """Move `at` past CSRCs and header extension and return the lengths without padding.

    Packets that are too short for their headers end up without payload.
    """
    flat, head = data.reshape(-1), first[rows]
    begin = HEADER + 4 * (head >> 24 & 15).astype(np.int32)
    there = rows * STRIDE + begin
    words = flat[there + 2].astype(np.int32) * 256 + flat[there + 3]
    begin += np.where(head >> 28 & 1, 4 + 4 * words, 0).astype(np.int32)
    last = data[rows, np.clip(length[rows] - 1, 0, MAX_PACKET - 1)].astype(np.int32)
    padding = np.where(head >> 29 & 1, np.maximum(last, 1), 0).astype(np.int32)
    at[rows] = begin
    left = length.copy()
    left[rows] -= padding
    return left
