"""File of SEPA direct debits (pain.008.001.08) for the open invoices of tenants with a mandate."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from unificx.billing.invoicing.details import Details
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.schemas import BillingDetails, Invoice
from unificx.billing.machine.invoice import Document
from unificx.billing.machine.money import minor_unit
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid
from unificx.identity import OPERATOR_SLUG, DirectoryCache

SCHEMA = "pain.008.001.08"
_EURO = "EUR"
_LONGEST_NOTICE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Collection:
    """An amount that is left to pay of an invoice, and the document with its mandate."""

    invoice: Invoice
    document: Document


class DirectDebits:
    """Collects open invoices. Nothing is stored: the payments are recorded once the bank has booked them."""

    def __init__(self, clock: Clock, directory: DirectoryCache, details: Details, invoices: Invoices) -> None:
        self._clock, self._directory, self._details, self._invoices = clock, directory, details, invoices

    async def file(self, day: date) -> bytes:
        """Return the file that collects all open invoices in EUR with a mandate on a day. Raise Invalid; Conflict if
        there are none, or the seller has no bank account or creditor identifier."""
        today = self._clock.now().date()
        if not today < day <= today + _LONGEST_NOTICE:
            raise Invalid("The day of collection is tomorrow or at most 60 days later.", field="day")
        operator = self._directory.tenant_by_slug(OPERATOR_SLUG)
        seller = await self._details.find(operator.id) if operator is not None else None
        if seller is None or not (seller.iban and seller.creditor_id):
            raise Conflict(
                "The seller needs an IBAN and a creditor identifier.",
                hint="Set them by `unificx invoice details --tenant operator`.",
            )
        found = [
            each
            for tenant in self._directory.tenants()
            if tenant.slug != OPERATOR_SLUG
            for each in await self._collections(tenant.id)
        ]
        if not found:
            raise Conflict("No open invoice in EUR has a mandate.", hint="List them by `unificx invoice list`.")
        return await asyncio.to_thread(to_pain, seller, found, day)

    async def _collections(self, tenant_id: str) -> list[Collection]:
        unpaid = [each for each in await self._invoices.list(tenant_id) if each.left and each.currency == _EURO]
        pairs = [Collection(each, await self._invoices.document(tenant_id, each.number)) for each in unpaid]
        return [each for each in pairs if each.document.mandate is not None]


def to_pain(seller: BillingDetails, collections: Sequence[Collection], day: date) -> bytes:
    """Return the file, checked against the schema of ISO 20022. The invoice number is the end-to-end id."""
    from sepaxml import SepaDD

    config = {"name": seller.name[:70], "IBAN": seller.iban, "batch": True, "creditor_id": seller.creditor_id}
    config |= {"currency": _EURO} | ({"BIC": seller.bic} if seller.bic else {})
    file = SepaDD(config, schema=SCHEMA, clean=True)
    for each in collections:
        mandate = each.document.mandate
        if mandate is None:
            continue
        file.add_payment(
            {
                "name": each.document.buyer.name,
                "IBAN": mandate.iban,
                "amount": each.invoice.left // minor_unit(_EURO),
                "type": "RCUR",
                "collection_date": day,
                "mandate_id": mandate.reference,
                "mandate_date": mandate.signed,
                "description": each.invoice.number,
                "endtoend_id": each.invoice.number,
            }
        )
    return file.export(validate=True)
