"""G.711 in arrays: one look into a table for each sample.

The tables are made from `unificx.media.g711`, so that there is one truth about both laws.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import numpy as np

from unificx.media import g711
from unificx.media.mixer.arrays import Bytes, Samples

ULAW, ALAW, G722 = 0, 1, 2
"""How a leg's payload is coded."""

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
"""By sample + 32768."""

SILENCE = (g711.ULAW_SILENCE, g711.ALAW_SILENCE)


def decode(payload: Bytes, law: int) -> Samples:
    return DECODED[law].take(payload, mode="clip")


def encode(samples: Samples, law: int) -> Bytes:
    """Samples beyond 16 bits saturate: looking up with mode="clip" is all it takes."""
    return ENCODED[law].take(samples + 32768, mode="clip")
