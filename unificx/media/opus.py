"""Opus codec (RFC 6716), using the system's libopus, which rtpengine also requires. States live in our own buffers."""

import ctypes
from functools import cache

LIBRARY = "libopus.so.0"
MOST_BYTES = 4000
"""Maximum packet size, as recommended by libopus."""
_VOICE = 2048
_SET_BITS, _SET_EFFORT, _GET_SKIP = 4002, 4010, 4027
_EFFORT = 5
"""Complexity, 0 to 10: a quarter less CPU than 10, with no audible difference for speech."""


class NoOpus(RuntimeError):
    """The library is missing or returned an error."""


@cache
def _library() -> ctypes.CDLL:
    """Load libopus. Raise OpusError if it is not installed."""
    try:
        return ctypes.CDLL(LIBRARY)
    except OSError:
        raise NoOpus(f"{LIBRARY} is missing") from None


class Encoder:
    """Encodes one sound: 16-bit samples at 8000 or 16000 Hz, channels interleaved.

    Each channel is a mono stream of its own (RFC 7845 section 3): stereo coding would leak each speaker faintly into
    the other channel.
    """

    def __init__(self, rate: int, channels: int, bits: int) -> None:
        self._samples = 2 * channels
        self._opus = _library()
        self._state = ctypes.create_string_buffer(self._opus.opus_multistream_encoder_get_size(channels, 0))
        self._out = ctypes.create_string_buffer(MOST_BYTES)
        layout = (rate, channels, channels, 0, bytes(range(channels)))
        _done(self._opus.opus_multistream_encoder_init(self._state, *layout, _VOICE))
        tell = self._opus.opus_multistream_encoder_ctl
        _done(tell(self._state, _SET_BITS, ctypes.c_int(bits)))
        _done(tell(self._state, _SET_EFFORT, ctypes.c_int(_EFFORT)))
        skip = ctypes.c_int()
        _done(tell(self._state, _GET_SKIP, ctypes.byref(skip)))
        self.skip = skip.value
        """Samples a decoder outputs before the first sample of the sound."""

    def encode(self, pcm: bytes) -> bytes:
        """Encode a packet of 2.5, 5, 10, 20, 40 or 60 ms."""
        samples = len(pcm) // self._samples
        size = _done(self._opus.opus_multistream_encode(self._state, pcm, samples, self._out, MOST_BYTES))
        return ctypes.string_at(self._out, size)


class Decoder:
    """Decodes one sound's packets into samples at 8000 or 16000 Hz."""

    def __init__(self, rate: int, channels: int) -> None:
        self._samples = 2 * channels
        self._most = rate * 120 // 1000
        self._opus = _library()
        self._state = ctypes.create_string_buffer(self._opus.opus_multistream_decoder_get_size(channels, 0))
        self._out = ctypes.create_string_buffer(self._most * self._samples)
        layout = (rate, channels, channels, 0, bytes(range(channels)))
        _done(self._opus.opus_multistream_decoder_init(self._state, *layout))

    def decode(self, packet: bytes) -> bytes:
        """Decode a packet. Raise OpusError if it is invalid."""
        made = self._opus.opus_multistream_decode(self._state, packet, len(packet), self._out, self._most, 0)
        samples = _done(made)
        return ctypes.string_at(self._out, samples * self._samples)


def _done(result: int) -> int:
    if result < 0:
        raise NoOpus(f"libopus returned error {result}")
    return result
