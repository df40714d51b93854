"""Ports of contacts, filled by the composition root."""

from collections.abc import Sequence
from typing import Protocol


class PortraitProcessor(Protocol):
    """Makes pictures of persons; implemented by `PhotoImporter` in a process of its own."""

    async def portraits(self, photos: Sequence[bytes]) -> list[bytes]:
        """Return a square of each photo as JPEG, without metadata; b"" for one that cannot be read. Raise
        TooManyRequests."""
        ...
