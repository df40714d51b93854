"""Holdings: what an area holds about a data subject, and how it erases that.

Each area with sealed data of people provides one; the composition root registers them in one list. A test fails for a
sealed column that no holding answers for.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from unificx.db import Database
from unificx.privacy import repository
from unificx.privacy.exporting import DataSubject, Export, RowExporter
from unificx.privacy.keys import KeyStore


@dataclass(frozen=True, slots=True)
class Retained:
    """Data that stays after an erasure, with the reason and the end."""

    what: str
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class CopyRules:
    """How an access copy differs from the rows: `withheld` are columns that are about another person, `more` returns
    data that is not in the rows."""

    withheld: Collection[str] = ()
    more: Callable[[DataSubject, KeyStore], Sequence[Export]] | None = None


class Holding(Protocol):
    """Data of one area. Probes return counts by kind; 0 for a kind of which nothing is held."""

    @property
    def area(self) -> str:
        """The area's name in plans and receipts."""
        ...

    @property
    def tables(self) -> frozenset[str]:
        """The tables for whose sealed columns it answers."""
        ...

    @property
    def retained(self) -> Mapping[str, Retained]:
        """Data that stays, by kind."""
        ...

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        """Count what is held before an erasure."""
        ...

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        """Return what an access copy of the subject contains. Nothing is read before it is iterated."""
        ...

    async def erase(self, owner: DataSubject) -> None:
        """Erase it. Idempotent; the subject's key may be destroyed already."""
        ...

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        """Count what is left after an erasure: 0 of each kind unless it failed."""
        ...


@runtime_checkable
class RecordsHolding(Protocol):
    """Holding of an area with documents that the law requires unchanged, and that may name a person."""

    async def records(self, owner: DataSubject) -> Mapping[str, int]:
        """Count the documents of the tenant, by a kind of `retained`. An erasure leaves them as they are."""
        ...


class RowHolding:
    """Holding in rows. `sealed` are models with sealed columns of the subject, `links` models of rows that name an
    extension of the subject; both with the kind under which they are counted.

    `erase` is called with tenant and subject. Without it, the rows go with the extension: their area deletes them on
    `ExtensionDeleted`.
    """

    def __init__(
        self,
        database: Database,
        area: str,
        sealed: Mapping[type[Any], str],
        erase: Callable[[str, str], Awaitable[None]] | None = None,
        *,
        links: Mapping[type[Any], str] | None = None,
        retained: Mapping[str, Retained] | None = None,
        copying: CopyRules | None = None,
    ) -> None:
        self.area = area
        self.tables = frozenset(row.__tablename__ for row in sealed)
        self.retained: Mapping[str, Retained] = retained or {}
        self._database = database
        self._sealed = sealed
        self._links = links or {}
        self._erase = erase
        self._copying = copying or CopyRules()

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        counts = dict.fromkeys((*self._sealed.values(), *self._links.values()), 0)
        async with self._database.read() as session:
            for row, kind in self._sealed.items():
                counts[kind] += await repository.count_sealed(session, row, owner.tenant_id, owner.subject)
            for row, kind in self._links.items():
                counts[kind] += await repository.count_linked(session, row, owner.tenant_id, owner.extension_ids)
        return counts

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        found: list[Export] = []
        for row, title in {**self._sealed, **self._links}.items():
            exporter = RowExporter(self._database, keys, row, self._copying.withheld)
            of = exporter.of_extensions if row in self._links else exporter.of_subject
            found.append(of(title, owner))
        more = self._copying.more
        return found if more is None else [*found, *more(owner, keys)]

    async def erase(self, owner: DataSubject) -> None:
        if self._erase is not None:
            await self._erase(owner.tenant_id, owner.subject)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        return await self.find(owner)
