"""Ports of the area."""

from typing import Protocol


class KeyEraser(Protocol):
    """Destroys keys, with an entry in the erasure journal."""

    def erase_subject(self, tenant: str, subject: str) -> object:
        """Destroy the key of a subject. Idempotent. Raise OSError, KeysBusy: repeat it."""
        ...
