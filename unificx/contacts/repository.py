"""All SQL on contacts, and their sealing and opening."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.contacts.models import ContactBookRow, ContactNumberRow, ContactPart, ContactPictureRow, ContactRow
from unificx.contacts.schemas import (
    AddressBook,
    BookChanges,
    Contact,
    ContactDetails,
    ContactNumber,
    NumberLabel,
    Source,
)
from unificx.db import Erased, Keys, SealedCodec, lock_scope, owned_by

CODEC = SealedCodec(ContactRow, ContactPart)
_BATCH = 500
"""Rows of a statement: SQLite allows 32,766 parameters."""


# ---- reading


async def contacts_of(session: AsyncSession, keys: Keys, book: AddressBook) -> list[Contact]:
    """Return all contacts of an address book, without those whose key is destroyed."""
    rows = (await session.scalars(select(ContactRow).where(*_in_book(book.tenant_id, book.person_id)))).all()
    return _open(keys, book.tenant_id, rows)


async def company_contacts(session: AsyncSession, keys: Keys) -> AsyncIterator[Contact]:
    """Iterate over the company contacts of the installation, for the names of callers in memory."""
    # scope: all tenants, because calls of each of them are answered from memory.
    tenants = await session.scalars(select(ContactRow.tenant_id).where(ContactRow.person_id == "").distinct())
    for tenant_id in tenants.all():
        for contact in await contacts_of(session, keys, AddressBook(tenant_id)):
            yield contact


async def find(session: AsyncSession, keys: Keys, book: AddressBook, contact_id: str) -> Contact | None:
    """Return a contact of an address book."""
    row = await session.scalar(
        select(ContactRow).where(*_in_book(book.tenant_id, book.person_id), ContactRow.id == contact_id)
    )
    return next(iter(_open(keys, book.tenant_id, [row])), None) if row is not None else None


async def count(session: AsyncSession, book: AddressBook) -> int:
    """Return the number of contacts of an address book."""
    return (
        await session.scalar(
            select(func.count()).select_from(ContactRow).where(*_in_book(book.tenant_id, book.person_id))
        )
        or 0
    )


async def revision(session: AsyncSession, book: AddressBook) -> int:
    """Return the number of the newest change of an address book."""
    return await session.scalar(select(ContactBookRow.revision).where(*_is_book(book.tenant_id, book.person_id))) or 0


async def changes(session: AsyncSession, keys: Keys, book: AddressBook, since: int) -> BookChanges:
    """Return what was changed in an address book after a revision, oldest first, without deletions."""
    row = (
        await session.execute(
            select(ContactBookRow.revision, ContactBookRow.deleted).where(*_is_book(book.tenant_id, book.person_id))
        )
    ).one_or_none()
    chosen = (*_in_book(book.tenant_id, book.person_id), ContactRow.revision > since)
    rows = (await session.scalars(select(ContactRow).where(*chosen).order_by(ContactRow.revision))).all()
    found = tuple(_open(keys, book.tenant_id, rows))
    return BookChanges(row.revision, row.deleted, found) if row is not None else BookChanges(0, 0, found)


async def with_ids(
    session: AsyncSession, keys: Keys, book: AddressBook, contact_ids: Sequence[str]
) -> AsyncIterator[Contact]:
    """Iterate over the contacts of an address book with these ids."""
    for start in range(0, len(contact_ids), _BATCH):
        chosen = (*_in_book(book.tenant_id, book.person_id), ContactRow.id.in_(contact_ids[start : start + _BATCH]))
        for each in _open(keys, book.tenant_id, (await session.scalars(select(ContactRow).where(*chosen))).all()):
            yield each


async def owners_of(session: AsyncSession, tenant_id: str, contact_ids: Sequence[str]) -> list[str]:
    """Return the owners of the address books that have these contacts, in order."""
    found: set[str] = set()
    for start in range(0, len(contact_ids), _BATCH):
        chosen = (owned_by(ContactRow.tenant_id, tenant_id), ContactRow.id.in_(contact_ids[start : start + _BATCH]))
        found.update(await session.scalars(select(ContactRow.person_id).where(*chosen).distinct()))
    return sorted(found)


async def linked_ids(session: AsyncSession, tenant_id: str, subject: str) -> list[str]:
    """Return the contacts with a number of a subject, in every address book."""
    row = ContactNumberRow
    return list(
        await session.scalars(select(row.contact_id).where(row.tenant_id == tenant_id, row.subject_id == subject))
    )


async def ids_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> list[str]:
    """Return the contacts that are sealed for a subject."""
    return list(
        await session.scalars(
            select(ContactRow.id).where(ContactRow.tenant_id == tenant_id, ContactRow.subject_id == subject)
        )
    )


async def copied_ids(session: AsyncSession, tenant_id: str, subject: str) -> tuple[str, list[str]]:
    """Return the owner and the contacts that were copied from the telephones of a person; "" without any."""
    row = ContactRow
    chosen = (row.tenant_id == tenant_id, row.subject_id == subject, row.source == "device")
    found = (await session.execute(select(row.person_id, row.id).where(*chosen))).all()
    return (found[0].person_id if found else "", [each.id for each in found])


async def exported_by_id(
    session: AsyncSession, keys: Keys, tenant_id: str, contact_ids: Sequence[str]
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the exported fields of contacts in any address book of a tenant, by id."""
    chosen = (owned_by(ContactRow.tenant_id, tenant_id), ContactRow.id.in_(contact_ids))
    rows = (await session.scalars(select(ContactRow).where(*chosen))).all()
    opened = CODEC.open_exported(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [(row.id, values) for row, values in zip(rows, opened, strict=True)]


# ---- writing


async def next_revisions(session: AsyncSession, book: AddressBook, amount: int = 1, *, deletes: bool = False) -> int:
    """Take the next numbers of an address book and return the last of them. `deletes`: it is that of a deletion."""
    await _lock(session, book)
    values = {"revision": ContactBookRow.revision + amount}
    if deletes:
        values["deleted"] = ContactBookRow.revision + amount
    taken = (
        update(ContactBookRow)
        .where(*_is_book(book.tenant_id, book.person_id))
        .values(values)
        .returning(ContactBookRow.revision)
    )
    found = (await session.execute(taken)).scalar_one_or_none()
    if found is None:
        await session.execute(
            insert(ContactBookRow).values(
                tenant_id=book.tenant_id,
                person_id=book.person_id,
                revision=amount,
                deleted=amount if deletes else 0,
            )
        )
    return amount if found is None else found


async def locked_revision(session: AsyncSession, book: AddressBook) -> int:
    """Return the number of the newest change of an address book, which is not changed until the transaction ends."""
    await _lock(session, book)
    return await revision(session, book)


async def lock_numbers(session: AsyncSession, tenant_id: str) -> None:
    """Wait until no other transaction writes contacts with numbers outside, and let none until the end of this one."""
    await lock_scope(session, "contact numbers", tenant_id)


async def _lock(session: AsyncSession, book: AddressBook) -> None:
    await lock_scope(session, "contacts", book.tenant_id, book.person_id)


async def add(session: AsyncSession, keys: Keys, contacts: Sequence[tuple[Contact, Collection[str]]]) -> None:
    """Insert contacts of one tenant, each with the subjects of its numbers."""
    for start in range(0, len(contacts), _BATCH):
        batch = contacts[start : start + _BATCH]
        tenant_id = batch[0][0].tenant_id
        sealed = CODEC.seal(keys, tenant_id, [(one.subject, one.id, _part(one)) for one, _ in batch])
        rows = [
            {
                "id": one.id,
                "tenant_id": tenant_id,
                "person_id": one.person_id,
                "revision": one.revision,
                "changed": one.changed,
                "source": one.source,
                "picture": one.picture,
                "subject_id": one.subject,
                "sealed": blob,
            }
            for (one, _), blob in zip(batch, sealed, strict=True)
        ]
        await session.execute(insert(ContactRow), rows)
        await _link(session, tenant_id, [(one.id, each) for one, numbers in batch for each in numbers])


async def replace(session: AsyncSession, keys: Keys, contact: Contact, numbers: Collection[str]) -> None:
    """Store a changed contact, with the subjects of its numbers."""
    sealed = CODEC.seal(keys, contact.tenant_id, [(contact.subject, contact.id, _part(contact))])[0]
    chosen = (ContactRow.tenant_id == contact.tenant_id, ContactRow.id == contact.id)
    values = {
        "revision": contact.revision,
        "changed": contact.changed,
        "source": contact.source,
        "picture": contact.picture,
        "subject_id": contact.subject,
        "sealed": sealed,
    }
    await session.execute(update(ContactRow).where(*chosen).values(values))
    await _unlink(session, contact.tenant_id, [contact.id])
    await _link(session, contact.tenant_id, [(contact.id, each) for each in numbers])


async def mark_picture(session: AsyncSession, contact: Contact) -> None:
    """Store that a contact has another picture."""
    chosen = (ContactRow.tenant_id == contact.tenant_id, ContactRow.id == contact.id)
    values = {"revision": contact.revision, "changed": contact.changed, "picture": contact.picture}
    await session.execute(update(ContactRow).where(*chosen).values(values))


async def remove(session: AsyncSession, tenant_id: str, contact_ids: Sequence[str]) -> None:
    """Delete contacts, with their pictures."""
    for start in range(0, len(contact_ids), _BATCH):
        batch = contact_ids[start : start + _BATCH]
        await _unlink(session, tenant_id, batch)
        picture = ContactPictureRow
        await session.execute(
            delete(picture).where(owned_by(picture.tenant_id, tenant_id), picture.contact_id.in_(batch))
        )
        await session.execute(
            delete(ContactRow).where(owned_by(ContactRow.tenant_id, tenant_id), ContactRow.id.in_(batch))
        )


async def delete_book(session: AsyncSession, book: AddressBook) -> None:
    """Delete an address book with its contacts."""
    ids = list(await session.scalars(select(ContactRow.id).where(*_in_book(book.tenant_id, book.person_id))))
    await remove(session, book.tenant_id, ids)
    await session.execute(delete(ContactBookRow).where(*_is_book(book.tenant_id, book.person_id)))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (ContactNumberRow, ContactPictureRow, ContactRow, ContactBookRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


async def _link(session: AsyncSession, tenant_id: str, links: Sequence[tuple[str, str]]) -> None:
    rows = [{"contact_id": contact, "subject_id": subject, "tenant_id": tenant_id} for contact, subject in links]
    if rows:
        await session.execute(insert(ContactNumberRow), rows)


async def _unlink(session: AsyncSession, tenant_id: str, contact_ids: Sequence[str]) -> None:
    row = ContactNumberRow
    await session.execute(delete(row).where(row.tenant_id == tenant_id, row.contact_id.in_(contact_ids)))


def _in_book(tenant_id: str, person_id: str) -> tuple[ColumnElement[bool], ...]:
    return ContactRow.tenant_id == tenant_id, ContactRow.person_id == person_id


def _is_book(tenant_id: str, person_id: str) -> tuple[ColumnElement[bool], ...]:
    return ContactBookRow.tenant_id == tenant_id, ContactBookRow.person_id == person_id


def _part(contact: Contact) -> ContactPart:
    details = contact.details
    return ContactPart(
        contact.uid,
        details.name,
        details.organisation,
        details.department,
        tuple(f"{each.label} {each.number}" for each in details.numbers),
        details.emails,
        details.note,
        details.favourite,
        contact.resource or None,
        contact.extra or None,
    )


def _open(keys: Keys, tenant_id: str, rows: Sequence[ContactRow]) -> list[Contact]:
    opened = CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [_contact(row, part) for row, part in zip(rows, opened, strict=True) if not isinstance(part, Erased)]


def _contact(row: ContactRow, part: ContactPart) -> Contact:
    return Contact(
        row.id,
        row.tenant_id,
        row.person_id,
        part.uid,
        row.revision,
        row.changed,
        cast("Source", row.source),
        ContactDetails(
            part.name,
            part.organisation,
            part.department,
            tuple(_number(each) for each in part.numbers),
            part.emails,
            part.note,
            part.favourite,
        ),
        row.subject_id,
        part.resource or "",
        tuple(part.extra or ()),
        row.picture,
    )


def _number(text: str) -> ContactNumber:
    label, number = text.split(" ", 1)
    return ContactNumber(number, cast("NumberLabel", label))
