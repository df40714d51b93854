"""All SQL on rated calls and the ledger."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.machine.ledger import Transaction
from unificx.billing.models import LedgerEntryRow, RatedCallRow
from unificx.billing.schemas import CallSum, Payment, RatedCall, Usage
from unificx.db import Reader, insert_new, one_of, owned_by
from unificx.db.pagination import Page, PageByTime

_CALL = cast("Table", RatedCallRow.__table__)
_ENTRY = cast("Table", LedgerEntryRow.__table__)
_KEYS = {"extension": RatedCallRow.extension_id, "country": RatedCallRow.country}


async def insert_call(session: AsyncSession, call: RatedCall) -> bool:
    """Insert a rated call; False if it is there already."""
    return await insert_new(session, _CALL, asdict(call)) == 1


async def update_price(session: AsyncSession, call: RatedCall) -> None:
    """Store another price of a call."""
    await session.execute(
        update(RatedCallRow)
        .where(RatedCallRow.tenant_id == call.tenant_id, RatedCallRow.id == call.id)
        .values(
            deck_id=call.deck_id,
            prefix=call.prefix,
            group=call.group,
            billed_seconds=call.billed_seconds,
            covered_seconds=call.covered_seconds,
            currency=call.currency,
            amount=call.amount,
            revision=call.revision,
        )
    )


async def calls_between(
    session: AsyncSession,
    tenant_id: str,
    since: datetime,
    until: datetime,
    *,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[RatedCall]:
    """Return calls answered in a period, in order, behind `after`."""
    query = select(_CALL).where(RatedCallRow.tenant_id == tenant_id, RatedCallRow.answered < until)
    query = query.where(_behind(since, after))
    rows = await session.execute(query.order_by(RatedCallRow.answered, RatedCallRow.id).limit(limit))
    return [RatedCall(**row._mapping) for row in rows]


_LEGS = (
    select(_CALL)
    .where(RatedCallRow.tenant_id == bindparam("tenant_id"), one_of(RatedCallRow.call_id, bindparam("calls")))
    .order_by(RatedCallRow.id)
)
"""Built once: each page of calls reads it."""


async def rated_legs(reader: Reader, tenant_id: str, call_ids: Sequence[str]) -> list[RatedCall]:
    """Return the billed parts of calls."""
    if not call_ids:
        return []
    rows = await reader.execute(_LEGS, {"tenant_id": tenant_id, "calls": call_ids})
    return [RatedCall(**row._mapping) for row in rows]


async def usage(
    session: AsyncSession, tenant_id: str, since: datetime, until: datetime, by: Literal["extension", "country"]
) -> list[Usage]:
    """Add up the calls answered in a period."""
    key = _KEYS[by]
    totals = (
        func.count(),
        func.sum(RatedCallRow.seconds),
        func.sum(RatedCallRow.billed_seconds),
        func.sum(RatedCallRow.covered_seconds),
        func.sum(RatedCallRow.amount),
        func.sum(case((RatedCallRow.prefix == "", 1), else_=0)),
    )
    query = select(key, RatedCallRow.currency, *totals).where(
        RatedCallRow.tenant_id == tenant_id, RatedCallRow.answered >= since, RatedCallRow.answered < until
    )
    rows = await session.execute(query.group_by(key, RatedCallRow.currency).order_by(key, RatedCallRow.currency))
    return [Usage(name, currency, *(int(value) for value in values)) for name, currency, *values in rows]


async def sum_calls(
    session: AsyncSession, tenant_id: str, since: datetime, until: datetime, after: tuple[datetime, str] | None = None
) -> list[CallSum]:
    """Add up the calls answered in a period, behind `after`, by group of rates, country and currency."""
    key = RatedCallRow.group, RatedCallRow.country, RatedCallRow.currency
    paid = func.sum(RatedCallRow.billed_seconds - RatedCallRow.covered_seconds)
    query = select(*key, func.count(), paid, func.sum(RatedCallRow.amount)).where(
        RatedCallRow.tenant_id == tenant_id, RatedCallRow.answered < until, _behind(since, after)
    )
    rows = await session.execute(query.group_by(*key))
    return [
        CallSum(group, country, currency, *(int(value) for value in values))
        for group, country, currency, *values in rows
    ]


def ended_calls(tenant_id: str) -> Select[str, datetime]:
    """Rated calls, since their answer."""
    present = RatedCallRow.tenant_id == tenant_id
    return select(RatedCallRow.id, RatedCallRow.answered.label("at")).where(present)


async def delete_calls(session: AsyncSession, tenant_id: str, ids: Sequence[str]) -> None:
    chosen = (owned_by(RatedCallRow.tenant_id, tenant_id), RatedCallRow.id.in_(ids))
    await session.execute(delete(RatedCallRow).where(*chosen))


async def replace_extension(session: AsyncSession, tenant_id: str, extension_id: str, replacement: str) -> None:
    """Replace the id of an extension in its calls."""
    of_extension = (RatedCallRow.tenant_id == tenant_id, RatedCallRow.extension_id == extension_id)
    await session.execute(update(RatedCallRow).where(*of_extension).values(extension_id=replacement))


# ---- ledger


async def post(session: AsyncSession, tenant_id: str, transaction: Transaction, at: datetime) -> bool:
    """Post a transaction; False if one with its reference is there already."""
    rows = [
        {
            "tenant_id": tenant_id,
            "reference": transaction.reference,
            "account": each.account,
            "kind": transaction.kind,
            "currency": transaction.currency,
            "amount": each.amount,
            "at": at,
            "invoice": transaction.pays,
        }
        for each in transaction.postings
    ]
    return await insert_new(session, _ENTRY, *rows) == len(rows)


async def balances(session: AsyncSession, tenant_id: str) -> dict[tuple[str, str], int]:
    """Return the sum of each account and currency."""
    query = select(LedgerEntryRow.account, LedgerEntryRow.currency, func.sum(LedgerEntryRow.amount)).where(
        LedgerEntryRow.tenant_id == tenant_id
    )
    rows = await session.execute(query.group_by(LedgerEntryRow.account, LedgerEntryRow.currency))
    return {(account, currency): int(amount) for account, currency, amount in rows}


async def get_payment(session: AsyncSession, tenant_id: str, key: str) -> Payment | None:
    """Return the payment that was posted under this reference of the ledger."""
    row = await session.scalar(_payments(tenant_id).where(LedgerEntryRow.reference == key))
    return None if row is None else _to_payment(row)


async def sum_of_refunds(session: AsyncSession, tenant_id: str, prefix: str) -> int:
    """Return what was refunded under references of the ledger that begin so, as a positive amount."""
    query = select(func.sum(LedgerEntryRow.amount)).where(
        LedgerEntryRow.tenant_id == tenant_id,
        LedgerEntryRow.account == "payments",
        _begins_with(prefix),
    )
    return -int(await session.scalar(query) or 0)


async def list_payments(session: AsyncSession, tenant_id: str, page: PageByTime, prefix: str = "") -> Page[Payment]:
    """Return a page of payments and refunds, newest first: those whose references of the ledger begin so."""
    wanted = _payments(tenant_id).where(_begins_with(prefix))
    query = page.apply(wanted, LedgerEntryRow.at, LedgerEntryRow.reference)
    found = page.of_rows((await session.scalars(query)).all(), lambda row: (row.at, row.reference))
    return Page(tuple(map(_to_payment, found.items)), found.next)


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (LedgerEntryRow, RatedCallRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


def _behind(since: datetime, after: tuple[datetime, str] | None) -> ColumnElement[bool]:
    """Calls answered since a time, behind the one with this answer and id."""
    if after is None:
        return RatedCallRow.answered >= since
    moment, call_id = after
    later = and_(RatedCallRow.answered == moment, RatedCallRow.id > call_id)
    return and_(RatedCallRow.answered >= moment, or_(RatedCallRow.answered > moment, later))


def _begins_with(prefix: str) -> ColumnElement[bool]:
    """References of the ledger that begin so. Not by LIKE, for which upper and lower case are the same on SQLite."""
    return func.substr(LedgerEntryRow.reference, 1, len(prefix)) == prefix


def _payments(tenant_id: str) -> Select[LedgerEntryRow]:
    return select(LedgerEntryRow).where(LedgerEntryRow.tenant_id == tenant_id, LedgerEntryRow.account == "payments")


def _to_payment(row: LedgerEntryRow) -> Payment:
    _, *references = row.reference.split(":")
    return Payment(
        reference=references[-1],
        refund_of=references[0] if len(references) > 1 else "",
        currency=row.currency,
        amount=row.amount,
        at=row.at,
        invoice=row.invoice,
    )
