"""Queries for tenants and users."""

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import Row, ScalarSelect, Table, bindparam, delete, func, insert, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from unificx.db.conditions import one_of, owned_by
from unificx.db.database import Reader
from unificx.db.pagination import PageById
from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.factor_models import FactorRow, ProviderRow, RecoveryRow
from unificx.identity.import_models import ImportedPersonRow, PeopleImportRow
from unificx.identity.models import (
    AcceptanceRow,
    ApiKeyRow,
    CredentialRow,
    DeviceRow,
    ExtensionRow,
    LinkRow,
    NumberRow,
    PersonPart,
    PersonRow,
    SessionRow,
    TenantRow,
)
from unificx.identity.policies.permissions import granted_by
from unificx.identity.provisioned_models import ProvisionedRow
from unificx.identity.role_models import CustomRoleRow, PersonRoleRow, ProvisionedGroupRow, ProvisionedMemberRow
from unificx.identity.schemas import Language, Person, PersonState, PickupRight, Role, Tenant, TenantState
from unificx.identity.suspension_models import SuspensionRow

PERSON_CODEC = SealedCodec(PersonRow, PersonPart)
_PERSON = cast("Table", PersonRow.__table__)


async def all_tenants(session: AsyncSession) -> list[Tenant]:
    """Return every tenant of the installation, for the directory."""
    # scope: all tenants, because the directory covers all of them.
    rows = await session.scalars(select(TenantRow).order_by(TenantRow.id))
    return [_tenant(row) for row in rows]


async def add_tenant(session: AsyncSession, tenant: Tenant) -> None:
    values = {
        "id": tenant.id,
        "slug": tenant.slug,
        "name": tenant.name,
        "domain": tenant.domain,
        "state": tenant.state,
        "created": tenant.created,
        "language": tenant.language,
        "time_zone": tenant.time_zone,
        "park_seconds": tenant.park_seconds,
        "sign_out_time": tenant.sign_out_time or None,
        "country": tenant.country,
        "pickup": tenant.pickup,
        "chat": tenant.chat,
        "pictures": tenant.pictures,
        "assistants": tenant.assistants,
    }
    await session.execute(insert(TenantRow).values(values))


async def save_tenant(session: AsyncSession, tenant: Tenant) -> None:
    values = {
        "name": tenant.name,
        "state": tenant.state,
        "language": tenant.language,
        "time_zone": tenant.time_zone,
        "park_seconds": tenant.park_seconds,
        "sign_out_time": tenant.sign_out_time or None,
        "country": tenant.country,
        "pickup": tenant.pickup,
        "chat": tenant.chat,
        "pictures": tenant.pictures,
        "assistants": tenant.assistants,
    }
    await session.execute(update(TenantRow).where(TenantRow.id == tenant.id).values(values))


async def delete_tenant(session: AsyncSession, tenant_id: str) -> list[str]:
    """Delete the tenant and all its rows of this area; return its subjects."""
    subjects: set[str] = set()
    await session.execute(delete(PersonRoleRow).where(PersonRoleRow.tenant_id == tenant_id))
    await session.execute(delete(ProvisionedMemberRow).where(ProvisionedMemberRow.tenant_id == tenant_id))
    await session.execute(delete(LinkRow).where(LinkRow.tenant_id == tenant_id))
    of_persons = (SuspensionRow, SessionRow, ApiKeyRow, FactorRow, RecoveryRow, AcceptanceRow, CredentialRow)
    for row in (ProvisionedRow, ImportedPersonRow, *of_persons, ProviderRow, DeviceRow, ExtensionRow, PersonRow):
        subjects.update(await session.scalars(select(row.subject_id).where(row.tenant_id == tenant_id).distinct()))
        await session.execute(delete(row).where(row.tenant_id == tenant_id))
    await session.execute(delete(PeopleImportRow).where(PeopleImportRow.tenant_id == tenant_id))
    await session.execute(delete(ProvisionedGroupRow).where(ProvisionedGroupRow.tenant_id == tenant_id))
    await session.execute(delete(CustomRoleRow).where(CustomRoleRow.tenant_id == tenant_id))
    await session.execute(delete(NumberRow).where(NumberRow.tenant_id == tenant_id))
    await session.execute(delete(TenantRow).where(TenantRow.id == tenant_id))
    return sorted(subjects)


