"""Data of a person in this area: the billed calls of their extensions.

They stay after an erasure, without a way to the person: the id of the extension is replaced by a new random one, under
which the tenant still sees one sum.
"""

from collections.abc import Mapping, Sequence

from unificx.billing import repository
from unificx.billing.models import RatedCallRow
from unificx.db import Database
from unificx.privacy import DataSubject, Export, Holding, KeyStore, Retained, RowHolding

_KIND = "billed calls"
_RETAINED = Retained(
    "Beginning of the number, time, duration and price of each call outside, without the extension.",
    "Calls are billed and a bill has to be proved: TDDDG § 10 (2), 47 CFR § 42.6.",
    "the period of the call history ends",
)


class _BillingHolding:
    """Holding of the billed calls of a person's extensions."""

    area = "billing"

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = RowHolding(database, self.area, {}, links={RatedCallRow: _KIND}, retained={_KIND: _RETAINED})
        self.tables = self._rows.tables
        self.retained = self._rows.retained

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        return await self._rows.find(owner)

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        return self._rows.export(owner, keys)

    async def erase(self, owner: DataSubject) -> None:
        for extension_id in owner.extension_ids:
            async with self._database.begin() as uow:
                replacement = self._database.clock.new_id()
                await repository.replace_extension(uow.session, owner.tenant_id, extension_id, replacement)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        return await self.find(owner)


def billing_holding(database: Database) -> Holding:
    return _BillingHolding(database)
