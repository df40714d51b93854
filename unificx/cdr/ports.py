"""Key store port, implemented by `privacy`."""

from collections.abc import Iterable
from typing import Protocol

from unificx.db import Key


class KeyRing(Protocol):
    """Keys of subjects, and the subjects of external numbers."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Return each subject's key; None if erased or, unless `create`, unknown."""
        ...

    def find_or_create(self, tenant: str, kind: str, value: str) -> str:
        """Return the subject of `value`, creating it if unknown."""
        ...
