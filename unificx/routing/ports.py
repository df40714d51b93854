"""What the room needs from others; filled by the wiring."""

from typing import Protocol


class Sleepers(Protocol):
    """Who knows which devices can be woken."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        """The enabled devices of an extension that can be told of a call though they are not registered."""
        ...


class NoSleepers:
    """Nobody can be woken."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()
