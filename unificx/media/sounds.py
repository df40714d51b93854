"""A sound to play: samples in memory, identified by their digest."""

import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Sound:
    """16-bit little-endian samples of one channel, at 8000 or 16000 Hz."""

    pcm: bytes
    rate: int = 8000

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(b"%d:" % self.rate + self.pcm).hexdigest()[:32]

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.rate
