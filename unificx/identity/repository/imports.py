"""Queries for imports of people."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.import_models import ImportedPart, ImportedPersonRow, PeopleImportRow
from unificx.identity.models import CredentialRow, DeviceRow
from unificx.identity.people_schemas import ImportColumn, ImportedPerson, ImportedValues, PeopleImport
from unificx.identity.schemas import Language, Role

CODEC = SealedCodec(ImportedPersonRow, ImportedPart)


async def add(
    session: AsyncSession, keys: Keys, tenant_id: str, made: PeopleImport, persons: Sequence[ImportedPerson]
) -> None:
    """Store an import with the accounts that it created or changed."""
    head = {"id": made.id, "tenant_id": tenant_id, "at": made.at, "created": made.created, "updated": made.updated}
    await session.execute(insert(PeopleImportRow).values(head))
    sealed = CODEC.seal(keys, tenant_id, [(each.subject, each.id, _part(each)) for each in persons])
    rows = [_values(each, blob) for each, blob in zip(persons, sealed, strict=True)]
    await session.execute(insert(ImportedPersonRow), rows)


async def imports(session: AsyncSession, tenant_id: str, limit: int) -> list[PeopleImport]:
    """Return the imports of a tenant, newest first."""
    query = select(PeopleImportRow).where(PeopleImportRow.tenant_id == tenant_id)
    rows = await session.scalars(query.order_by(PeopleImportRow.id.desc()).limit(limit))
    return [_import(row) for row in rows]


async def get(session: AsyncSession, tenant_id: str, import_id: str) -> PeopleImport | None:
    """Return an import."""
    query = select(PeopleImportRow).where(PeopleImportRow.tenant_id == tenant_id, PeopleImportRow.id == import_id)
    row = await session.scalar(query)
    return _import(row) if row is not None else None


async def persons(session: AsyncSession, keys: Keys, tenant_id: str, import_id: str) -> list[ImportedPerson]:
    """Return the accounts of an import by line, without those that were closed since."""
    query = select(ImportedPersonRow).where(
        ImportedPersonRow.tenant_id == tenant_id, ImportedPersonRow.import_id == import_id
    )
    rows = (await session.scalars(query.order_by(ImportedPersonRow.line))).all()
    parts = CODEC.open_by_row(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [_person(row, part) for row in rows if isinstance(part := parts[row.id], ImportedPart)]


async def set_reverted(session: AsyncSession, tenant_id: str, import_id: str, at: datetime) -> None:
    """Store that an import was undone, and delete what it needed for that."""
    of_import = PeopleImportRow.tenant_id == tenant_id, PeopleImportRow.id == import_id
    await session.execute(update(PeopleImportRow).where(*of_import).values(reverted=at))
    await session.execute(
        delete(ImportedPersonRow).where(
            ImportedPersonRow.tenant_id == tenant_id, ImportedPersonRow.import_id == import_id
        )
    )


async def remove_person(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Delete what imports have stored about an account."""
    of_person = ImportedPersonRow.tenant_id == tenant_id, ImportedPersonRow.person_id == person_id
    await session.execute(delete(ImportedPersonRow).where(*of_person))


async def delete_before(session: AsyncSession, at: datetime) -> None:
    """Delete imports that are older."""
    # scope: all tenants, because the time for undoing ends in all of them.
    old = list(await session.scalars(select(PeopleImportRow.id).where(PeopleImportRow.at < at)))
    if old:
        # scope: all tenants, because the time for undoing ends in all of them.
        await session.execute(delete(ImportedPersonRow).where(ImportedPersonRow.import_id.in_(old)))
        # scope: all tenants, because the time for undoing ends in all of them.
        await session.execute(delete(PeopleImportRow).where(PeopleImportRow.id.in_(old)))


async def with_passwords(session: AsyncSession, tenant_id: str) -> set[str]:
    """Return the ids of the accounts that have a password."""
    return set(await session.scalars(select(CredentialRow.person_id).where(CredentialRow.tenant_id == tenant_id)))


async def with_devices(session: AsyncSession, tenant_id: str, extension_ids: Collection[str]) -> set[str]:
    """Return which of these extensions have a device, or are signed in at a shared one."""
    chosen = DeviceRow.extension_id.in_(extension_ids) | DeviceRow.used_by.in_(extension_ids)
    query = select(DeviceRow.extension_id, DeviceRow.used_by).where(DeviceRow.tenant_id == tenant_id, chosen)
    rows = (await session.execute(query)).all()
    return {each for own, used_by in rows for each in (own, used_by) if each is not None}


def _import(row: PeopleImportRow) -> PeopleImport:
    return PeopleImport(row.id, row.at, row.created, row.updated, row.reverted)


def _part(person: ImportedPerson) -> ImportedPart:
    before, after = person.before, person.after
    return ImportedPart(
        name=after.name,
        email=after.email,
        department=after.department,
        previous_name=before.name if "name" in person.changed else None,
        previous_department=before.department if "department" in person.changed else None,
    )


def _values(person: ImportedPerson, sealed: bytes) -> dict[str, object]:
    return {
        "id": person.id,
        "import_id": person.import_id,
        "tenant_id": person.tenant_id,
        "person_id": person.person_id,
        "subject_id": person.subject,
        "line": person.line,
        "created": person.created,
        "changed": " ".join(person.changed),
        "extension_id": person.extension_id or None,
        "role": person.after.role.value,
        "language": person.after.language,
        "previous_role": person.before.role.value,
        "previous_language": person.before.language,
        "sealed": sealed,
    }


def _person(row: ImportedPersonRow, part: ImportedPart) -> ImportedPerson:
    after = ImportedValues(
        part.name, part.email, Role(row.role), cast("Language | None", row.language), part.department
    )
    before = ImportedValues(
        part.name if part.previous_name is None else part.previous_name,
        part.email,
        Role(row.previous_role),
        cast("Language | None", row.previous_language),
        part.department if part.previous_department is None else part.previous_department,
    )
    return ImportedPerson(
        id=row.id,
        import_id=row.import_id,
        tenant_id=row.tenant_id,
        person_id=row.person_id,
        subject=row.subject_id,
        line=row.line,
        created=row.created,
        changed=cast("tuple[ImportColumn, ...]", tuple(row.changed.split())),
        extension_id=row.extension_id or "",
        before=before,
        after=after,
    )
