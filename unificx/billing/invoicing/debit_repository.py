"""All SQL on direct debits, and the end of what is stored about an invoice."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.invoicing.models import DirectDebitRow, InvoiceNoticeRow
from unificx.billing.invoicing.repository import Books
from unificx.billing.invoicing.schemas import DebitSequence, DirectDebit, DirectDebitFile
from unificx.db import owned_by

# ---- direct debits


async def insert_debits(session: AsyncSession, seller_id: str, debits: Sequence[DirectDebit]) -> None:
    await session.execute(
        insert(DirectDebitRow),
        [
            {
                "tenant_id": seller_id,
                "file_id": each.file,
                "number": each.number,
                "customer_id": each.tenant_id,
                "amount": each.amount,
                "day": each.day,
                "created": each.created,
                "sequence": each.sequence,
                "returned": False,
            }
            for each in debits
        ],
    )


async def collections(session: AsyncSession, books: Books) -> Mapping[str, DirectDebit]:
    """Return the direct debits of a tenant that were not returned, by the number of the invoice."""
    query = select(DirectDebitRow).where(
        DirectDebitRow.tenant_id == books.seller_id,
        DirectDebitRow.customer_id == books.tenant_id,
        DirectDebitRow.returned.is_(False),
    )
    rows = await session.scalars(query.order_by(DirectDebitRow.created))
    return {row.number: _to_debit(row) for row in rows}


async def return_debit(session: AsyncSession, books: Books, number: str) -> bool:
    """Mark the direct debits of an invoice as returned. Return whether there was one."""
    chosen = (
        DirectDebitRow.tenant_id == books.seller_id,
        DirectDebitRow.customer_id == books.tenant_id,
        DirectDebitRow.number == number,
        DirectDebitRow.returned.is_(False),
    )
    marked = update(DirectDebitRow).where(*chosen).values(returned=True).returning(DirectDebitRow.number)
    return bool((await session.scalars(marked)).all())


async def list_files(session: AsyncSession, seller_id: str, limit: int) -> list[DirectDebitFile]:
    """Return the newest files."""
    columns = DirectDebitRow.file_id, DirectDebitRow.day, DirectDebitRow.created
    query = select(*columns, func.count(), func.sum(DirectDebitRow.amount)).where(DirectDebitRow.tenant_id == seller_id)
    rows = await session.execute(query.group_by(*columns).order_by(DirectDebitRow.created.desc()).limit(limit))
    return [DirectDebitFile(file, day, created, count, int(total)) for file, day, created, count, total in rows]


async def debits_of_file(session: AsyncSession, seller_id: str, file_id: str) -> list[DirectDebit]:
    """Return the direct debits of a file, those that were returned too."""
    query = select(DirectDebitRow).where(DirectDebitRow.tenant_id == seller_id, DirectDebitRow.file_id == file_id)
    return [_to_debit(row) for row in await session.scalars(query.order_by(DirectDebitRow.number))]


def _to_debit(row: DirectDebitRow) -> DirectDebit:
    return DirectDebit(
        row.file_id, row.number, row.customer_id, row.amount, row.day, row.created, cast("DebitSequence", row.sequence)
    )


async def delete_of_invoices(session: AsyncSession, seller_id: str, numbers: Sequence[str]) -> None:
    """Delete what is stored about invoices whose period has ended."""
    for table in (DirectDebitRow, InvoiceNoticeRow):
        chosen = (owned_by(table.tenant_id, seller_id), table.number.in_(numbers))
        await session.execute(delete(table).where(*chosen))
