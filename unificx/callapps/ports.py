"""Ports of call apps, filled by the composition root."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from unificx.media.mixer.messages import Chunk
from unificx.media.sounds import Sound


class AudioTap(Protocol):
    """Audio of a leg, in chunks. `reason`: why it ended."""

    @property
    def reason(self) -> str | None: ...
    def __aiter__(self) -> AsyncIterator[Chunk]: ...


class MediaEngine(Protocol):
    """The media engine. `open`, `invite` and `answered` may raise media.MediaUnavailable; the other methods do not
    block."""

    async def open(self, leg: str, offer: bytes) -> bytes:
        """Create a leg from this SDP offer, or update it; return the answer."""
        ...

    async def create_offer(self, leg: str) -> bytes:
        """Create or update a leg; return an SDP offer."""
        ...

    async def accept_answer(self, leg: str, answer: bytes) -> None:
        """Complete `invite` with the SDP answer."""
        ...

    def close(self, leg: str) -> None: ...

    def play(self, leg: str, sound: Sound) -> str:
        """Play to a leg, replacing current playback; return the ticket that PlayEnded will name."""
        ...

    def stop(self, leg: str) -> None: ...
    def record(self, tap: str, *, leg: str) -> AudioTap: ...
    def end(self, tap: str) -> None:
        """End a recording: it yields the remaining chunks and stops."""
        ...

    def echo(self, leg: str) -> None:
        """Echo a leg's audio to itself."""
        ...

    def join(self, room: str, leg: str, *, muted: bool = False, agc: bool = False) -> None:
        """Move a leg into a room; `agc` normalizes its loudness there."""
        ...

    def leave(self, leg: str) -> None: ...
    def mute(self, leg: str, on: bool) -> None:
        """Mute or unmute a leg in its room."""
        ...


class AudioSink(Protocol):
    """Destination of a recording."""

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write 16-bit samples. Raises StorageFull if they cannot be stored."""
        ...


class Prompts(Protocol):
    """Prompts in the available languages, including a tenant's custom sounds."""

    async def named(self, name: str, language: str, tenant_id: str) -> Sequence[Sound]:
        """A prompt by name, such as "voicemail/leave"."""
        ...

    async def number(self, value: int, language: str, tenant_id: str) -> Sequence[Sound]:
        """A whole number."""
        ...

    async def moment(self, moment: datetime, now: datetime, language: str, tenant_id: str) -> Sequence[Sound]:
        """A date and time, relative to `now`."""
        ...
