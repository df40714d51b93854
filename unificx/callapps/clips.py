"""Recordings in memory, for apps that need them only during the call."""

from unificx.core.errors import StorageFull
from unificx.core.phrases import Phrase
from unificx.media.sounds import Sound

MAX_SECONDS = 300


class Clip:
    """An audio sink that can be played: `await call.record(clip)`, then `await call.play(clip)`."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._rate = 8000
        self._size = 0

    async def write(self, pcm: bytes, rate: int) -> None:
        if self._size + len(pcm) > MAX_SECONDS * 2 * rate:
            raise StorageFull(Phrase("The recording is too long. At most {} seconds fit in memory.", MAX_SECONDS))
        self._rate = rate
        self._size += len(pcm)
        self._pieces.append(pcm)

    @property
    def sound(self) -> Sound:
        """The audio recorded so far."""
        return Sound(b"".join(self._pieces), self._rate)
