"""All SQL on invoices and reminders that are sent by e-mail."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.invoicing.models import BillingDetailsRow, InvoiceNoticeRow, InvoiceRow
from unificx.billing.invoicing.repository import Books

OF_INVOICE = (InvoiceRow.tenant_id == InvoiceNoticeRow.tenant_id) & (InvoiceRow.number == InvoiceNoticeRow.number)
"""Joins notices with their invoices."""


async def add_waiting(session: AsyncSession, seller_id: str, number: str) -> None:
    """Let an invoice wait for its e-mail. Call it in the transaction that issues the invoice."""
    await session.execute(insert(InvoiceNoticeRow).values(tenant_id=seller_id, number=number, level=0, at=None))


async def waiting(
    session: AsyncSession, seller_id: str, limit: int, issued_before: date | None = None
) -> Sequence[tuple[str, str]]:
    """Return billed tenant and number of the oldest invoices that were not sent, of those issued before a day if one is
    given."""
    query = (
        select(InvoiceRow.customer_id, InvoiceRow.number)
        .join(InvoiceNoticeRow, OF_INVOICE)
        .where(InvoiceRow.tenant_id == seller_id, InvoiceNoticeRow.level == 0, InvoiceNoticeRow.at.is_(None))
    )
    if issued_before is not None:
        query = query.where(InvoiceRow.issued < issued_before)
    rows = await session.execute(query.order_by(InvoiceRow.issued, InvoiceRow.number).limit(limit))
    return [(tenant_id, number) for tenant_id, number in rows]


async def late_customers(session: AsyncSession, seller_id: str, due_before: date) -> Sequence[str]:
    """Return the tenants with invoices that were sent and were due before a day."""
    query = (
        select(InvoiceRow.customer_id)
        .distinct()
        .join(InvoiceNoticeRow, OF_INVOICE)
        .where(
            InvoiceRow.tenant_id == seller_id,
            InvoiceRow.due < due_before,
            InvoiceRow.cancels == "",
            InvoiceNoticeRow.level == 0,
            InvoiceNoticeRow.at.is_not(None),
        )
    )
    return (await session.scalars(query)).all()


async def mark_sent(session: AsyncSession, seller_id: str, number: str, level: int, at: datetime) -> bool:
    """Store that an invoice (level 0) or a reminder of it was sent. Return False if it was sent before."""
    chosen = (
        InvoiceNoticeRow.tenant_id == seller_id,
        InvoiceNoticeRow.number == number,
        InvoiceNoticeRow.level == level,
    )
    if level == 0:
        marked = update(InvoiceNoticeRow).where(*chosen, InvoiceNoticeRow.at.is_(None)).values(at=at)
        return bool((await session.scalars(marked.returning(InvoiceNoticeRow.number))).all())
    if await session.scalar(select(InvoiceNoticeRow.number).where(*chosen)) is not None:
        return False
    await session.execute(insert(InvoiceNoticeRow).values(tenant_id=seller_id, number=number, level=level, at=at))
    return True


async def wait_again(session: AsyncSession, seller_id: str, number: str) -> None:
    """Let an invoice wait for its e-mail once more."""
    await session.execute(
        delete(InvoiceNoticeRow).where(
            InvoiceNoticeRow.tenant_id == seller_id, InvoiceNoticeRow.number == number, InvoiceNoticeRow.level == 0
        )
    )
    await add_waiting(session, seller_id, number)


async def sent(session: AsyncSession, books: Books) -> Mapping[tuple[str, int], datetime]:
    """Return when the invoices and reminders of a tenant were sent, by number and level."""
    query = (
        select(InvoiceNoticeRow)
        .join(InvoiceRow, OF_INVOICE)
        .where(InvoiceNoticeRow.tenant_id == books.seller_id, InvoiceRow.customer_id == books.tenant_id)
    )
    rows = await session.scalars(query.where(InvoiceNoticeRow.at.is_not(None)))
    return {(row.number, row.level): row.at for row in rows if row.at is not None}


async def subject_of_details(session: AsyncSession, tenant_id: str) -> str | None:
    """Return the subject id of the billing details of a tenant."""
    return await session.scalar(select(BillingDetailsRow.subject_id).where(BillingDetailsRow.tenant_id == tenant_id))
