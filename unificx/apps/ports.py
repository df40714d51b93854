"""What call apps need from others; filled by the wiring."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from unificx.media.mixer.messages import Chunk
from unificx.media.sounds import Sound


class Tap(Protocol):
    """What a leg says, piece by piece. `reason` says, afterwards, why it ended."""

    @property
    def reason(self) -> str | None: ...
    def __aiter__(self) -> AsyncIterator[Chunk]: ...


class Engine(Protocol):
    """The media engine. `open`, `invite` and `answered` may raise media.MediaUnavailable; the others do not wait."""

    async def open(self, leg: str, offer: bytes) -> bytes:
        """A leg for whoever made this offer, new or described anew; the answer to him."""
        ...

    async def invite(self, leg: str) -> bytes:
        """An offer for a leg."""
        ...

    async def answered(self, leg: str, answer: bytes) -> None:
        """Open the leg by the answer to what `invite` offered."""
        ...

    def close(self, leg: str) -> None: ...

    def play(self, leg: str, sound: Sound) -> str:
        """Play to a leg, in the place of what plays to it; the ticket that PlayEnded will name."""
        ...

    def stop(self, leg: str) -> None: ...
    def record(self, tap: str, *, leg: str) -> Tap: ...
    def end(self, tap: str) -> None:
        """End a recording: it gives what is left, and stops."""
        ...

    def echo(self, leg: str) -> None:
        """Let a leg hear itself."""
        ...

    def join(self, room: str, leg: str, *, muted: bool = False, agc: bool = False) -> None:
        """Put a leg into a room, out of any other; with `agc` it is about as loud there as everybody else."""
        ...

    def leave(self, leg: str) -> None: ...
    def mute(self, leg: str, on: bool) -> None:
        """Whether nobody in its room hears a leg."""
        ...


class Sink(Protocol):
    """Where a recording goes."""

    async def write(self, pcm: bytes, rate: int) -> None:
        """Take 16-bit samples. Raises kernel.errors.NoRoom if they cannot be kept."""
        ...


class Prompts(Protocol):
    """What can be said, in the languages there are, with what an organisation has recorded itself."""

    async def named(self, name: str, language: str, tenant_id: str) -> Sequence[Sound]:
        """A prompt, such as "voicemail/leave"."""
        ...

    async def number(self, value: int, language: str, tenant_id: str) -> Sequence[Sound]:
        """A whole number."""
        ...

    async def moment(self, moment: datetime, now: datetime, language: str, tenant_id: str) -> Sequence[Sound]:
        """A day and a time, as one would say them now."""
        ...
