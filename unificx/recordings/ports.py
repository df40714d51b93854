"""What the room needs from others; filled by the wiring."""

from collections.abc import Iterable
from typing import Protocol

from unificx.recordings.contracts import Transcript
from unificx.store import Key


class KeyRing(Protocol):
    """Keys of subjects, and the subject of an outside caller's number."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Each subject's key; None for an erased one and, unless `create`, for one never made."""
        ...

    def find_or_make(self, tenant: str, kind: str, value: str) -> str:
        """The subject that `value` leads to, new if it was not met before."""
        ...


class Transcriber(Protocol):
    """Turns speech into text on this machine; `net.Whisper` fills it."""

    @property
    def needs(self) -> str:
        """What has to be installed first; "" if it can work."""
        ...

    async def transcribe(self, pcm: bytes, rate: int) -> Transcript:
        """What is said in 16-bit samples of one channel. Raises CannotTranscribe."""
        ...


class CannotTranscribe(Exception):
    """The recogniser failed, or took too long."""


class Erases(Protocol):
    """Destroys keys for good, and again after a restore; `privacy.Erasure` fills it."""

    def erase_subject(self, tenant: str, subject: str) -> object:
        """Destroy the subject's key. May be repeated."""
        ...
