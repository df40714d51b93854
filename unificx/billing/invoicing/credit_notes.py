"""Partial credit notes. One about a whole invoice is issued by `Invoices.cancel`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from unificx.billing.invoicing import repository
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.schemas import Invoice
from unificx.billing.machine.credit_note import credited_lines, left_of_lines, partial_note
from unificx.billing.machine.invoice import Document
from unificx.db import Database, Keys


class CreditNotes:
    """Takes back a part of an invoice. Payments for that part become credit, which may be refunded."""

    def __init__(self, database: Database, keys: Keys, invoices: Invoices) -> None:
        self._database, self._keys, self._invoices = database, keys, invoices

    async def issue(
        self, tenant_id: str, number: str, *, lines: Mapping[int, int | None], amount: int | None = None
    ) -> Invoice:
        """Issue a credit note about a part of an invoice and return it. See `credited_lines`. Raise NotFound, Invalid;
        Conflict if more would be credited than is left, or while the invoice is collected by direct debit."""
        books = self._invoices.books(tenant_id)
        async with self._database.begin() as uow:
            _, whole = await self._invoices.credit_draft(uow, books, number)
            document = whole.document
            credited = await repository.find_partial_notes(uow.session, self._keys, books, number)
            part = credited_lines(document, credited, lines=lines, amount=amount)
            note = partial_note(document, credited, part)
            stored = await self._invoices.store(uow, books, replace(whole, document=note, calls=0, moved=0))
        return await self._invoices.get(tenant_id, stored.document.number)

    async def left(self, tenant_id: str, invoice: Invoice, document: Document) -> Sequence[int]:
        """Return what may be credited of each line of an invoice, net; 0 for those of a credit note."""
        if invoice.state in ("cancelled", "credit_note"):
            return [0] * len(document.lines)
        books = self._invoices.books(tenant_id)
        async with self._database.read() as session:
            return left_of_lines(
                document, await repository.find_partial_notes(session, self._keys, books, invoice.number)
            )
