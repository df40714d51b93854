"""Issuing invoices and credit notes, and which of them are paid."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing import repository as ledger_rows
from unificx.billing.invoicing import debit_repository, dunning_repository, notice_repository, repository
from unificx.billing.invoicing.drafting import Drafting, Parties, active, next_position
from unificx.billing.invoicing.electronic import to_xml
from unificx.billing.invoicing.pdf import to_pdf
from unificx.billing.invoicing.repository import Books
from unificx.billing.invoicing.schemas import DirectDebit, Invoice, InvoiceDraft, Issue
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.dunning import LAST_REMINDER
from unificx.billing.machine.invoice import Document
from unificx.billing.machine.ledger import InvoicedSums, invoice
from unificx.billing.machine.months import beginning, month_of
from unificx.billing.machine.receivables import Claim, InvoiceState, open_amounts, reminder_level, state_of
from unificx.billing.seller import seller_of
from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database, Keys, UnitOfWork
from unificx.db.pagination import Page, PageByTime
from unificx.identity import DirectoryCache


class Invoices:
    """The invoices of all tenants. The seller is the tenant of the operators.

    An invoice is issued in one transaction with its number and its postings. The primary key of its row prevents a
    second one for the same month and currency.
    """

    def __init__(self, database: Database, keys: Keys, directory: DirectoryCache, drafting: Drafting) -> None:
        self._database, self._keys, self._directory, self._drafting = database, keys, directory, drafting

    async def run(self, tenant_id: str, month: date, *, dry_run: bool = False) -> Sequence[Issue]:
        """Issue the invoices of a tenant for a month that is over, unless they are there. None if it costs nothing.

        Raise Conflict while the month lasts, and if billing details are missing."""
        period, zone = month_of(month), self._directory.time_zone(tenant_id)
        if beginning(period.until, zone) > self._database.clock.now():
            raise Conflict("The month is not over yet.", hint="Invoices are issued for past months.", field="month")
        books = self.books(tenant_id)
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.NUMBERS, books.seller_id)
            await lock(uow.session, Lock.PRICES, tenant_id)
            find_parties = partial(self._parties, uow.session, books)
            drafts, present = await self._drafting.drafts(uow.session, books, period, zone, find_parties)
            if drafts and not dry_run:
                parties = await find_parties()
                drafts = [await self._issue(uow, books, parties, each) for each in drafts]
        result = "draft" if dry_run else "issued"
        return [
            *(Issue("exists", each.number, each.currency, each.net, each.tax, each.total) for each in present),
            *(
                Issue(result, of.number, of.currency, of.net, of.tax, of.total)
                for of in (draft.document for draft in drafts)
            ),
        ]

    async def cancel(self, tenant_id: str, number: str) -> Invoice:
        """Issue the credit note that takes back a whole invoice. Its month may be invoiced again. Raise NotFound;
        Conflict if it was cancelled already, or partly credited."""
        books = self.books(tenant_id)
        async with self._database.begin() as uow:
            found, draft = await self.credit_draft(uow, books, number)
            if found.credited:
                raise Conflict("This invoice is partly credited.", hint="Credit the rest by `unificx invoice credit`.")
            stored = await self.store(uow, books, draft)
        return await self.get(tenant_id, stored.document.number)

    async def list(self, tenant_id: str) -> Sequence[Invoice]:
        """Return the invoices and credit notes of a tenant with their state, newest first."""
        async with self._database.read() as session:
            return await self.list_within(session, self.books(tenant_id))

    async def page(self, tenant_id: str, page: PageByTime, state: InvoiceState | None = None) -> Page[Invoice]:
        """Return a page of the invoices and credit notes of a tenant, of all states or one, newest first."""
        keyed = [(_key(each), each) for each in await self.list(tenant_id) if state in (None, each.state)]
        behind = [each for key, each in sorted(keyed, reverse=True) if page.before is None or key < page.before]
        return page.of_rows(behind[: page.size + 1], _key)

    async def received(self, tenant_id: str) -> Sequence[Invoice]:
        """Return what `list` returns; nothing for the seller, which receives no invoices."""
        return [] if self._is_seller(tenant_id) else await self.list(tenant_id)

    async def count(self, tenant_id: str) -> int:
        """Return how many invoices and credit notes a tenant has. The seller has none."""
        if self._is_seller(tenant_id):
            return 0
        async with self._database.read() as session:
            return await repository.count_invoices(session, self.books(tenant_id))

    async def unrated(self, tenant_id: str, month: date) -> int:
        """Return how many calls of a month have no price yet, so that they are on no invoice."""
        period, zone = month_of(month), self._directory.time_zone(tenant_id)
        async with self._database.read() as session:
            bounds = beginning(period.since, zone), beginning(period.until, zone)
            return await repository.count_unrated(session, tenant_id, *bounds)

    async def get(self, tenant_id: str, number: str) -> Invoice:
        """Return an invoice or credit note of a tenant with its state. Raise NotFound."""
        async with self._database.read() as session:
            return await self.find(session, tenant_id, number)

    async def find(self, session: AsyncSession, tenant_id: str, number: str) -> Invoice:
        """Return what `get` returns, as a transaction sees it. Raise NotFound.

        Payments that name no invoice pay the oldest ones, so its state follows from all invoices of its currency."""
        books = self.books(tenant_id)
        currency = await repository.currency_of(session, books, number)
        if currency is None:
            raise _not_found()
        issued = await self.list_within(session, books, currency)
        return next(each for each in issued if each.number == number)

    async def document(self, tenant_id: str, number: str) -> Document:
        """Return an invoice or credit note of a tenant as it was issued. Raise NotFound."""
        async with self._database.read() as session:
            found = await repository.find_document(session, self._keys, self.books(tenant_id), number)
        if found is None:
            raise _not_found()
        return found

    async def documents(self, seller_id: str, numbers: Sequence[str]) -> Mapping[str, Document]:
        """Return invoices of a seller as they were issued, by number, in one statement; not those that are erased."""
        async with self._database.read() as session:
            return await repository.find_documents(session, self._keys, seller_id, numbers)

    async def pdf(self, tenant_id: str, number: str) -> bytes:
        """Return an invoice as PDF/A-3 with its electronic form. Raise NotFound."""
        return await asyncio.to_thread(to_pdf, await self.document(tenant_id, number))

    async def xml(self, tenant_id: str, number: str) -> bytes:
        """Return an invoice in its electronic form (EN 16931). Raise NotFound."""
        return await asyncio.to_thread(to_xml, await self.document(tenant_id, number))

    # ---- inside

    async def list_within(self, session: AsyncSession, books: Books, currency: str | None = None) -> Sequence[Invoice]:
        """Return what `list` returns, as a transaction sees it, of all currencies or one."""
        issued = await repository.list_invoices(session, books, currency=currency)
        named = await repository.named_payments(session, books.tenant_id)
        owed = await repository.account_sums(session, books.tenant_id, "customer")
        collected = await debit_repository.collections(session, books)
        sent = await notice_repository.sent(session, books)
        reminded = {number: level for number, level in sorted(sent) if level <= LAST_REMINDER}
        ends = await dunning_repository.announced(session, books)
        return [
            replace(
                each,
                sent=sent.get((each.number, 0)),
                reminded=reminded.get(each.number, 0),
                calls_end=ends.get(each.number) if each.state == "overdue" else None,
            )
            for each in reversed(_with_states(issued, named, owed, self.today(), collected))
        ]

    async def _parties(self, session: AsyncSession, books: Books) -> Parties:
        seller = await repository.find_details(session, self._keys, books.seller_id)
        if seller is None:
            raise Conflict(
                "The billing details of the seller are missing.",
                hint="Set them in the portal under Billing, Seller, or by `unificx invoice details --tenant operator`.",
            )
        if not (seller.vat_id or seller.tax_number):
            raise Conflict(
                "The seller needs a VAT id or a tax number.", hint="Add it to the billing details of the operators."
            )
        buyer = await repository.find_details(session, self._keys, books.tenant_id)
        if buyer is None:
            raise Conflict(
                "The billing details of the tenant are missing.",
                hint="Set them in the portal under Billing, or by `unificx invoice details`.",
            )
        return Parties(seller, buyer, self._directory.language(books.tenant_id))

    async def _issue(self, uow: UnitOfWork, books: Books, parties: Parties, draft: InvoiceDraft) -> InvoiceDraft:
        today = self.today()
        due = today + timedelta(days=parties.seller.payment_days)
        dated = replace(draft, document=replace(draft.document, issued=today, due=due))
        return await self.store(uow, books, dated)

    async def credit_draft(self, uow: UnitOfWork, books: Books, number: str) -> tuple[Invoice, InvoiceDraft]:
        """Take the locks that `store` needs. Return an invoice with the credit note about all of it. Raise NotFound;
        Conflict if it is cancelled, a credit note, or collected by direct debit."""
        await lock(uow.session, Lock.NUMBERS, books.seller_id)
        await lock(uow.session, Lock.PRICES, books.tenant_id)
        issued = await self.list_within(uow.session, books)
        found = next((each for each in issued if each.number == number), None)
        document = await repository.find_document(uow.session, self._keys, books, number)
        if found is None or document is None:
            raise _not_found()
        if found not in active(issued):
            raise Conflict(
                "This invoice is cancelled, or it is a credit note.", hint="List them by `unificx invoice list`."
            )
        if found.state == "collected":
            raise Conflict(
                "This invoice is in a file of direct debits.",
                hint="Record its payment first, or that the bank has returned the debit.",
            )
        today = self.today()
        credit = replace(document, kind="credit_note", cancels=number, issued=today, due=today)
        position = next_position(issued, found.month, found.currency)
        return found, InvoiceDraft(credit, found.calls, found.moved, position)

    async def store(self, uow: UnitOfWork, books: Books, draft: InvoiceDraft) -> InvoiceDraft:
        """Give a number, insert and post. Nothing of it remains if the transaction fails, so numbers have no gaps.

        Call it with the locks of the numbers of the seller and the prices of the tenant."""
        document, clock = draft.document, self._database.clock
        seller = await repository.find_details(uow.session, self._keys, books.seller_id)
        prefix = seller.number_prefix if seller is not None else ""
        counted = await repository.next_number(uow.session, books.seller_id, document.issued.year)
        document = replace(document, number=f"{prefix}{document.issued.year}-{counted:05}")
        numbered = replace(draft, document=document)
        await repository.insert_invoice(uow.session, self._keys, books, numbered, random_id(clock))
        await notice_repository.add_waiting(uow.session, books.seller_id, document.number)
        sums = InvoicedSums(document.total, document.tax, draft.moved)
        if document.kind == "credit_note":
            sums = sums.taken_back()
        posting = invoice(f"{document.kind}:{document.number}", document.kind, document.currency, sums)
        await ledger_rows.post(uow.session, books.tenant_id, posting, clock.now())
        return numbered

    def _is_seller(self, tenant_id: str) -> bool:
        """Whether the tenant is the seller, or there is none yet."""
        seller = self._directory.operator()
        return seller is None or seller.id == tenant_id

    def books(self, tenant_id: str) -> Books:
        """Return the scope of statements on the invoices of a tenant. Raise Invalid for the seller."""
        seller = seller_of(self._directory)
        if seller.id == tenant_id:
            raise Invalid("The operators' tenant is the seller.", hint="Name another tenant.", field="tenant")
        return Books(seller.id, tenant_id)

    def today(self) -> date:
        """Return the present day of the seller."""
        seller = self._directory.operator()
        zone = self._directory.time_zone(seller.id) if seller is not None else None
        return self._database.clock.now().astimezone(zone).date()


def _with_states(
    issued: Sequence[Invoice],
    named: Mapping[str, int],
    owed: Mapping[str, int],
    today: date,
    collected: Mapping[str, DirectDebit],
) -> list[Invoice]:
    """Return invoices with their states. `named`: payments that name an invoice; `owed`: balances by currency;
    `collected`: direct debits that were not returned, by the number of the invoice."""
    payable, credited = active(issued), Counter[str]()
    for each in issued:
        if each.partial:
            credited[each.cancels] += each.total
    left: dict[str, int] = {}
    for currency in {each.currency for each in payable}:
        claims = [_claim(each, credited) for each in payable if each.currency == currency]
        left |= open_amounts(claims, named, owed.get(currency, 0))
    found: list[Invoice] = []
    for each in issued:
        if each.number not in left:
            found.append(replace(each, state="credit_note" if each.cancels else "cancelled"))
            continue
        debit = collected.get(each.number)
        claim = _claim(each, credited)
        state = state_of(claim, left[each.number], today, collected=debit is not None)
        reminder = reminder_level(each.due, today) if state == "overdue" else 0
        changes = {"left": left[each.number], "credited": credited[each.number], "reminder": reminder}
        found.append(replace(each, state=state, collection=debit, **changes))
    return found


def _claim(one: Invoice, credited: Mapping[str, int]) -> Claim:
    return Claim(one.number, one.due, one.total - credited.get(one.number, 0))


def _key(one: Invoice) -> tuple[datetime, str]:
    """Return the sort key of a list, whose cursors it makes."""
    return datetime.combine(one.issued, time(), UTC), one.number


def _not_found() -> NotFound:
    return NotFound("Invoice not found.", hint="List invoices by `unificx invoice list`.")
