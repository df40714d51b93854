"""What the room needs of a key store; `app.wiring` fills it."""

from collections.abc import Iterable
from typing import Protocol

from unificx.store import Key


class KeyRing(Protocol):
    """Keys of subjects, and the subject of an outside caller's number."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Each subject's key; None for an erased one and, unless `create`, for one never seen."""
        ...

    def find_or_make(self, tenant: str, kind: str, value: str) -> str:
        """The subject that `value` leads to, new if it was not met before."""
        ...
