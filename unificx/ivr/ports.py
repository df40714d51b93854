"""Ports of menus, implemented by the composition root."""

from typing import Protocol

from unificx.media.sounds import Sound


class Speech(Protocol):
    """Speaks texts."""

    async def spoken(self, text: str, language: str) -> Sound:
        """Return a text as speech. Raises Invalid, TooManyRequests; Conflict if no voice is installed."""
        ...
