"""Ports of captions, filled by the composition root."""

from typing import Protocol


class LiveTranscriber(Protocol):
    """Recognizes pieces of speech on this machine; implemented by `LiveWhisper`."""

    @property
    def requirement(self) -> str:
        """Software to install first; "" if ready."""
        ...

    async def recognize(self, pcm: bytes, rate: int) -> str:
        """Return the text of 16-bit mono samples, "" if there is no speech in them. One at a time. Raises
        TranscriptionFailed."""
        ...

    async def close(self) -> None:
        """End the process of the recognizer. It is started again when it is needed."""
        ...
