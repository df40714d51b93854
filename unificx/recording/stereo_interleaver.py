"""Stereo interleaving: aligns the streams of two taps, one channel each. Pure."""

from array import array

MAX_LAG = 1.0
"""Seconds one stream may lag before silence replaces it."""


class StereoInterleaver:
    """Positions are in samples from the common start. Gaps become silence."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._taken = 0
        self._streams = (bytearray(), bytearray())

    def put(self, channel: int, offset: int, pcm: bytes) -> None:
        """Add a chunk of one stream that starts at `offset`."""
        stream = self._streams[channel]
        at = 2 * (offset - self._taken)
        if at > len(stream):
            stream += bytes(at - len(stream))
        stream += pcm[max(len(stream) - at, 0) :]

    def take(self, *, hold_back: float = 0.0, end: bool = False) -> bytes:
        """Take the interleaved samples available in both streams, without the last `hold_back` seconds; at the `end`
        all that is left."""
        lengths = [len(voice) for voice in self._streams]
        ready = max(lengths) if end else max(min(lengths), max(lengths) - 2 * int(MAX_LAG * self.rate))
        ready -= 2 * int(hold_back * self.rate)
        if ready <= 0:
            return b""
        interleaved = array("h", bytes(2 * ready))
        for channel, voice in enumerate(self._streams):
            voice.extend(bytes(max(ready - len(voice), 0)))
            interleaved[channel::2] = array("h", bytes(voice[:ready]))
            del voice[:ready]
        self._taken += ready // 2
        return interleaved.tobytes()
