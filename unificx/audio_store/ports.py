"""Ports of the audio store, filled by the composition root."""

from collections.abc import Iterable
from typing import Protocol

from unificx.audio_store.schemas import Transcript
from unificx.db import Key


class KeyRing(Protocol):
    """Keys of subjects, and the subject of an external caller's number."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Return each subject's key; None for an erased subject and, unless `create`, for one without a key."""
        ...

    def find_or_create(self, tenant: str, kind: str, value: str) -> str:
        """Return the subject of this alias, created if it is new."""
        ...


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
