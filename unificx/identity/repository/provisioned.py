"""Queries for accounts of identity providers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.conditions import owned_by
from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.models import PersonRow
from unificx.identity.provisioned_models import ProvisionedPart, ProvisionedRow
from unificx.identity.repository.accounts import open_persons
from unificx.identity.schemas import Person

CODEC = SealedCodec(ProvisionedRow, ProvisionedPart)


async def parts(
    session: AsyncSession, keys: Keys, tenant_id: str, person_ids: Sequence[str]
) -> Mapping[str, ProvisionedPart]:
    """Return what is stored about these accounts, by person id; nothing for others."""
    chosen = owned_by(ProvisionedRow.tenant_id, tenant_id), ProvisionedRow.person_id.in_(person_ids)
    rows = await session.scalars(select(ProvisionedRow).where(*chosen))
    sealed = [(row.subject_id, row.person_id, row.sealed) for row in rows.all()]
    found = CODEC.open_by_row(keys, tenant_id, sealed)
    return {person_id: part for person_id, part in found.items() if isinstance(part, ProvisionedPart)}


async def save(session: AsyncSession, keys: Keys, person: Person, part: ProvisionedPart) -> None:
    """Store the values of an account, in place of earlier ones."""
    [sealed] = CODEC.seal(keys, person.tenant_id, [(person.subject, person.id, part)])
    await remove(session, person.tenant_id, person.id)
    row = {"tenant_id": person.tenant_id, "subject_id": person.subject, "person_id": person.id, "sealed": sealed}
    await session.execute(insert(ProvisionedRow).values(row))


async def rename(session: AsyncSession, keys: Keys, person: Person) -> None:
    """Store the present name of an account in place of that of the provider, whose parts do not apply to it."""
    found = (await parts(session, keys, person.tenant_id, [person.id])).get(person.id)
    if found is not None:
        await save(session, keys, person, replace(found, display_name=person.name, given_name="", family_name=""))


async def remove(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Delete what is stored about an account."""
    await session.execute(
        delete(ProvisionedRow).where(ProvisionedRow.tenant_id == tenant_id, ProvisionedRow.person_id == person_id)
    )


async def page(session: AsyncSession, keys: Keys, tenant_id: str, offset: int, limit: int) -> tuple[int, list[Person]]:
    """Return the number of open accounts, and those behind `offset`, oldest first."""
    of_tenant = PersonRow.tenant_id == tenant_id, PersonRow.state != "closed"
    total = await session.scalar(select(func.count()).select_from(PersonRow).where(*of_tenant)) or 0
    query = select(PersonRow).where(*of_tenant).order_by(PersonRow.id).offset(offset).limit(limit)
    return total, open_persons(keys, tenant_id, (await session.scalars(query)).all())
