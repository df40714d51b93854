"""G.711 on arrays, one table lookup per sample. The tables are built from `unificx.media.g711`."""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media import g711
from unificx.media.mixer.arrays import Bytes, Samples

_CODES = bytes(range(256))
_SAMPLES = range(-32768, 32768)

DECODED: tuple[Samples, Samples] = (
    np.array(g711.ulaw_decode(_CODES), np.int32),
    np.array(g711.alaw_decode(_CODES), np.int32),
)
ENCODED: tuple[Bytes, Bytes] = (
    np.frombuffer(g711.ulaw_encode(_SAMPLES), np.uint8),
    np.frombuffer(g711.alaw_encode(_SAMPLES), np.uint8),
)
"""Indexed by sample + 32768."""

SILENCE = (g711.ULAW_SILENCE, g711.ALAW_SILENCE)


def decode(payload: Bytes, law: int) -> Samples:
    return DECODED[law].take(payload, mode="clip")


def encode(samples: Samples, law: int) -> Bytes:
    """Encode samples; those beyond 16 bits saturate, because take(mode="clip") clamps the index."""
    return ENCODED[law].take(samples + 32768, mode="clip")
