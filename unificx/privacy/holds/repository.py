"""All SQL of holds."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, delete, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Keys, SealedCodec, lock_scope
from unificx.privacy.holds.models import HeldObjectRow, HoldPart, HoldRow
from unificx.privacy.holds.schemas import HeldKind, Hold, HoldKind, HoldTarget, NewHold
from unificx.privacy.models import ErasureRow

_CODEC = SealedCodec(HoldRow, HoldPart)
_OBJECTS = cast("Table", HeldObjectRow.__table__)


def held(tenant_id: str, kind: HoldKind) -> Select[str]:
    """Select the ids of the objects under a hold."""
    return select(HeldObjectRow.object_id).where(HeldObjectRow.tenant_id == tenant_id, HeldObjectRow.kind == kind)


def free(row: type[Any], tenant_id: str) -> ColumnElement[bool]:
    """Return the condition that a row does not belong to an object under a hold. Its model has `HELD_AS`: the kind of
    object, and the column with its id."""
    kind, column = row.HELD_AS
    return row.__table__.c[column].not_in(held(tenant_id, kind))


async def lock_holds(session: AsyncSession, tenant_id: str) -> None:
    """Let no hold be placed or released before this transaction ends."""
    await lock_scope(session, "holds", tenant_id)


async def subjects_leaving(session: AsyncSession, tenant_id: str) -> Sequence[str]:
    """Return the subjects of a tenant whose erasure has begun, and has no receipt yet."""
    query = select(ErasureRow.subject_id).where(ErasureRow.tenant_id == tenant_id, ErasureRow.receipt.is_(None))
    return (await session.scalars(query)).all()


async def has_holds(session: AsyncSession, tenant_id: str) -> bool:
    """Whether objects of the tenant are under a hold."""
    return bool(await session.scalar(select(exists().where(HeldObjectRow.tenant_id == tenant_id))))


def add(session: AsyncSession, keys: Keys, tenant_id: str, ids: tuple[str, str, datetime], new: NewHold) -> None:
    """Store a hold; `ids` are its id, its subject and the time."""
    hold_id, subject, now = ids
    [sealed] = _CODEC.seal(keys, tenant_id, [(subject, hold_id, HoldPart(new.authority, new.reason))])
    session.add(
        HoldRow(
            id=hold_id,
            tenant_id=tenant_id,
            created=now,
            placed_by=new.by,
            request_id=new.request_id,
            review=new.review,
            released=None,
            released_by="",
            subject_id=subject,
            sealed=sealed,
        )
    )


async def add_objects(session: AsyncSession, tenant_id: str, hold_id: str, kind: HoldKind, ids: Select[str]) -> int:
    """Put the selected objects under a hold; return their number."""
    found = ids.subquery()
    names = ["hold_id", "tenant_id", "kind", "object_id"]
    chosen = select(literal(hold_id), literal(tenant_id), literal(kind), found.c[0]).distinct()
    await session.execute(_OBJECTS.insert().from_select(names, chosen))
    of_hold = (HeldObjectRow.tenant_id == tenant_id, HeldObjectRow.hold_id == hold_id, HeldObjectRow.kind == kind)
    return await session.scalar(select(func.count()).select_from(HeldObjectRow).where(*of_hold)) or 0


async def load(session: AsyncSession, keys: Keys, tenant_id: str, today: date, hold_id: str = "") -> list[Hold]:
    """Return the holds of a tenant, the latest first; only one of them if an id is given."""
    query = select(HoldRow).where(HoldRow.tenant_id == tenant_id).order_by(HoldRow.created.desc(), HoldRow.id.desc())
    grouped = select(HeldObjectRow.hold_id, HeldObjectRow.kind, func.count()).where(
        HeldObjectRow.tenant_id == tenant_id
    )
    if hold_id:
        query, grouped = query.where(HoldRow.id == hold_id), grouped.where(HeldObjectRow.hold_id == hold_id)
    rows = (await session.scalars(query)).all()
    counts: dict[str, dict[HoldKind, int]] = {}
    for of_hold, kind, count in await session.execute(grouped.group_by(HeldObjectRow.hold_id, HeldObjectRow.kind)):
        counts.setdefault(of_hold, {})[cast("HoldKind", kind)] = count
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = _CODEC.open_by_row(keys, tenant_id, sealed)
    found: list[Hold] = []
    for row in rows:
        part = parts.get(row.id)
        texts = (part.authority, part.reason) if isinstance(part, HoldPart) else ("", "")
        overdue = row.released is None and row.review < today
        times = (row.created, row.placed_by, row.review, row.released, row.released_by)
        found.append(Hold(row.id, *times, counts.get(row.id, {}), overdue, row.request_id, *texts))
    return found


async def objects_of(session: AsyncSession, tenant_id: str, hold_id: str) -> list[tuple[HoldKind, str]]:
    """Return kind and id of the objects under a hold, in order."""
    query = select(HeldObjectRow.kind, HeldObjectRow.object_id).where(
        HeldObjectRow.tenant_id == tenant_id, HeldObjectRow.hold_id == hold_id
    )
    rows = await session.execute(query.order_by(HeldObjectRow.kind, HeldObjectRow.object_id))
    return [(cast("HoldKind", row[0]), row[1]) for row in rows]


async def find(session: AsyncSession, tenant_id: str, hold_id: str) -> HoldRow | None:
    return await session.scalar(select(HoldRow).where(HoldRow.tenant_id == tenant_id, HoldRow.id == hold_id))


async def release(session: AsyncSession, tenant_id: str, hold_id: str, now: datetime, by: str) -> None:
    """Delete the objects, authority and reason of a hold."""
    await session.execute(
        delete(HeldObjectRow).where(HeldObjectRow.tenant_id == tenant_id, HeldObjectRow.hold_id == hold_id)
    )
    chosen = (HoldRow.tenant_id == tenant_id, HoldRow.id == hold_id)
    await session.execute(update(HoldRow).where(*chosen).values(released=now, released_by=by, sealed=None))


async def of_subject(
    session: AsyncSession, targets: Sequence[HoldTarget], tenant_id: str, subject: str
) -> list[HeldKind]:
    """Return the objects under a hold in which a subject takes part."""
    found: list[HeldKind] = []
    for target in targets:
        query = select(func.count(HeldObjectRow.object_id.distinct()), func.max(HoldRow.review)).join(
            HoldRow, HoldRow.id == HeldObjectRow.hold_id
        )
        taken = HeldObjectRow.object_id.in_(target.of_subject(tenant_id, subject))
        chosen = (HeldObjectRow.tenant_id == tenant_id, HeldObjectRow.kind == target.kind, taken)
        count, review = (await session.execute(query.where(*chosen))).one()
        if count:
            found.append(HeldKind(target.kind, count, review))
    return found


async def count_overdue(session: AsyncSession, today: date) -> int:
    """Return the number of holds in force whose review date has passed."""
    # scope: all tenants, because the alarm is one of the installation
    query = select(func.count()).select_from(HoldRow).where(HoldRow.released.is_(None), HoldRow.review < today)
    return await session.scalar(query) or 0


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (HeldObjectRow, HoldRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))
