"""Tenants and persons."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.people.contracts import Person, PersonState, Role, Tenant, TenantState
from unificx.people.factor_tables import FactorRow, ProviderRow, RecoveryRow
from unificx.people.tables import (
    AcceptanceRow,
    CredentialRow,
    DeviceRow,
    ExtensionRow,
    LinkRow,
    PersonPart,
    PersonRow,
    SessionRow,
    TenantRow,
)
from unificx.store.sealed import Codec, Keys

PERSON = Codec(PersonRow, PersonPart)


async def all_tenants(session: AsyncSession) -> list[Tenant]:
    """Every tenant of the installation, for the directory."""
    # scope: all tenants, because the directory answers for each of them.
    rows = await session.scalars(select(TenantRow).order_by(TenantRow.id))
    return [Tenant(row.id, row.slug, row.name, row.domain, cast("TenantState", row.state), row.created) for row in rows]


async def add_tenant(session: AsyncSession, tenant: Tenant) -> None:
    values = {
        "id": tenant.id,
        "slug": tenant.slug,
        "name": tenant.name,
        "domain": tenant.domain,
        "state": tenant.state,
        "created": tenant.created,
    }
    await session.execute(insert(TenantRow).values(values))


async def save_tenant(session: AsyncSession, tenant: Tenant) -> None:
    values = {"name": tenant.name, "state": tenant.state}
    await session.execute(update(TenantRow).where(TenantRow.id == tenant.id).values(values))


async def drop_tenant(session: AsyncSession, tenant_id: str) -> list[str]:
    """Delete the tenant with everything of it in this room; gives the subjects whose values it held."""
    subjects: set[str] = set()
    await session.execute(delete(LinkRow).where(LinkRow.tenant_id == tenant_id))
    of_persons = (SessionRow, FactorRow, RecoveryRow, AcceptanceRow, CredentialRow)
    for row in (*of_persons, ProviderRow, DeviceRow, ExtensionRow, PersonRow):
        subjects.update(await session.scalars(select(row.subject_id).where(row.tenant_id == tenant_id).distinct()))
        await session.execute(delete(row).where(row.tenant_id == tenant_id))
    await session.execute(delete(TenantRow).where(TenantRow.id == tenant_id))
    return sorted(subjects)


async def add_person(session: AsyncSession, keys: Keys, person: Person) -> None:
    values = {
        "id": person.id,
        "tenant_id": person.tenant_id,
        "subject_id": person.subject,
        "role": person.role.value,
        "state": person.state,
        "created": person.created,
        "sealed": _seal(keys, person),
    }
    await session.execute(insert(PersonRow).values(values))


async def save_person(session: AsyncSession, keys: Keys, person: Person) -> None:
    """Write what may change of an open account."""
    values = {"role": person.role.value, "state": person.state, "sealed": _seal(keys, person)}
    await session.execute(
        update(PersonRow).where(PersonRow.tenant_id == person.tenant_id, PersonRow.id == person.id).values(values)
    )


async def close_person(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Mark the account closed and drop who it was."""
    await session.execute(
        update(PersonRow)
        .where(PersonRow.tenant_id == tenant_id, PersonRow.id == person_id)
        .values(state="closed", sealed=None)
    )


async def persons(session: AsyncSession, keys: Keys, tenant_id: str, after: str | None, limit: int) -> list[Person]:
    """Open accounts, in the order they were made, from behind the id `after`."""
    query = select(PersonRow).where(PersonRow.tenant_id == tenant_id, PersonRow.state != "closed")
    if after is not None:
        query = query.where(PersonRow.id > after)
    rows = await session.scalars(query.order_by(PersonRow.id).limit(limit))
    return _open(keys, tenant_id, rows.all())


async def person(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> Person | None:
    """An open account."""
    query = select(PersonRow).where(
        PersonRow.tenant_id == tenant_id, PersonRow.id == person_id, PersonRow.state != "closed"
    )
    return next(iter(_open(keys, tenant_id, (await session.scalars(query)).all())), None)


async def person_of_subject(session: AsyncSession, keys: Keys, tenant_id: str, subject: str) -> Person | None:
    """The open account of a subject."""
    query = select(PersonRow).where(
        PersonRow.tenant_id == tenant_id, PersonRow.subject_id == subject, PersonRow.state != "closed"
    )
    return next(iter(_open(keys, tenant_id, (await session.scalars(query)).all())), None)


async def subjects_of_persons(session: AsyncSession) -> list[tuple[str, str, str]]:
    """(person, subject, state) of every open account of the installation, for the directory."""
    # scope: all tenants, because the directory answers for each of them.
    query = select(PersonRow.id, PersonRow.subject_id, PersonRow.state).where(PersonRow.state != "closed")
    return [(person_id, subject, state) for person_id, subject, state in await session.execute(query)]


async def count_active(session: AsyncSession, tenant_id: str, role: Role) -> int:
    """How many active accounts of the tenant have the role."""
    query = select(func.count()).where(
        PersonRow.tenant_id == tenant_id, PersonRow.role == role.value, PersonRow.state == "active"
    )
    return await session.scalar(query) or 0


def _seal(keys: Keys, person: Person) -> bytes:
    part = PersonPart(person.name, person.email)
    return PERSON.seal(keys, person.tenant_id, [(person.subject, person.id, part)])[0]


def _open(keys: Keys, tenant_id: str, rows: Sequence[PersonRow]) -> list[Person]:
    """An erased person comes out closed and without a name, until their row is gone too."""
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = PERSON.open(keys, tenant_id, "administration", sealed)
    by_row = {row_id: part for (_, row_id, _), part in zip(sealed, parts, strict=True)}
    return [_person(row, by_row.get(row.id)) for row in rows]


def _person(row: PersonRow, part: object) -> Person:
    state = cast("PersonState", row.state)
    bare = Person(row.id, row.tenant_id, row.subject_id, Role(row.role), state, row.created, name="", email="")
    if isinstance(part, PersonPart):
        return replace(bare, name=part.name, email=part.email)
    return replace(bare, state="closed")
