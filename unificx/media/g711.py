"""G.711 mu-law and A-law, table driven: 16-bit samples at 8000 Hz, one byte per sample on the wire."""

from array import array
from collections.abc import Iterable


def _ulaw_value(code: int) -> int:
    """Return the sample of a mu-law byte (G.711 table 2, scaled to 16 bits)."""
    bits = ~code & 0xFF
    magnitude = (((bits & 0x0F) << 3) + 0x84 << (bits >> 4 & 7)) - 0x84
    return -magnitude if bits & 0x80 else magnitude


def _alaw_value(code: int) -> int:
    """Return the sample of an A-law byte (G.711 table 1, scaled to 16 bits)."""
    bits = code ^ 0x55
    exponent, magnitude = bits >> 4 & 7, (bits & 0x0F) << 4
    magnitude = magnitude + 8 if exponent == 0 else magnitude + 0x108 << exponent - 1
    return magnitude if bits & 0x80 else -magnitude


def _encoding_table(sample_values: list[int]) -> bytes:
    """Build a table that maps a sample, used as a possibly negative index, to the code with the nearest value."""
    codes = sorted(range(256), key=lambda code: sample_values[code])
    table = bytearray(65536)
    start = -32768
    for code, following in zip(codes, [*codes[1:], None], strict=True):
        end = 32768 if following is None else (sample_values[code] + sample_values[following] + 1) // 2
        for first, last in ((max(start, 0), end), (start + 65536, min(end, 0) + 65536)):
            if last > first:
                table[first:last] = bytes((code,)) * (last - first)
        start = max(start, end)
    return bytes(table)


_ULAW_VALUES = [_ulaw_value(code) for code in range(256)]
_ALAW_VALUES = [_alaw_value(code) for code in range(256)]
_ULAW_CODES = _encoding_table(_ULAW_VALUES)
_ALAW_CODES = _encoding_table(_ALAW_VALUES)
ULAW_SILENCE = 0xFF
ALAW_SILENCE = 0xD5


def ulaw_encode(samples: Iterable[int]) -> bytes:
    """Encode samples as PCMU (RTP payload type 0). Raise IndexError for a sample beyond 16 bits."""
    return bytes(map(_ULAW_CODES.__getitem__, samples))


def ulaw_decode(data: bytes) -> "array[int]":
    return array("h", map(_ULAW_VALUES.__getitem__, data))


def alaw_encode(samples: Iterable[int]) -> bytes:
    """Encode samples as PCMA (RTP payload type 8). Raise IndexError for a sample beyond 16 bits."""
    return bytes(map(_ALAW_CODES.__getitem__, samples))


def alaw_decode(data: bytes) -> "array[int]":
    return array("h", map(_ALAW_VALUES.__getitem__, data))
