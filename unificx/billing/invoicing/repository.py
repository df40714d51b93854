"""All SQL on billing details and invoices, and sealing and opening of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from unificx.billing.invoicing.models import (
    BillingDetailsRow,
    DetailsPart,
    DocumentPart,
    InvoiceNumberRow,
    InvoiceRow,
)
from unificx.billing.invoicing.schemas import BillingDetails, Invoice, InvoiceDraft
from unificx.billing.machine.invoice import Document
from unificx.billing.models import LedgerEntryRow, RatedCallRow
from unificx.db import Erased, Keys, SealedCodec, owned_by

_JSON = TypeAdapter(Document)
_DETAILS = SealedCodec(BillingDetailsRow, DetailsPart)
_DOCUMENT = SealedCodec(InvoiceRow, DocumentPart)
_SEALED = tuple(DetailsPart.__dataclass_fields__)
_PLAIN = ("payment_days", "number_prefix", "issue_day", "stop_days")


# ---- billing details


async def find_details(session: AsyncSession, keys: Keys, tenant_id: str) -> BillingDetails | None:
    row = await session.scalar(select(BillingDetailsRow).where(BillingDetailsRow.tenant_id == tenant_id))
    if row is None:
        return None
    part = _DETAILS.open(keys, tenant_id, [(row.subject_id, row.tenant_id, row.sealed)])[0]
    if isinstance(part, Erased):
        return None
    sealed = {name: getattr(part, name) for name in _SEALED}
    sealed["mandate_signed"] = date.fromisoformat(part.mandate_signed) if part.mandate_signed else None
    plain = {name: getattr(row, name) for name in _PLAIN}
    return BillingDetails(**sealed, **plain)


async def put_details(
    session: AsyncSession, keys: Keys, tenant_id: str, subject_id: str, details: BillingDetails
) -> None:
    """Replace the details of a tenant, sealed under a new key."""
    texts = {name: getattr(details, name) for name in _SEALED}
    texts["mandate_signed"] = details.mandate_signed.isoformat() if details.mandate_signed else ""
    part = DetailsPart(**texts)
    await delete_details(session, tenant_id)
    values = {
        "tenant_id": tenant_id,
        **{name: getattr(details, name) for name in _PLAIN},
        "subject_id": subject_id,
        "sealed": _DETAILS.seal(keys, tenant_id, [(subject_id, tenant_id, part)])[0],
    }
    await session.execute(insert(BillingDetailsRow).values(**values))


async def delete_details(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(BillingDetailsRow).where(BillingDetailsRow.tenant_id == tenant_id))


# ---- invoices


@dataclass(frozen=True, slots=True)
class Books:
    """Seller and billed tenant: the scope of every statement on invoices."""

    seller_id: str
    tenant_id: str


def _of(books: Books) -> tuple[Any, ...]:
    return InvoiceRow.tenant_id == books.seller_id, InvoiceRow.customer_id == books.tenant_id


async def next_number(session: AsyncSession, seller_id: str, year: int) -> int:
    """Count up the numbers of a year. Call it in the transaction that issues, with the lock of the seller."""
    of_year = (InvoiceNumberRow.tenant_id == seller_id, InvoiceNumberRow.year == year)
    counted = update(InvoiceNumberRow).where(*of_year).values(last=InvoiceNumberRow.last + 1)
    last = (await session.execute(counted.returning(InvoiceNumberRow.last))).scalar()
    if last is None:
        last = 1
        await session.execute(insert(InvoiceNumberRow).values(tenant_id=seller_id, year=year, last=last))
    return last


async def insert_invoice(session: AsyncSession, keys: Keys, books: Books, draft: InvoiceDraft, subject_id: str) -> None:
    document = draft.document
    part = DocumentPart(_JSON.dump_json(document).decode())
    await session.execute(
        insert(InvoiceRow).values(
            tenant_id=books.seller_id,
            customer_id=books.tenant_id,
            month=document.since,
            currency=document.currency,
            position=draft.position,
            number=document.number,
            cancels=document.cancels,
            partial=document.partial,
            issued=document.issued,
            due=document.due,
            net=document.net,
            tax=document.tax,
            total=document.total,
            calls=draft.calls,
            moved=draft.moved,
            closed=datetime(document.issued.year + 1, 1, 1, tzinfo=UTC),
            subject_id=subject_id,
            sealed=_DOCUMENT.seal(keys, books.seller_id, [(subject_id, document.number, part)])[0],
        )
    )


async def list_invoices(
    session: AsyncSession, books: Books, *, since: date | None = None, currency: str | None = None
) -> list[Invoice]:
    """Return the invoices and credit notes of a tenant, oldest first, of all currencies or one. Nothing is opened."""
    query = select(InvoiceRow).options(defer(InvoiceRow.sealed)).where(*_of(books))
    if since is not None:
        query = query.where(InvoiceRow.month >= since)
    if currency is not None:
        query = query.where(InvoiceRow.currency == currency)
    rows = await session.scalars(query.order_by(InvoiceRow.issued, InvoiceRow.number))
    return [_to_invoice(row) for row in rows]


async def count_invoices(session: AsyncSession, books: Books) -> int:
    """Return how many invoices and credit notes a tenant has."""
    own = InvoiceRow.tenant_id == books.seller_id, InvoiceRow.customer_id == books.tenant_id
    return (await session.scalar(select(func.count()).where(*own))) or 0


async def currency_of(session: AsyncSession, books: Books, number: str) -> str | None:
    """Return the currency of an invoice or credit note of a tenant, None if there is none with this number."""
    query = select(InvoiceRow.currency).where(*_of(books), InvoiceRow.number == number)
    return await session.scalar(query)


async def find_document(session: AsyncSession, keys: Keys, books: Books, number: str) -> Document | None:
    """Return an invoice or credit note of a tenant as it was issued."""
    query = select(InvoiceRow).where(*_of(books), InvoiceRow.number == number)
    return _open(keys, books.seller_id, (await session.scalars(query)).all()).get(number)


async def find_documents(
    session: AsyncSession, keys: Keys, seller_id: str, numbers: Sequence[str]
) -> Mapping[str, Document]:
    """Return the invoices and credit notes of a seller with these numbers that are not erased, by number."""
    query = select(InvoiceRow).where(InvoiceRow.tenant_id == seller_id, InvoiceRow.number.in_(numbers))
    return _open(keys, seller_id, (await session.scalars(query)).all())


async def find_partial_notes(session: AsyncSession, keys: Keys, books: Books, number: str) -> list[Document]:
    """Return the partial credit notes about an invoice of a tenant that are not erased."""
    query = select(InvoiceRow).where(*_of(books), InvoiceRow.cancels == number, InvoiceRow.partial)
    return [*_open(keys, books.seller_id, (await session.scalars(query)).all()).values()]


def ended_invoices(seller_id: str) -> Select[str, datetime]:
    """Invoices of a seller, since the end of the year of their issue."""
    return select(InvoiceRow.number.label("id"), InvoiceRow.closed.label("at")).where(InvoiceRow.tenant_id == seller_id)


async def delete_invoices(session: AsyncSession, seller_id: str, numbers: Sequence[str]) -> None:
    chosen = (owned_by(InvoiceRow.tenant_id, seller_id), InvoiceRow.number.in_(numbers))
    await session.execute(delete(InvoiceRow).where(*chosen))


# ---- what is to be invoiced, and paid


async def priced_between(
    session: AsyncSession, tenant_id: str, since: datetime, until: datetime
) -> Mapping[str, tuple[int, int]]:
    """Return the prices of the calls answered before `until`, and of those from `since` on at any time, by currency."""
    before = case((RatedCallRow.answered < until, RatedCallRow.amount), else_=0)
    query = select(RatedCallRow.currency, func.sum(before), func.sum(RatedCallRow.amount)).where(
        RatedCallRow.tenant_id == tenant_id, RatedCallRow.answered >= since, RatedCallRow.currency != ""
    )
    rows = await session.execute(query.group_by(RatedCallRow.currency))
    return {currency: (int(month), int(later)) for currency, month, later in rows}


async def count_unrated(session: AsyncSession, tenant_id: str, since: datetime, until: datetime) -> int:
    """Return how many calls that were answered in a period have no price."""
    query = select(func.count()).where(
        RatedCallRow.tenant_id == tenant_id,
        RatedCallRow.answered >= since,
        RatedCallRow.answered < until,
        RatedCallRow.currency == "",
    )
    return (await session.scalar(query)) or 0


async def account_sums(session: AsyncSession, tenant_id: str, account: str) -> Mapping[str, int]:
    """Return the sum of an account by currency."""
    query = select(LedgerEntryRow.currency, func.sum(LedgerEntryRow.amount)).where(
        LedgerEntryRow.tenant_id == tenant_id, LedgerEntryRow.account == account
    )
    return {
        currency: int(amount) for currency, amount in await session.execute(query.group_by(LedgerEntryRow.currency))
    }


async def named_payments(session: AsyncSession, tenant_id: str) -> Mapping[str, int]:
    """Return what was paid, less refunds, by payments that name an invoice."""
    query = select(LedgerEntryRow.invoice, func.sum(LedgerEntryRow.amount)).where(
        LedgerEntryRow.tenant_id == tenant_id, LedgerEntryRow.account == "payments", LedgerEntryRow.invoice != ""
    )
    return {number: int(amount) for number, amount in await session.execute(query.group_by(LedgerEntryRow.invoice))}


def _open(keys: Keys, seller_id: str, rows: Sequence[InvoiceRow]) -> Mapping[str, Document]:
    """Return the documents that are not erased, by number."""
    parts = _DOCUMENT.open(keys, seller_id, [(row.subject_id, row.number, row.sealed) for row in rows])
    return {
        row.number: _JSON.validate_json(part.document)
        for row, part in zip(rows, parts, strict=True)
        if not isinstance(part, Erased)
    }


def _to_invoice(row: InvoiceRow) -> Invoice:
    return Invoice(
        number=row.number,
        tenant_id=row.customer_id,
        month=row.month,
        currency=row.currency,
        position=row.position,
        cancels=row.cancels,
        partial=row.partial,
        issued=row.issued,
        due=row.due,
        net=row.net,
        tax=row.tax,
        total=row.total,
        calls=row.calls,
        moved=row.moved,
    )
