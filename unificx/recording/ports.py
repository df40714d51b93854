"""Ports of the recorder, filled by the composition root."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from unificx.media.mixer.messages import Chunk
from unificx.media.sounds import Sound
from unificx.rtpengine.ng import MediaReport
from unificx.sdp import RecordIndication


class MediaRelay(Protocol):
    """The media relay of calls, implemented by `RtpEngine`. Every method may raise media.MediaUnavailable."""

    async def query(self, anchor: str) -> MediaReport | None:
        """Return the current statistics."""
        ...

    async def play(self, anchor: str, tag: str, sound: Sound) -> float:
        """Play to one participant instead of what it hears; return the duration in seconds."""
        ...

    async def stop(self, anchor: str, tag: str) -> None:
        """Stop playback to a participant."""
        ...

    async def detect_inband_dtmf(self, anchor: str, tag: str) -> None:
        """Detect in-band DTMF of a participant too."""
        ...

    async def subscribe(self, anchor: str, tag: str, subscriber: str, *, wideband: bool = False) -> bytes:
        """Subscribe the media engine to a participant's audio; return the SDP offer."""
        ...

    async def answer_subscription(self, anchor: str, subscriber: str, sdp: bytes) -> None:
        """Complete a subscription with the media engine's SDP answer."""
        ...

    async def unsubscribe(self, anchor: str, subscriber: str) -> None: ...


class AudioTap(Protocol):
    """Audio of a leg, in chunks. `reason`: why it ended."""

    @property
    def reason(self) -> str | None: ...
    def __aiter__(self) -> AsyncIterator[Chunk]: ...


class LegTap(Protocol):
    """The media engine. `open` may raise media.MediaUnavailable; the other methods do not block."""

    async def open(self, leg: str, offer: bytes) -> bytes: ...
    def close(self, leg: str) -> None: ...
    def record(self, tap: str, *, leg: str) -> AudioTap: ...
    def end(self, tap: str) -> None:
        """End a tap: it yields the remaining chunks and stops."""
        ...


class ConferenceTap(Protocol):
    """The media engine, for conference rooms. No method blocks."""

    def record(self, tap: str, *, leg: str = "", room: str = "") -> AudioTap: ...
    def end(self, tap: str) -> None: ...
    def beep(self, leg_or_room: str) -> None:
        """Play the recording tone to everyone in a room."""
        ...


class ConferenceCalls(Protocol):
    """The calls of a conference, implemented by `calls.CallRecordingStatus`. No method blocks; an ended call is
    ignored."""

    def indicate(self, call_id: str, indication: RecordIndication) -> None:
        """Signal the recording state to phones that display it (RFC 7866)."""
        ...

    def mark_recorded(self, call_id: str) -> None:
        """Mark a call as recorded."""
        ...

    def refuses_recording(self, call_id: str) -> bool:
        """Whether the phone of this call has refused recording (RFC 7866)."""
        ...


class Prompts(Protocol):
    """Prompts by name, in the available languages."""

    def named(self, name: str, language: str) -> Sequence[Sound]: ...
