"""What the room needs from others; filled by the wiring."""

from collections.abc import Iterable
from typing import Protocol

from unificx.store import Key


class KeyRing(Protocol):
    """Keys of subjects, and the subject of an outside caller's number."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Each subject's key; None for an erased one and, unless `create`, for one never made."""
        ...

    def find_or_make(self, tenant: str, kind: str, value: str) -> str:
        """The subject that `value` leads to, new if it was not met before."""
        ...


class Erases(Protocol):
    """Destroys keys for good, and again after a restore; `privacy.Erasure` fills it."""

    def erase_subject(self, tenant: str, subject: str) -> object:
        """Destroy the subject's key. May be repeated."""
        ...
