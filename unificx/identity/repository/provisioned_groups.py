"""Queries for groups of identity providers."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.identity.models import PersonRow
from unificx.identity.role_models import ProvisionedGroupRow, ProvisionedMemberRow, name_key
from unificx.identity.role_schemas import ProvisionedGroup


async def groups(session: AsyncSession, tenant_id: str, *conditions: ColumnElement[bool]) -> list[ProvisionedGroup]:
    """Return the groups of a tenant that meet the conditions by name, without their members."""
    counts = select(ProvisionedMemberRow.group_id, func.count()).where(ProvisionedMemberRow.tenant_id == tenant_id)
    sizes = {row[0]: row[1] for row in await session.execute(counts.group_by(ProvisionedMemberRow.group_id))}
    query = select(ProvisionedGroupRow).where(ProvisionedGroupRow.tenant_id == tenant_id, *conditions)
    rows = await session.scalars(query.order_by(ProvisionedGroupRow.name_key))
    return [replace(_group(row), size=sizes.get(row.id, 0)) for row in rows]


async def roles_of(session: AsyncSession, tenant_id: str, person_id: str) -> set[str]:
    """Return the ids of the roles that a person has as a member of groups."""
    query = select(ProvisionedGroupRow.role_id).where(ProvisionedGroupRow.tenant_id == tenant_id)
    found = await session.scalars(query.where(with_member(tenant_id, person_id)))
    return {role_id for role_id in found if role_id}


async def page(
    session: AsyncSession, tenant_id: str, conditions: Sequence[ColumnElement[bool]], offset: int, limit: int
) -> tuple[int, list[ProvisionedGroup]]:
    """Return the number of groups that meet the conditions, and those behind `offset`, oldest first."""
    chosen = ProvisionedGroupRow.tenant_id == tenant_id, *conditions
    total = await session.scalar(select(func.count()).select_from(ProvisionedGroupRow).where(*chosen)) or 0
    query = select(ProvisionedGroupRow).where(*chosen).order_by(ProvisionedGroupRow.id)
    rows = (await session.scalars(query.offset(offset).limit(limit))).all()
    return total, await _with_members(session, tenant_id, rows)


def with_member(tenant_id: str, person_id: str) -> ColumnElement[bool]:
    """Return the condition that a person is in the group."""
    of_person = ProvisionedMemberRow.tenant_id == tenant_id, ProvisionedMemberRow.person_id == person_id
    return ProvisionedGroupRow.id.in_(select(ProvisionedMemberRow.group_id).where(*of_person))


async def group(session: AsyncSession, tenant_id: str, group_id: str) -> ProvisionedGroup | None:
    """Return a group."""
    _, found = await page(session, tenant_id, [ProvisionedGroupRow.id == group_id], 0, 1)
    return next(iter(found), None)


async def named(session: AsyncSession, tenant_id: str, name: str) -> ProvisionedGroup | None:
    """Return the group with a name."""
    _, found = await page(session, tenant_id, [ProvisionedGroupRow.name_key == name_key(name)], 0, 1)
    return next(iter(found), None)


async def add(session: AsyncSession, new: ProvisionedGroup) -> None:
    """Store a group without members. Raise IntegrityError if the tenant has one of this name."""
    values = {"id": new.id, "tenant_id": new.tenant_id, "created": new.created, **_changeable(new)}
    await session.execute(insert(ProvisionedGroupRow).values(values))


async def save(session: AsyncSession, changed: ProvisionedGroup) -> None:
    """Update a group without its members."""
    of_group = ProvisionedGroupRow.tenant_id == changed.tenant_id, ProvisionedGroupRow.id == changed.id
    await session.execute(update(ProvisionedGroupRow).where(*of_group).values(_changeable(changed)))


async def remove(session: AsyncSession, tenant_id: str, group_id: str) -> None:
    """Delete a group with its memberships."""
    memberships = ProvisionedMemberRow.tenant_id == tenant_id, ProvisionedMemberRow.group_id == group_id
    await session.execute(delete(ProvisionedMemberRow).where(*memberships))
    of_group = ProvisionedGroupRow.tenant_id == tenant_id, ProvisionedGroupRow.id == group_id
    await session.execute(delete(ProvisionedGroupRow).where(*of_group))


async def open_accounts(session: AsyncSession, tenant_id: str, person_ids: Collection[str]) -> set[str]:
    """Return which of these are ids of open accounts of the tenant."""
    query = select(PersonRow.id).where(PersonRow.tenant_id == tenant_id, PersonRow.state != "closed")
    return set(await session.scalars(query.where(PersonRow.id.in_(person_ids))))


async def join(session: AsyncSession, tenant_id: str, group_id: str, person_ids: Collection[str]) -> None:
    """Add members who are not in the group yet."""
    rows = [{"tenant_id": tenant_id, "group_id": group_id, "person_id": each} for each in sorted(person_ids)]
    if rows:
        await session.execute(insert(ProvisionedMemberRow), rows)


async def leave(session: AsyncSession, tenant_id: str, group_id: str, person_ids: Collection[str]) -> None:
    """Remove members from a group."""
    of_group = ProvisionedMemberRow.tenant_id == tenant_id, ProvisionedMemberRow.group_id == group_id
    await session.execute(delete(ProvisionedMemberRow).where(*of_group, ProvisionedMemberRow.person_id.in_(person_ids)))


async def leave_all(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Remove a person from all groups."""
    of_person = ProvisionedMemberRow.tenant_id == tenant_id, ProvisionedMemberRow.person_id == person_id
    await session.execute(delete(ProvisionedMemberRow).where(*of_person))


async def _with_members(
    session: AsyncSession, tenant_id: str, rows: Sequence[ProvisionedGroupRow]
) -> list[ProvisionedGroup]:
    query = select(ProvisionedMemberRow.group_id, ProvisionedMemberRow.person_id).where(
        ProvisionedMemberRow.tenant_id == tenant_id, ProvisionedMemberRow.group_id.in_([row.id for row in rows])
    )
    members: dict[str, list[str]] = {}
    for group_id, person_id in await session.execute(query.order_by(ProvisionedMemberRow.person_id)):
        members.setdefault(group_id, []).append(person_id)
    return [
        replace(_group(row), size=len(members.get(row.id, ())), members=tuple(members.get(row.id, ()))) for row in rows
    ]


def _changeable(group: ProvisionedGroup) -> dict[str, str | None]:
    return {
        "name": group.name,
        "name_key": name_key(group.name),
        "external_id": group.external_id,
        "role_id": group.role_id or None,
    }


def _group(row: ProvisionedGroupRow) -> ProvisionedGroup:
    return ProvisionedGroup(row.id, row.tenant_id, row.name, row.external_id, row.role_id or "", row.created)
