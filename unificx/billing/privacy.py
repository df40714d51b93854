"""Data of a person in this area: the billed calls of their extensions, and invoices that may name them.

They stay after an erasure, without a way to the person: the id of the extension is replaced by a new random one, under
which the tenant still sees one sum. Invoices stay as they were issued.
"""

from collections.abc import Mapping, Sequence

from unificx.billing import repository
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.models import RatedCallRow
from unificx.db import Database
from unificx.privacy import DataSubject, Export, Holding, KeyStore, Retained, RowHolding

_KIND = "billed calls"
_RETAINED = Retained(
    "Beginning of the number, time, duration and price of each call outside, without the extension.",
    "Calls are billed and a bill has to be proved: TDDDG § 10 (2), 47 CFR § 42.6.",
    "the period of the call history ends",
)


_INVOICES = "invoices"
_RETAINED_INVOICES = Retained(
    "Invoices to the organisation as they were issued, with the name of the contact of their day.",
    "Invoices have to be stored unchanged: § 147 AO, § 14b UStG.",
    "eight years after the end of the year of issue",
)


class _BillingHolding:
    """Holding of the billed calls of a person's extensions."""

    area = "billing"

    def __init__(self, database: Database, invoices: Invoices) -> None:
        self._database, self._invoices = database, invoices
        retained = {_KIND: _RETAINED, _INVOICES: _RETAINED_INVOICES}
        self._rows = RowHolding(database, self.area, {}, links={RatedCallRow: _KIND}, retained=retained)
        self.tables = self._rows.tables
        self.retained = self._rows.retained

    async def find(self, owner: DataSubject) -> Mapping[str, int]:
        return await self._rows.find(owner)

    async def records(self, owner: DataSubject) -> Mapping[str, int]:
        return {_INVOICES: await self._invoices.count(owner.tenant_id)}

    def export(self, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
        return self._rows.export(owner, keys)

    async def erase(self, owner: DataSubject) -> None:
        for extension_id in owner.extension_ids:
            async with self._database.begin() as uow:
                replacement = self._database.clock.new_id()
                await repository.replace_extension(uow.session, owner.tenant_id, extension_id, replacement)

    async def remains(self, owner: DataSubject) -> Mapping[str, int]:
        return await self.find(owner)


def billing_holding(database: Database, invoices: Invoices) -> Holding:
    return _BillingHolding(database, invoices)
