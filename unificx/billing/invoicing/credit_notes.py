"""Partial credit notes. One about a whole invoice is issued by `Invoices.cancel`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.invoicing import repository
from unificx.billing.invoicing.drafting import active, next_position
from unificx.billing.invoicing.invoices import Invoices, not_found
from unificx.billing.invoicing.repository import Books
from unificx.billing.invoicing.schemas import Invoice, InvoiceDraft
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.credit_note import check_within, credited_lines, left_of_lines
from unificx.billing.machine.invoice import Document
from unificx.core.errors import Conflict
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
            await lock(uow.session, Lock.NUMBERS, books.seller_id)
            await lock(uow.session, Lock.PRICES, tenant_id)
            issued = await self._invoices.list_within(uow.session, books)
            found = next((each for each in issued if each.number == number), None)
            document = await repository.find_document(uow.session, self._keys, books, number)
            if found is None or document is None:
                raise not_found()
            if found not in active(issued):
                raise Conflict(
                    "This invoice is cancelled, or it is a credit note.", hint="List them by `unificx invoice list`."
                )
            if found.state == "collected":
                raise Conflict(
                    "This invoice is in a file of direct debits.",
                    hint="Record its payment first, or that the bank has returned the debit.",
                )
            credited = await self._notes(uow.session, books, issued, number)
            today = self._invoices.today()
            note = replace(
                document,
                kind="credit_note",
                cancels=number,
                partial=True,
                issued=today,
                due=today,
                lines=credited_lines(document, credited, lines=lines, amount=amount),
            )
            check_within(document, credited, note)
            draft = InvoiceDraft(note, 0, 0, next_position(issued, found.month, found.currency))
            stored = await self._invoices.store(uow, books, draft)
        return await self._invoices.get(tenant_id, stored.document.number)

    async def left(self, tenant_id: str, number: str) -> Sequence[int]:
        """Return what may be credited of each line of an invoice, net; 0 for those of a credit note. Raise NotFound."""
        books = self._invoices.books(tenant_id)
        async with self._database.read() as session:
            issued = await self._invoices.list_within(session, books)
            document = await repository.find_document(session, self._keys, books, number)
            if document is None:
                raise not_found()
            if not any(each.number == number for each in active(issued)):
                return [0] * len(document.lines)
            return left_of_lines(document, await self._notes(session, books, issued, number))

    async def _notes(
        self, session: AsyncSession, books: Books, issued: Sequence[Invoice], number: str
    ) -> list[Document]:
        numbers = [each.number for each in issued if each.partial and each.cancels == number]
        return [*(await repository.find_documents(session, self._keys, books.seller_id, numbers)).values()]
