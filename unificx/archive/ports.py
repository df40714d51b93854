"""Ports of the area."""

from typing import Protocol

from unificx.archive.schemas import AccessCopy


class KeyEraser(Protocol):
    """Destroys keys, with an entry in the erasure journal."""

    def erase_subject(self, tenant: str, subject: str) -> object:
        """Destroy the key of a subject. Idempotent. Raise OSError, KeysBusy: repeat it."""
        ...


class CopyNotifier(Protocol):
    """Tells the requester that a copy is ready."""

    async def copy_ready(self, copy: AccessCopy) -> None:
        """Send the notice. Must not raise."""
        ...
