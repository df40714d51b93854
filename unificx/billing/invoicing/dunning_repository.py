"""All SQL on the steps that follow the last reminder of an invoice."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.invoicing.models import BillingDetailsRow, InvoiceNoticeRow, InvoiceRow
from unificx.billing.invoicing.notice_repository import OF_INVOICE
from unificx.billing.invoicing.repository import Books
from unificx.billing.machine.dunning import ANNOUNCED, LAST_REMINDER


async def stop_days(session: AsyncSession, seller_id: str) -> int:
    """Return after how many days from the announcement on calls outside end, 0 for never."""
    query = select(BillingDetailsRow.stop_days).where(BillingDetailsRow.tenant_id == seller_id)
    return await session.scalar(query) or 0


async def announced(session: AsyncSession, books: Books) -> Mapping[str, date]:
    """Return the announced ends of calls outside, by the number of the invoice; none if the seller has none."""
    if not await stop_days(session, books.seller_id):
        return {}
    query = (
        select(InvoiceNoticeRow.number, InvoiceNoticeRow.calls_end)
        .join(InvoiceRow, OF_INVOICE)
        .where(InvoiceNoticeRow.tenant_id == books.seller_id, InvoiceRow.customer_id == books.tenant_id)
    )
    rows = await session.execute(query.where(InvoiceNoticeRow.level == ANNOUNCED))
    return {number: calls_end for number, calls_end in rows if calls_end is not None}


async def customers(session: AsyncSession, seller_id: str, level: int) -> Sequence[str]:
    """Return the tenants with invoices about which a notice of this level was sent."""
    query = (
        select(InvoiceRow.customer_id)
        .distinct()
        .join(InvoiceNoticeRow, OF_INVOICE)
        .where(InvoiceRow.tenant_id == seller_id, InvoiceNoticeRow.level == level)
    )
    return (await session.scalars(query)).all()


async def add_step(
    session: AsyncSession, seller_id: str, number: str, *, level: int, at: datetime, calls_end: date
) -> None:
    """Store that a step was notified. The primary key prevents a second one."""
    values = {"tenant_id": seller_id, "number": number, "level": level, "at": at, "calls_end": calls_end}
    await session.execute(insert(InvoiceNoticeRow).values(**values))


async def delete_steps(session: AsyncSession, seller_id: str, numbers: Collection[str]) -> None:
    """Delete the steps of invoices, not their reminders."""
    chosen = (InvoiceNoticeRow.tenant_id == seller_id, InvoiceNoticeRow.number.in_(numbers))
    await session.execute(delete(InvoiceNoticeRow).where(*chosen, InvoiceNoticeRow.level > LAST_REMINDER))


async def delete_all_steps(session: AsyncSession, seller_id: str) -> None:
    """Delete the steps of all invoices of a seller."""
    chosen = (InvoiceNoticeRow.tenant_id == seller_id, InvoiceNoticeRow.level > LAST_REMINDER)
    await session.execute(delete(InvoiceNoticeRow).where(*chosen))
