"""Ports of call apps, filled by the composition root."""

from typing import Protocol


class AudioSink(Protocol):
    """Destination of a recording."""

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write 16-bit samples. Raises StorageFull if they cannot be stored."""
        ...
