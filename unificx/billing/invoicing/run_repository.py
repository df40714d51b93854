"""All SQL on runs of invoices and their outcomes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.invoicing.models import InvoiceRunOutcomeRow, InvoiceRunRow
from unificx.billing.invoicing.schemas import InvoiceRun, Issue, RunOutcome, RunOutcomeState

_ISSUES = TypeAdapter(tuple[Issue, ...])


def _of(table: type[InvoiceRunRow] | type[InvoiceRunOutcomeRow], run: tuple[date, bool]) -> tuple[Any, ...]:
    return table.month == run[0], table.dry_run.is_(run[1])


async def begin(
    session: AsyncSession, seller_id: str, run: tuple[date, bool], now: datetime, tenants: Sequence[str]
) -> None:
    """Let all tenants wait for a run (month, whether it is dry), in place of its outcomes so far."""
    await session.execute(
        delete(InvoiceRunOutcomeRow).where(InvoiceRunOutcomeRow.tenant_id == seller_id, *_of(InvoiceRunOutcomeRow, run))
    )
    await session.execute(delete(InvoiceRunRow).where(InvoiceRunRow.tenant_id == seller_id, *_of(InvoiceRunRow, run)))
    of_run = {"tenant_id": seller_id, "month": run[0], "dry_run": run[1]}
    await session.execute(insert(InvoiceRunRow).values(**of_run, started=now, finished=None))
    rows = [
        {**of_run, "customer_id": each, "state": "waiting", "problem": "", "issues": "[]", "invoices": 0, "unrated": 0}
        for each in tenants
    ]
    if rows:
        await session.execute(insert(InvoiceRunOutcomeRow), rows)


async def delete_before(session: AsyncSession, seller_id: str, month: date) -> None:
    """Delete the runs of the months before one. Their invoices stay."""
    for table in (InvoiceRunOutcomeRow, InvoiceRunRow):
        await session.execute(delete(table).where(table.tenant_id == seller_id, table.month < month))


async def find(session: AsyncSession, seller_id: str, run: tuple[date, bool]) -> InvoiceRun | None:
    found = await _runs(session, seller_id, InvoiceRunRow.month == run[0], InvoiceRunRow.dry_run.is_(run[1]), limit=1)
    return found[0] if found else None


async def list_runs(session: AsyncSession, seller_id: str, limit: int) -> Sequence[InvoiceRun]:
    """Return the runs that issue, of the last months, newest first."""
    return await _runs(session, seller_id, InvoiceRunRow.dry_run.is_(False), limit=limit)


async def _runs(session: AsyncSession, seller_id: str, *conditions: Any, limit: int) -> Sequence[InvoiceRun]:
    same = (
        (InvoiceRunOutcomeRow.tenant_id == InvoiceRunRow.tenant_id)
        & (InvoiceRunOutcomeRow.month == InvoiceRunRow.month)
        & (InvoiceRunOutcomeRow.dry_run == InvoiceRunRow.dry_run)
    )
    query = (
        select(
            InvoiceRunRow.month,
            InvoiceRunRow.dry_run,
            InvoiceRunRow.started,
            InvoiceRunRow.finished,
            func.count(InvoiceRunOutcomeRow.customer_id),
            func.coalesce(func.sum(case((InvoiceRunOutcomeRow.state.in_(("done", "refused")), 1), else_=0)), 0),
            func.coalesce(func.sum(case((InvoiceRunOutcomeRow.state == "refused", 1), else_=0)), 0),
            func.coalesce(func.sum(InvoiceRunOutcomeRow.invoices), 0),
            func.coalesce(func.sum(InvoiceRunOutcomeRow.unrated), 0),
        )
        .outerjoin(InvoiceRunOutcomeRow, same)
        .where(InvoiceRunRow.tenant_id == seller_id, *conditions)
        .group_by(InvoiceRunRow.month, InvoiceRunRow.dry_run, InvoiceRunRow.started, InvoiceRunRow.finished)
        .order_by(InvoiceRunRow.month.desc())
        .limit(limit)
    )
    found: list[InvoiceRun] = []
    for month, dry_run, started, finished, total, *sums in await session.execute(query):
        found.append(InvoiceRun(month, bool(dry_run), started, finished, total, *map(int, sums)))
    return found


async def next_waiting(session: AsyncSession, seller_id: str) -> tuple[tuple[date, bool], str] | None:
    """Return a run and a tenant that waits for it."""
    query = select(InvoiceRunOutcomeRow.month, InvoiceRunOutcomeRow.dry_run, InvoiceRunOutcomeRow.customer_id).where(
        InvoiceRunOutcomeRow.tenant_id == seller_id, InvoiceRunOutcomeRow.state == "waiting"
    )
    order = InvoiceRunOutcomeRow.month, InvoiceRunOutcomeRow.dry_run, InvoiceRunOutcomeRow.customer_id
    row = (await session.execute(query.order_by(*order).limit(1))).first()
    return None if row is None else ((row.month, bool(row.dry_run)), row.customer_id)


async def save(session: AsyncSession, seller_id: str, run: tuple[date, bool], outcome: RunOutcome) -> None:
    """Store what a run has led to for a tenant."""
    chosen = (
        InvoiceRunOutcomeRow.tenant_id == seller_id,
        *_of(InvoiceRunOutcomeRow, run),
        InvoiceRunOutcomeRow.customer_id == outcome.tenant_id,
    )
    values = {
        "state": outcome.state,
        "problem": outcome.problem,
        "issues": _ISSUES.dump_json(tuple(outcome.issues)).decode(),
        "invoices": sum(each.result != "exists" for each in outcome.issues),
        "unrated": outcome.unrated,
    }
    await session.execute(update(InvoiceRunOutcomeRow).where(*chosen).values(**values))


async def finish(session: AsyncSession, seller_id: str, now: datetime) -> None:
    """Mark the runs as finished for which no tenant waits."""
    waits = (
        select(InvoiceRunOutcomeRow.customer_id)
        .where(
            InvoiceRunOutcomeRow.tenant_id == seller_id,
            InvoiceRunOutcomeRow.month == InvoiceRunRow.month,
            InvoiceRunOutcomeRow.dry_run == InvoiceRunRow.dry_run,
            InvoiceRunOutcomeRow.state == "waiting",
        )
        .exists()
    )
    chosen = (InvoiceRunRow.tenant_id == seller_id, InvoiceRunRow.finished.is_(None), ~waits)
    await session.execute(update(InvoiceRunRow).where(*chosen).values(finished=now))


async def outcomes(
    session: AsyncSession, seller_id: str, run: tuple[date, bool], after: str, limit: int
) -> list[RunOutcome]:
    """Return outcomes in the order of tenants, behind one, without tenants that had nothing to invoice."""
    query = select(InvoiceRunOutcomeRow).where(
        InvoiceRunOutcomeRow.tenant_id == seller_id,
        *_of(InvoiceRunOutcomeRow, run),
        InvoiceRunOutcomeRow.customer_id > after,
        (InvoiceRunOutcomeRow.state == "refused")
        | (InvoiceRunOutcomeRow.issues != "[]")
        | (InvoiceRunOutcomeRow.unrated > 0),
    )
    rows = await session.scalars(query.order_by(InvoiceRunOutcomeRow.customer_id).limit(limit))
    return [
        RunOutcome(
            row.customer_id,
            cast("RunOutcomeState", row.state),
            row.problem,
            _ISSUES.validate_json(row.issues),
            row.unrated,
        )
        for row in rows
    ]
