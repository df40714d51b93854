"""Opus codec (RFC 6716), using the system's libopus, which rtpengine also requires. States live in our own buffers."""

import ctypes
from functools import cache

LIBRARY = "libopus.so.0"
MAX_PACKET_BYTES = 4000
"""Maximum packet size, as recommended by libopus."""
_APPLICATION_VOIP = 2048
_SET_BITRATE, _SET_COMPLEXITY, _GET_LOOKAHEAD = 4002, 4010, 4027
_COMPLEXITY = 5
"""Complexity, 0 to 10: a quarter less CPU than 10, with no audible difference for speech."""


class OpusError(RuntimeError):
    """The library is missing or returned an error."""


@cache
def _library() -> ctypes.CDLL:
    """Load libopus. Raise OpusError if it is not installed."""
    try:
        return ctypes.CDLL(LIBRARY)
    except OSError:
        raise OpusError(f"{LIBRARY} is missing") from None


class Encoder:
    """Encodes one sound: 16-bit samples at 8000 or 16000 Hz, channels interleaved.

    Each channel is a mono stream of its own (RFC 7845 section 3): stereo coding would leak each speaker faintly into
    the other channel.
    """

    def __init__(self, rate: int, channels: int, bitrate: int) -> None:
        self._bytes_per_sample = 2 * channels
        self._opus = _library()
        self._state = ctypes.create_string_buffer(self._opus.opus_multistream_encoder_get_size(channels, 0))
        self._output = ctypes.create_string_buffer(MAX_PACKET_BYTES)
        layout = (rate, channels, channels, 0, bytes(range(channels)))
        _check(self._opus.opus_multistream_encoder_init(self._state, *layout, _APPLICATION_VOIP))
        control = self._opus.opus_multistream_encoder_ctl
        _check(control(self._state, _SET_BITRATE, ctypes.c_int(bitrate)))
        _check(control(self._state, _SET_COMPLEXITY, ctypes.c_int(_COMPLEXITY)))
        lookahead = ctypes.c_int()
        _check(control(self._state, _GET_LOOKAHEAD, ctypes.byref(lookahead)))
        self.pre_skip = lookahead.value
        """Samples a decoder outputs before the first sample of the sound."""

    def encode(self, pcm: bytes) -> bytes:
        """Encode a packet of 2.5, 5, 10, 20, 40 or 60 ms."""
        samples = len(pcm) // self._bytes_per_sample
        size = _check(self._opus.opus_multistream_encode(self._state, pcm, samples, self._output, MAX_PACKET_BYTES))
        return ctypes.string_at(self._output, size)


class Decoder:
    """Decodes one sound's packets into samples at 8000 or 16000 Hz."""

    def __init__(self, rate: int, channels: int) -> None:
        self._bytes_per_sample = 2 * channels
        self._max_samples = rate * 120 // 1000
        self._opus = _library()
        self._state = ctypes.create_string_buffer(self._opus.opus_multistream_decoder_get_size(channels, 0))
        self._output = ctypes.create_string_buffer(self._max_samples * self._bytes_per_sample)
        layout = (rate, channels, channels, 0, bytes(range(channels)))
        _check(self._opus.opus_multistream_decoder_init(self._state, *layout))

    def decode(self, packet: bytes) -> bytes:
        """Decode a packet. Raise OpusError if it is invalid."""
        result = self._opus.opus_multistream_decode(
            self._state, packet, len(packet), self._output, self._max_samples, 0
        )
        samples = _check(result)
        return ctypes.string_at(self._output, samples * self._bytes_per_sample)


def _check(result: int) -> int:
    if result < 0:
        raise OpusError(f"libopus returned error {result}")
    return result