async def count_people(session: AsyncSession, tenant_id: str) -> int:
    """Return how many accounts of a tenant are not closed."""
    query = select(func.count()).select_from(PersonRow).where(PersonRow.tenant_id == tenant_id)
    return await session.scalar(query.where(PersonRow.state != "closed")) or 0


async def add_persons(session: AsyncSession, keys: Keys, tenant_id: str, persons: Sequence[Person]) -> None:
    """Insert accounts by one statement, at least one."""
    rows = [
        {
            "id": person.id,
            "tenant_id": tenant_id,
            "subject_id": person.subject,
            "role": person.role.value,
            "state": person.state,
            "created": person.created,
            "language": person.language,
            "sealed": sealed,
        }
        for person, sealed in zip(persons, _seal(keys, tenant_id, persons), strict=True)
    ]
    await session.execute(insert(_PERSON).values(revision=_next_revision(tenant_id)), rows)


async def save_person(session: AsyncSession, keys: Keys, person: Person) -> None:
    """Update the mutable columns of an open account."""
    values = {
        "role": person.role.value,
        "state": person.state,
        "language": person.language,
        "revision": _next_revision(person.tenant_id),
        "sealed": _seal(keys, person.tenant_id, [person])[0],
    }
    await session.execute(
        update(PersonRow).where(PersonRow.tenant_id == person.tenant_id, PersonRow.id == person.id).values(values)
    )


