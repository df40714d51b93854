"""Ports of the area."""

from typing import Protocol

from unificx.support.rights import DisclosedData


class KeyEraser(Protocol):
    """Destroys keys, with an entry in the erasure journal."""

    def erase_subject(self, tenant: str, subject: str) -> object:
        """Destroy the key of a subject. Idempotent. Raise OSError, KeysBusy: repeat it."""
        ...


class Approvals(Protocol):
    """Disclosures to authorities that two people have agreed to."""

    async def approved_data(self, tenant_id: str, disclosure_id: str) -> DisclosedData:
        """Return what a file for the authority contains. Raise Conflict unless it is approved."""
        ...
