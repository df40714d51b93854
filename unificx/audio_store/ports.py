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


class KeyEraser(Protocol):
    """Destroys keys permanently, and again after a restored backup; implemented by `privacy.Erasure`."""

    def erase_subject(self, tenant: str, subject: str) -> object:
        """Destroy the subject's key. Idempotent."""
        ...

    def finish(self, tenant: str, subject: str) -> None:
        """Note that the rows of the erased subject are deleted too."""
        ...
