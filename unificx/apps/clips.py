"""A recording in memory, for apps that need it no longer than the call lasts."""

from unificx.kernel.errors import NoRoom
from unificx.media.sounds import Sound

MOST_SECONDS = 300


class Clip:
    """A sink that can be played: `await call.record(clip)`, then `await call.play(clip)`."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._rate = 8000
        self._size = 0

    async def write(self, pcm: bytes, rate: int) -> None:
        if self._size + len(pcm) > MOST_SECONDS * 2 * rate:
            raise NoRoom("This is as long as a recording in memory may be.")
        self._rate = rate
        self._size += len(pcm)
        self._pieces.append(pcm)

    @property
    def sound(self) -> Sound:
        """What was recorded so far."""
        return Sound(b"".join(self._pieces), self._rate)
