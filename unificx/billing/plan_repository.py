"""All SQL on plans, their assignment to tenants, and the numbers of extensions by day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Table, case, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.models import ChargedCountRow, PlanAssignmentRow, PlanRow, PlanTermsRow
from unificx.billing.schemas import Assignment, DayCount, Plan, PlanTerms
from unificx.db import insert_into

_COUNT = cast("Table", ChargedCountRow.__table__)


async def insert_plan(session: AsyncSession, plan: Plan) -> None:
    """Insert a plan with its terms."""
    row = PlanRow(
        id=plan.id,
        name=plan.name,
        currency=plan.currency,
        created=plan.created,
        archived=plan.archived,
        trial_days=plan.trial_days,
        sign_up=plan.sign_up,
    )
    session.add(row)
    await session.flush()
    await replace_terms(session, plan)


async def update_plan(session: AsyncSession, plan: Plan) -> None:
    """Store another name, state or trial of a plan."""
    values = {"name": plan.name, "archived": plan.archived, "trial_days": plan.trial_days, "sign_up": plan.sign_up}
    await session.execute(update(PlanRow).where(PlanRow.id == plan.id).values(**values))


async def withdraw_from_sign_up(session: AsyncSession, but: str) -> None:
    """Let organisations that sign up get no other plan than this one."""
    await session.execute(update(PlanRow).where(PlanRow.id != but).values(sign_up=False))


async def replace_terms(session: AsyncSession, plan: Plan) -> None:
    """Store the terms of a plan in place of those that it had."""
    await session.execute(delete(PlanTermsRow).where(PlanTermsRow.plan_id == plan.id))
    session.add_all(
        PlanTermsRow(
            plan_id=plan.id,
            since=each.since,
            price=each.price,
            extension_price=each.extension_price,
            number_price=each.number_price,
            included=_to_text(each.included),
            storage_price=each.storage_price,
            storage_gb=each.storage_gb,
            extension_storage_gb=each.extension_storage_gb,
        )
        for each in plan.terms
    )
    await session.flush()


async def delete_plan(session: AsyncSession, plan_id: str) -> None:
    await session.execute(delete(PlanTermsRow).where(PlanTermsRow.plan_id == plan_id))
    await session.execute(delete(PlanRow).where(PlanRow.id == plan_id))


async def list_plans(session: AsyncSession) -> list[Plan]:
    """Return all plans by name."""
    terms: dict[str, list[PlanTerms]] = {}
    for row in await session.scalars(select(PlanTermsRow).order_by(PlanTermsRow.plan_id, PlanTermsRow.since)):
        terms.setdefault(row.plan_id, []).append(
            PlanTerms(
                row.since,
                row.price,
                row.extension_price,
                row.number_price,
                _to_included(row.included),
                row.storage_price,
                row.storage_gb,
                row.extension_storage_gb,
            )
        )
    return [
        Plan(
            row.id,
            row.name,
            row.currency,
            row.created,
            row.archived,
            tuple(terms.get(row.id, ())),
            row.trial_days,
            row.sign_up,
        )
        for row in await session.scalars(select(PlanRow).order_by(PlanRow.name))
    ]


# ---- assignments


async def is_assigned(session: AsyncSession, plan_id: str) -> bool:
    """Return whether a plan is or was assigned to a tenant."""
    # scope: all tenants, because a plan is sold to all of them
    query = select(exists().where(PlanAssignmentRow.plan_id == plan_id))
    return bool(await session.scalar(query))


async def count_tenants(session: AsyncSession, day: date) -> Mapping[str, int]:
    """Return how many tenants have each plan on a day."""
    # scope: all tenants, because the operator sees how many have a plan
    latest = (
        select(PlanAssignmentRow.tenant_id, func.max(PlanAssignmentRow.since).label("since"))
        .where(PlanAssignmentRow.since <= day)
        .group_by(PlanAssignmentRow.tenant_id)
        .subquery()
    )
    # scope: all tenants, because the operator sees how many have a plan
    query = select(PlanAssignmentRow.plan_id, func.count()).join(
        latest,
        (PlanAssignmentRow.tenant_id == latest.c.tenant_id) & (PlanAssignmentRow.since == latest.c.since),
    )
    rows = await session.execute(query.group_by(PlanAssignmentRow.plan_id))
    return {plan_id: count for plan_id, count in rows if plan_id is not None}


async def present_plans(session: AsyncSession, tenant_ids: Sequence[str], day: date) -> Mapping[str, str]:
    """Return the ids of the plans that tenants have on a day, by tenant; those without one are absent."""
    found: dict[str, str | None] = {}
    query = select(PlanAssignmentRow).where(PlanAssignmentRow.tenant_id.in_(tenant_ids), PlanAssignmentRow.since <= day)
    for row in await session.scalars(query.order_by(PlanAssignmentRow.since)):
        found[row.tenant_id] = row.plan_id
    return {tenant_id: plan_id for tenant_id, plan_id in found.items() if plan_id is not None}


async def list_assignments(session: AsyncSession, tenant_id: str) -> list[Assignment]:
    """Return the assignments of a tenant in the order of their days."""
    query = select(PlanAssignmentRow).where(PlanAssignmentRow.tenant_id == tenant_id)
    return [
        Assignment(row.since, row.plan_id) for row in await session.scalars(query.order_by(PlanAssignmentRow.since))
    ]


async def assign(session: AsyncSession, tenant_id: str, assignment: Assignment) -> None:
    """Store an assignment, in place of another one from the same day."""
    same = (PlanAssignmentRow.tenant_id == tenant_id, PlanAssignmentRow.since == assignment.since)
    await session.execute(delete(PlanAssignmentRow).where(*same))
    session.add(PlanAssignmentRow(tenant_id=tenant_id, since=assignment.since, plan_id=assignment.plan_id))
    await session.flush()


# ---- numbers of extensions


async def raise_counts(session: AsyncSession, counts: Mapping[str, DayCount]) -> None:
    """Store the counts of tenants, where they are greater than those of the same day."""
    if not counts:
        return
    connection = await session.connection()
    insert = insert_into(_COUNT, connection.dialect.name)
    greatest = {
        name: case((insert.excluded[name] > _COUNT.c[name], insert.excluded[name]), else_=_COUNT.c[name])
        for name in ("extensions", "numbers")
    }
    statement = insert.on_conflict_do_update(index_elements=["tenant_id", "day"], set_=greatest)
    rows = [
        {"tenant_id": tenant_id, "day": each.day, "extensions": each.extensions, "numbers": each.numbers}
        for tenant_id, each in counts.items()
    ]
    await connection.execute(statement, rows)


async def counts_between(session: AsyncSession, tenant_id: str, since: date, until: date) -> Sequence[DayCount]:
    """Return the counts of days, and the last one before them, in order."""
    own = ChargedCountRow.tenant_id == tenant_id
    before = select(func.max(ChargedCountRow.day)).where(own, ChargedCountRow.day <= since).scalar_subquery()
    query = select(ChargedCountRow).where(
        own, ChargedCountRow.day >= func.coalesce(before, since), ChargedCountRow.day < until
    )
    rows = await session.scalars(query.order_by(ChargedCountRow.day))
    return [DayCount(row.day, row.extensions, row.numbers) for row in rows]


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (PlanAssignmentRow, ChargedCountRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


def _to_text(included: Mapping[str, int]) -> str:
    return ",".join(f"{group}={minutes}" for group, minutes in sorted(included.items()))


def _to_included(text: str) -> dict[str, int]:
    pairs = (each.split("=") for each in text.split(",") if each)
    return {group: int(minutes) for group, minutes in pairs}
