"""Ports of attachments, filled by the composition root."""

from collections.abc import AsyncIterator
from typing import Protocol

from unificx.attachments.schemas import ProcessedPhoto


class PhotoProcessor(Protocol):
    """Writes photos anew; implemented by `PhotoImporter` in a process of its own."""

    async def process(self, file: AsyncIterator[bytes]) -> ProcessedPhoto:
        """Return the photo without metadata, with a thumbnail. Raise Invalid for a file that is not a photo or exceeds
        the limits, TooManyRequests."""
        ...
