"""What live calls need from others; filled by the wiring."""

from collections.abc import Sequence
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


class Wakes(Protocol):
    """Tells sleeping devices of calls. Nothing here waits: whether it arrives is not known."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        """The enabled devices of an extension that can be woken, registered or not."""
        ...

    def wake(self, device_ids: Sequence[str], call_id: str) -> None:
        """There is a call for these."""
        ...

    def stop(self, device_ids: Sequence[str], call_id: str) -> None:
        """It is no matter of theirs any more: answered elsewhere, or given up."""
        ...


class NobodyWakes:
    """No device can be woken."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()

    def wake(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id

    def stop(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id


class RecordsCalls(Protocol):
    """Keeps the record of a call: safe against a crash of this process once it returns."""

    def record(self, call: CallEnded) -> None:
        """Take what became of a call."""
        ...
