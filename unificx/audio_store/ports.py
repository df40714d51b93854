"""Ports of the audio store, filled by the composition root."""

from typing import Protocol

from unificx.audio_store.schemas import Transcript


class Transcriber(Protocol):
    """Transcribes speech on this machine; implemented by `Whisper`."""

    @property
    def requirement(self) -> str:
        """Software to install first; "" if ready."""
        ...

    async def transcribe(self, pcm: bytes, rate: int) -> Transcript:
        """Transcribe 16-bit mono samples. Raises TranscriptionFailed."""
        ...


class TranscriptionFailed(Exception):
    """The recognizer failed or timed out."""
