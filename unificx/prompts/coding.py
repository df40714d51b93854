"""How prompts lie on the disk: G.722 at 48 kbit/s, deflated: 5 kB a second, and wideband.

Speech keeps 32 dB above the noise of this, which is what a telephone's mu-law leaves of it.
"""

# numpy's own stubs leave parts of functions' types open.
# pyright: reportUnknownMemberType=false

import zlib
from typing import Any, cast

import G722
import numpy as np
import numpy.typing as npt

from unificx.prompts.loudness import Wave

RATE = 16000
_BITS_A_SECOND = 48000
SUFFIX = ".g722.z"


def _coder() -> Any:
    return cast(Any, G722.G722(RATE, _BITS_A_SECOND))


def encoded(sound: Wave) -> bytes:
    """Samples between -1 and 1 at 16 kHz; of an odd number the last is left out."""
    return zlib.compress(_coder().encode(samples(sound[: len(sound) // 2 * 2])), 9)


def decoded(data: bytes) -> bytes:
    """16-bit samples at 16 kHz."""
    return bytes(memoryview(_coder().decode(zlib.decompress(data))).cast("B"))


def samples(sound: Wave) -> npt.NDArray[np.int16]:
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)


def wave(pcm: bytes) -> Wave:
    """16-bit samples as numbers between -1 and 1."""
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
