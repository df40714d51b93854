"""File encoding of prompts: G.722 at 48 kbit/s, deflated: 5 kB per second, wideband.

The signal-to-noise ratio of speech is 32 dB, like that of mu-law.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import zlib
from typing import TYPE_CHECKING, Any, cast

import G722

from unificx.core.lazy import lazy_import
from unificx.prompts.loudness import Wave

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = lazy_import("numpy")

RATE = 16000
_BIT_RATE = 48000
SUFFIX = ".g722.z"


def _codec() -> Any:
    return cast(Any, G722.G722(RATE, _BIT_RATE))


def encode(sound: Wave) -> bytes:
    """Encode samples between -1 and 1 at 16 kHz; an odd last sample is dropped."""
    return zlib.compress(_codec().encode(to_samples(sound[: len(sound) // 2 * 2])), 9)


def decode(data: bytes) -> bytes:
    """Decode to 16-bit samples at 16 kHz."""
    return bytes(memoryview(_codec().decode(zlib.decompress(data))).cast("B"))


def to_samples(sound: Wave) -> "npt.NDArray[np.int16]":
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)


def to_wave(pcm: bytes) -> Wave:
    """Convert 16-bit samples to numbers between -1 and 1."""
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
