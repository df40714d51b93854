"""Ports of call apps, filled by the composition root."""

from typing import Protocol

from unificx.core.errors import NotFound
from unificx.identity import Extension


class AudioSink(Protocol):
    """Destination of a recording."""

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write 16-bit samples. Raises StorageFull if they cannot be stored."""
        ...


class PageCalls(Protocol):
    """The calls of a page to the extensions that hear it."""

    def call(self, caller: Extension, number: str, app: str, arguments: tuple[str, ...]) -> str:
        """Call an extension, whose phones answer by themselves, and connect it to an app. Return the id of the call.
        Raises NotFound if its phones may not ring now, StorageFull."""
        ...

    def hang_up(self, call_id: str) -> None:
        """End a call, unless it has ended."""
        ...


class NoPageCalls:
    """Implements `PageCalls` where there are no calls."""

    def call(self, caller: Extension, number: str, app: str, arguments: tuple[str, ...]) -> str:
        raise NotFound("There are no calls.")

    def hang_up(self, call_id: str) -> None:
        """Do nothing."""
