"""Array types and sizes of the mixer.

Every leg has a *slot*, its index in all per-leg arrays. A frame is 20 ms: 160 bytes of payload and 160 RTP timestamp
units in G.711 and in G.722 alike, because the RTP clock of G.722 runs at 8000 Hz too (RFC 3551 section 4.5.2).
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Pcm: TypeAlias = npt.NDArray[np.int16]
Samples: TypeAlias = npt.NDArray[np.int32]
Words: TypeAlias = npt.NDArray[np.uint32]
Numbers: TypeAlias = npt.NDArray[np.int32]
Index: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float32]

TICKS_PER_SECOND = 50
"""Ticks per second."""
FRAME = 160
NARROW, WIDE = 160, 320
"""Samples per frame at 8 and at 16 kHz."""
HEADER = 12
PACKET = HEADER + FRAME

MAX_LEGS = 4096
MAX_ROOMS = 2048
MAX_PLAYS = 8192
MAX_TAPS = 1024
