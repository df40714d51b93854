"""What live calls need from others; filled by the wiring."""

from typing import Protocol

from unificx.calls.facts import CallEnded
from unificx.media import MediaReport, Profile


class MediaAnchor(Protocol):
    """Carries the media of calls. An anchor is one pair of legs; every method may raise media.MediaUnavailable."""

    async def offer(self, anchor: str, from_tag: str, sdp: bytes, taker: Profile) -> bytes:
        """Take an offer of `from_tag`; the description to send on to the other side."""
        ...

    async def answer(self, anchor: str, from_tag: str, to_tag: str, sdp: bytes, taker: Profile) -> bytes:
        """Take the answer of `to_tag` to the offer of `from_tag`; the description to send back."""
        ...

    async def delete(self, anchor: str) -> MediaReport | None:
        """End it; the last figures, or None if it was not known."""
        ...

    async def query(self, anchor: str) -> MediaReport | None:
        """The figures so far, or None if it is not known."""
        ...


class RecordsCalls(Protocol):
    """Keeps the record of a call: safe against a crash of this process once it returns."""

    def record(self, call: CallEnded) -> None:
        """Take what became of a call."""
        ...
