"""Queries for custom roles and the people who have them."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.pagination import PageById
from unificx.db.sealed import Keys
from unificx.identity.models import PersonRow
from unificx.identity.policies.permissions import granted_by
from unificx.identity.repository import provisioned_groups
from unificx.identity.repository.accounts import open_persons
from unificx.identity.role_models import CustomRoleRow, PersonRoleRow, ProvisionedGroupRow, name_key
from unificx.identity.role_schemas import CustomRole, ProvisionedGroup
from unificx.identity.schemas import Person


async def roles(session: AsyncSession, tenant_id: str) -> list[CustomRole]:
    """Return the roles of a tenant by name."""
    counts, groups = await _counts(session, tenant_id), await _groups(session, tenant_id)
    query = select(CustomRoleRow).where(CustomRoleRow.tenant_id == tenant_id).order_by(CustomRoleRow.name_key)
    return [_role(row, counts.get(row.id, 0), groups.get(row.id, ())) for row in await session.scalars(query)]


async def role(session: AsyncSession, tenant_id: str, role_id: str) -> CustomRole | None:
    """Return a role."""
    query = select(CustomRoleRow).where(CustomRoleRow.tenant_id == tenant_id, CustomRoleRow.id == role_id)
    row = await session.scalar(query)
    if row is None:
        return None
    members = select(func.count()).where(PersonRoleRow.tenant_id == tenant_id, PersonRoleRow.role_id == role_id)
    groups = await provisioned_groups.groups(session, tenant_id, ProvisionedGroupRow.role_id == role_id)
    return _role(row, await session.scalar(members) or 0, groups)


async def add(session: AsyncSession, new: CustomRole) -> None:
    """Store a role. Raise IntegrityError if the tenant has one of this name."""
    values = {"id": new.id, "tenant_id": new.tenant_id, "created": new.created, **_changeable(new)}
    await session.execute(insert(CustomRoleRow).values(values))


async def save(session: AsyncSession, changed: CustomRole) -> None:
    """Update the name and the permissions of a role."""
    of_role = CustomRoleRow.tenant_id == changed.tenant_id, CustomRoleRow.id == changed.id
    await session.execute(update(CustomRoleRow).where(*of_role).values(_changeable(changed)))


async def remove(session: AsyncSession, tenant_id: str, role_id: str) -> None:
    """Delete a role. Raise IntegrityError while it is in use."""
    await session.execute(
        delete(CustomRoleRow).where(CustomRoleRow.tenant_id == tenant_id, CustomRoleRow.id == role_id)
    )


async def roles_of(session: AsyncSession, tenant_id: str, person_id: str) -> set[str]:
    """Return the ids of the roles of a person."""
    query = select(PersonRoleRow.role_id)
    query = query.where(PersonRoleRow.tenant_id == tenant_id, PersonRoleRow.person_id == person_id)
    return set(await session.scalars(query))


async def members(session: AsyncSession, keys: Keys, tenant_id: str, role_id: str, page: PageById) -> list[Person]:
    """Return accounts with a role, oldest first, and one more than the page has if there is a next one."""
    query = (
        select(PersonRow)
        .join(PersonRoleRow, PersonRoleRow.person_id == PersonRow.id)
        .where(PersonRow.tenant_id == tenant_id, PersonRoleRow.role_id == role_id)
    )
    return open_persons(keys, tenant_id, (await session.scalars(page.apply(query, PersonRow.id))).all())


async def give(session: AsyncSession, tenant_id: str, person_id: str, role_id: str) -> bool:
    """Give a person a role; return whether they did not have it."""
    if role_id in await roles_of(session, tenant_id, person_id):
        return False
    row = {"tenant_id": tenant_id, "person_id": person_id, "role_id": role_id}
    await session.execute(insert(PersonRoleRow).values(row))
    return True


async def withdraw(session: AsyncSession, tenant_id: str, person_id: str, role_id: str | None = None) -> bool:
    """Withdraw a role from a person, or all of them; return whether they had one."""
    taken = delete(PersonRoleRow).where(PersonRoleRow.tenant_id == tenant_id, PersonRoleRow.person_id == person_id)
    if role_id is not None:
        taken = taken.where(PersonRoleRow.role_id == role_id)
    return bool((await session.execute(taken.returning(PersonRoleRow.role_id))).all())


async def move(session: AsyncSession, tenant_id: str, old: str, new: str) -> None:
    """Give all who have a role another one instead, those of linked groups as well."""
    has_new = select(PersonRoleRow.person_id).where(PersonRoleRow.tenant_id == tenant_id, PersonRoleRow.role_id == new)
    of_old = PersonRoleRow.tenant_id == tenant_id, PersonRoleRow.role_id == old
    await session.execute(delete(PersonRoleRow).where(*of_old, PersonRoleRow.person_id.in_(has_new)))
    await session.execute(update(PersonRoleRow).where(*of_old).values(role_id=new))
    linked = ProvisionedGroupRow.tenant_id == tenant_id, ProvisionedGroupRow.role_id == old
    await session.execute(update(ProvisionedGroupRow).where(*linked).values(role_id=new))


async def _counts(session: AsyncSession, tenant_id: str) -> dict[str, int]:
    query = select(PersonRoleRow.role_id, func.count()).where(PersonRoleRow.tenant_id == tenant_id)
    return {row[0]: row[1] for row in await session.execute(query.group_by(PersonRoleRow.role_id))}


async def _groups(session: AsyncSession, tenant_id: str) -> dict[str, list[ProvisionedGroup]]:
    """Return the linked groups by role."""
    found: dict[str, list[ProvisionedGroup]] = {}
    for group in await provisioned_groups.groups(session, tenant_id):
        if group.role_id:
            found.setdefault(group.role_id, []).append(group)
    return found


def _changeable(role: CustomRole) -> dict[str, str]:
    return {"name": role.name, "name_key": name_key(role.name), "permissions": " ".join(sorted(role.permissions))}


def _role(row: CustomRoleRow, members: int, groups: Sequence[ProvisionedGroup]) -> CustomRole:
    permissions = granted_by(row.permissions)
    return CustomRole(row.id, row.tenant_id, row.name, permissions, row.created, members, tuple(groups))