async def close_person(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Mark the account closed and delete its sealed part."""
    await session.execute(
        update(PersonRow)
        .where(PersonRow.tenant_id == tenant_id, PersonRow.id == person_id)
        .values(state="closed", revision=_next_revision(tenant_id), sealed=None)
    )


async def persons(session: AsyncSession, keys: Keys, tenant_id: str, page: PageById) -> list[Person]:
    """Return open accounts, oldest first, and one more than the page has if there is a next one."""
    query = select(PersonRow).where(PersonRow.tenant_id == tenant_id, PersonRow.state != "closed")
    rows = await session.scalars(page.apply(query, PersonRow.id))
    return open_persons(keys, tenant_id, rows.all())


async def count_states(session: AsyncSession, tenant_id: str) -> dict[str, int]:
    """Return the number of open accounts by state."""
    query = select(PersonRow.state, func.count()).where(PersonRow.tenant_id == tenant_id, PersonRow.state != "closed")
    return {row[0]: row[1] for row in (await session.execute(query.group_by(PersonRow.state))).all()}


async def count_open(session: AsyncSession, tenant_ids: Sequence[str]) -> dict[str, int]:
    """Return the number of open accounts by tenant."""
    query = select(PersonRow.tenant_id, func.count()).where(
        PersonRow.tenant_id.in_(tenant_ids), PersonRow.state != "closed"
    )
    return {row[0]: row[1] for row in await session.execute(query.group_by(PersonRow.tenant_id))}


async def person_rows(session: AsyncSession, tenant_id: str) -> Sequence[PersonRow]:
    """Return all open accounts, oldest first, for `open_persons`."""
    # Rows of columns: objects of the ORM would be made of thousands for one page.
    columns = (getattr(PersonRow, each.key) for each in inspect(PersonRow).column_attrs)
    query = select(*columns).where(PersonRow.tenant_id == tenant_id, PersonRow.state != "closed")
    return cast("Sequence[PersonRow]", (await session.execute(query.order_by(PersonRow.id))).all())


async def person(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> Person | None:
    """Return an open account."""
    query = select(PersonRow).where(
        PersonRow.tenant_id == tenant_id, PersonRow.id == person_id, PersonRow.state != "closed"
    )
    return next(iter(open_persons(keys, tenant_id, (await session.scalars(query)).all())), None)


_NAMES = select(PersonRow.id, PersonRow.subject_id, PersonRow.sealed).where(
    owned_by(PersonRow.tenant_id, bindparam("tenant_id")),
    one_of(PersonRow.id, bindparam("ids")),
    PersonRow.sealed.is_not(None),
)


async def names(reader: Reader, keys: Keys, tenant_id: str, person_ids: Sequence[str]) -> dict[str, str]:
    """Return the names of those of these accounts that are open, by id."""
    rows = await reader.execute(_NAMES, {"tenant_id": tenant_id, "ids": person_ids})
    items = [(row.subject_id, row.id, row.sealed) for row in rows]
    opened = PERSON_CODEC.open_by_row(keys, tenant_id, items)
    return {person_id: part.name for person_id, part in opened.items() if isinstance(part, PersonPart)}


async def person_or_closed(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> Person | None:
    """Return an account, also a closed one, which has no name."""
    query = select(PersonRow).where(PersonRow.tenant_id == tenant_id, PersonRow.id == person_id)
    return next(iter(open_persons(keys, tenant_id, (await session.scalars(query)).all())), None)


async def person_of_subject(session: AsyncSession, keys: Keys, tenant_id: str, subject: str) -> Person | None:
    """Return the open account of a subject."""
    query = select(PersonRow).where(
        PersonRow.tenant_id == tenant_id, PersonRow.subject_id == subject, PersonRow.state != "closed"
    )
    return next(iter(open_persons(keys, tenant_id, (await session.scalars(query)).all())), None)


async def all_persons(session: AsyncSession) -> list[Person]:
    """Return every open account of the installation without name and e-mail address, for the directory."""
    # scope: all tenants, because the directory covers all of them.
    rows = await session.scalars(select(PersonRow).where(PersonRow.state != "closed"))
    return [_without_sealed_part(row) for row in rows]


async def count_active(session: AsyncSession, tenant_id: str, role: Role, without: Collection[str] = ()) -> int:
    """Return the number of active accounts of the tenant with the role, `without` those with these ids."""
    query = select(func.count()).where(
        PersonRow.tenant_id == tenant_id,
        PersonRow.role == role.value,
        PersonRow.state == "active",
        PersonRow.id.not_in(without),
    )
    return await session.scalar(query) or 0


def _next_revision(tenant_id: str) -> ScalarSelect[int]:
    """Return the number of a change, higher than all before: changes of accounts are serialized (`IdentityStore`)."""
    row = aliased(PersonRow)
    return select(func.coalesce(func.max(row.revision), 0) + 1).where(row.tenant_id == tenant_id).scalar_subquery()


def _seal(keys: Keys, tenant_id: str, persons: Sequence[Person]) -> list[bytes]:
    parts = [(one.subject, one.id, PersonPart(one.name, one.email, one.department)) for one in persons]
    return PERSON_CODEC.seal(keys, tenant_id, parts)


def open_persons(keys: Keys, tenant_id: str, rows: Sequence[PersonRow] | Sequence[Row[Any]]) -> list[Person]:
    """Open the rows. An erased user is returned as closed and without a name until the row is deleted."""
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = PERSON_CODEC.open_by_row(keys, tenant_id, sealed)
    return [_person(row, parts.get(row.id)) for row in rows]


def _tenant(row: TenantRow) -> Tenant:
    return Tenant(
        id=row.id,
        slug=row.slug,
        name=row.name,
        domain=row.domain,
        state=cast("TenantState", row.state),
        created=row.created,
        language=cast("Language", row.language),
        time_zone=row.time_zone,
        park_seconds=row.park_seconds,
        sign_out_time=row.sign_out_time or "",
        country=row.country,
        pickup=cast("PickupRight", row.pickup),
        chat=row.chat,
        pictures=row.pictures,
        assistants=row.assistants,
    )


def _without_sealed_part(row: PersonRow) -> Person:
    return _with_part(row, PersonPart("", "", None), cast("PersonState", row.state))


def _person(row: PersonRow | Row[Any], part: object) -> Person:
    if isinstance(part, PersonPart):
        return _with_part(row, part, cast("PersonState", row.state))
    return _with_part(row, PersonPart("", "", None), "closed")


def _with_part(row: PersonRow | Row[Any], part: PersonPart, state: PersonState) -> Person:
    return Person(
        id=row.id,
        tenant_id=row.tenant_id,
        subject=row.subject_id,
        role=Role(row.role),
        state=state,
        created=row.created,
        name=part.name,
        email=part.email,
        language=cast("Language | None", row.language),
        department=part.department or "",
        granted=granted_by(row.granted),
    )
