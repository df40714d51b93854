"""Two voices side by side: what two taps give, put in step and interleaved, one channel each. Pure."""

from array import array

LAG = 1.0
"""Seconds one may be behind the other until silence stands in for it."""


class Pairing:
    """Places are in samples from the beginning of both. What is lost between two pieces is silence."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._taken = 0
        self._voices = (bytearray(), bytearray())

    def put(self, channel: int, offset: int, pcm: bytes) -> None:
        """A piece of one voice that begins at place `offset`."""
        voice = self._voices[channel]
        at = 2 * (offset - self._taken)
        if at > len(voice):
            voice += bytes(at - len(voice))
        voice += pcm[max(len(voice) - at, 0) :]

    def take(self, *, keep: float = 0.0, end: bool = False) -> bytes:
        """What both have said so far, but for the last `keep` seconds; at the `end` all that either has."""
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
