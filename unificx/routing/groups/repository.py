"""All SQL on ring groups, and sealing and opening of their destinations."""

from collections.abc import Iterable
from itertools import groupby
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.routing.groups.models import GroupPart, RingGroupMemberRow, RingGroupRow
from unificx.routing.groups.schemas import RingGroup, Steps, Strategy, is_outside
from unificx.routing.references import HANG_UP, DestinationRef

CODEC = SealedCodec(RingGroupRow, GroupPart)


async def all_groups(session: AsyncSession, keys: Keys) -> list[RingGroup]:
    """Return all groups of the installation, for the in-memory cache."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(RingGroupRow).order_by(RingGroupRow.id))).all()
    # scope: all tenants, because each group found above has its tenant.
    members = (await session.scalars(select(RingGroupMemberRow))).all()
    by_group: dict[str, list[RingGroupMemberRow]] = {}
    for one in members:
        by_group.setdefault(one.group_id, []).append(one)
    return [_to_group(keys, row, by_group.get(row.id, ())) for row in rows]


async def get_group(session: AsyncSession, keys: Keys, tenant_id: str, group_id: str) -> RingGroup | None:
    """Return a group, None if it does not exist."""
    own = (RingGroupRow.tenant_id == tenant_id, RingGroupRow.id == group_id)
    row = await session.scalar(select(RingGroupRow).where(*own))
    if row is None:
        return None
    members = (RingGroupMemberRow.tenant_id == tenant_id, RingGroupMemberRow.group_id == group_id)
    return _to_group(keys, row, (await session.scalars(select(RingGroupMemberRow).where(*members))).all())


async def insert_group(session: AsyncSession, keys: Keys, group: RingGroup) -> None:
    values = {"id": group.id, "tenant_id": group.tenant_id, "number": group.number, "created": group.created}
    await session.execute(insert(RingGroupRow).values(**values, subject_id=group.id, **_mutable_columns(keys, group)))
    await _insert_members(session, group)


async def update_group(session: AsyncSession, keys: Keys, group: RingGroup) -> None:
    own = (RingGroupRow.tenant_id == group.tenant_id, RingGroupRow.id == group.id)
    await session.execute(update(RingGroupRow).where(*own).values(**_mutable_columns(keys, group)))
    await _delete_members(session, group.tenant_id, group.id)
    await _insert_members(session, group)


async def delete_group(session: AsyncSession, tenant_id: str, group_id: str) -> None:
    await _delete_members(session, tenant_id, group_id)
    own = (RingGroupRow.tenant_id == tenant_id, RingGroupRow.id == group_id)
    await session.execute(delete(RingGroupRow).where(*own))


async def delete_tenant_groups(session: AsyncSession, tenant_id: str) -> None:
    for row in (RingGroupMemberRow, RingGroupRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


async def delete_member(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Remove an extension from all groups."""
    own = (RingGroupMemberRow.tenant_id == tenant_id, RingGroupMemberRow.extension_id == extension_id)
    await session.execute(delete(RingGroupMemberRow).where(*own))


async def _delete_members(session: AsyncSession, tenant_id: str, group_id: str) -> None:
    of_group = (RingGroupMemberRow.tenant_id == tenant_id, RingGroupMemberRow.group_id == group_id)
    await session.execute(delete(RingGroupMemberRow).where(*of_group))


async def _insert_members(session: AsyncSession, group: RingGroup) -> None:
    rows = [
        {"group_id": group.id, "tenant_id": group.tenant_id, "extension_id": one, "step": step, "place": place}
        for step, members in enumerate(group.steps)
        for place, one in enumerate(members)
        if not is_outside(one)
    ]
    if rows:
        await session.execute(insert(RingGroupMemberRow), rows)


def _mutable_columns(keys: Keys, group: RingGroup) -> dict[str, object]:
    places = [(step, place, one) for step, members in enumerate(group.steps) for place, one in enumerate(members)]
    outside = [(str(step), str(place), one) for step, place, one in places if is_outside(one)]
    part = GroupPart(str(group.otherwise), tuple(outside))
    return {
        "name": group.name,
        "strategy": group.strategy,
        "ring_seconds": group.ring_seconds,
        "name_prefix": group.name_prefix,
        "sealed": CODEC.seal(keys, group.tenant_id, [(group.id, group.id, part)])[0],
    }


def _to_group(keys: Keys, row: RingGroupRow, members: Iterable[RingGroupMemberRow]) -> RingGroup:
    otherwise, places = HANG_UP, [(one.step, one.place, one.extension_id) for one in members]
    if row.sealed is not None:
        part = CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])[0]
        if not isinstance(part, Erased):
            otherwise = DestinationRef.parse(part.otherwise)
            places += [(int(step), int(place), number) for step, place, number in part.outside or ()]
    by_step = groupby(sorted(places), lambda one: one[0])
    steps: Steps = tuple(tuple(member for _, _, member in step) for _, step in by_step)
    return RingGroup(
        row.id,
        row.tenant_id,
        row.number,
        row.name,
        row.created,
        steps,
        cast("Strategy", row.strategy),
        row.ring_seconds,
        row.name_prefix,
        otherwise,
    )
