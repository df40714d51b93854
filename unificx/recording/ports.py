"""Ports of the recorder, filled by the composition root."""

from collections.abc import Sequence
from typing import Protocol

from unificx.media.sounds import Sound
from unificx.rtpengine.ng import MediaReport


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


class Prompts(Protocol):
    """Prompts by name, in the available languages."""

    def named(self, name: str, language: str) -> Sequence[Sound]: ...
