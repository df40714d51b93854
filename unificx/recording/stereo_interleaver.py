"""Stereo interleaving: aligns the streams of two taps, one channel each. Pure."""

from array import array

LAG = 1.0
"""Seconds one stream may lag before silence replaces it."""


class Pairing:
    """Positions are in samples from the common start. Gaps become silence."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._taken = 0
        self._voices = (bytearray(), bytearray())

    def put(self, channel: int, offset: int, pcm: bytes) -> None:
        """Add a chunk of one stream that starts at `offset`."""
        voice = self._voices[channel]
        at = 2 * (offset - self._taken)
        if at > len(voice):
            voice += bytes(at - len(voice))
        voice += pcm[max(len(voice) - at, 0) :]

    def take(self, *, keep: float = 0.0, end: bool = False) -> bytes:
        """Take the interleaved samples available in both streams, without the last `hold_back` seconds; at the `end`
        all that is left."""
        lengths = [len(voice) for voice in self._voices]
        ready = max(lengths) if end else max(min(lengths), max(lengths) - 2 * int(LAG * self.rate))
        ready -= 2 * int(keep * self.rate)
        if ready <= 0:
            return b""
        both = array("h", bytes(2 * ready))
        for channel, voice in enumerate(self._voices):
            voice.extend(bytes(max(ready - len(voice), 0)))
            both[channel::2] = array("h", bytes(voice[:ready]))
            del voice[:ready]
        self._taken += ready // 2
        return both.tobytes()
