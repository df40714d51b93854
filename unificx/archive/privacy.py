"""Data of a person in this area: access copies about them, and those that they have requested."""

from collections.abc import Mapping, Sequence

from unificx.archive.service import AccessCopies
from unificx.privacy import DataSubject, Export, Holding, KeyStore, Retained

_KIND = "access copies"


class _CopyHolding:
    area = "archive"
    tables: frozenset[str] = frozenset()
    retained: Mapping[str, Retained] = {}

    def __init__(self, copies: AccessCopies) -> None:
        self._copies = copies

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        """Count the copies that the person may know of: the plan of an erasure names no file for an authority."""
        return {_KIND: await self._copies.count(owner.tenant_id, owner.subject, disclosures=False)}

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        """A copy does not contain copies."""
        del owner, keys
        return ()

    async def erase(self, owner: DataSubject) -> None:
        await self._copies.erase(owner.tenant_id, owner.subject)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        return {_KIND: await self._copies.count(owner.tenant_id, owner.subject, disclosures=True)}


def copy_holding(copies: AccessCopies) -> Holding:
    return _CopyHolding(copies)
