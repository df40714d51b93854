"""Import of contacts from files, with a preview: all entries in one transaction, or none."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from unificx.contacts.checks import MAX_ENTRIES, MAX_NAME, MAX_NOTE, checked, checked_uid
from unificx.contacts.files import read_file
from unificx.contacts.import_schemas import (
    ContactFile,
    ContactImportReport,
    Encoding,
    FaultField,
    FileEntry,
    ImportAction,
    ImportedEntry,
    ImportFault,
)
from unificx.contacts.optimistic import Guard
from unificx.contacts.schemas import NO_PICTURE, AddressBook, Contact, ContactDetails, NewContact
from unificx.contacts.service import Contacts
from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

_ENTRIES_AT_A_TIME = 200
"""Entries that are checked without a pause for other work."""
_MESSAGES: dict[str, str] = {
    "numbers": f"A number is not a telephone number, or there are more than {MAX_ENTRIES}.",
    "emails": f"An e-mail address is not valid, or there are more than {MAX_ENTRIES}.",
    "name": f"It has no name, organisation, number or e-mail address, or more than {MAX_NAME} characters.",
    "note": f"It has more than {MAX_NOTE} characters.",
}


@dataclass(frozen=True, slots=True)
class _Checked:
    """An entry with its faults, its details in stored form, and the contact that it is, if there is one."""

    entry: FileEntry
    faults: Sequence[ImportFault]
    details: ContactDetails
    stored: Contact | None
    is_known: bool
    """There is a contact, or an earlier entry, with the same details."""


@dataclass(slots=True)
class _Plan:
    """Changes of an import, with the photos of new contacts by place and of changed ones by id."""

    entries: list[ImportedEntry] = field(default_factory=list[ImportedEntry])
    new: list[NewContact] = field(default_factory=list[NewContact])
    new_photos: list[bytes] = field(default_factory=list[bytes])
    changed: list[tuple[Contact, ContactDetails]] = field(default_factory=list[tuple[Contact, ContactDetails]])
    photos: dict[str, bytes] = field(default_factory=dict[str, bytes])


class ContactImports:
    """Imports into address books."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    async def preview(self, book: AddressBook, data: bytes, encoding: Encoding | None = None) -> ContactImportReport:
        """Report what an import would do. Nothing is stored. Raise Invalid for a file that cannot be read."""
        file = await asyncio.to_thread(read_file, data, encoding)
        return _report(file, await self._plan(book, file))

    async def run(
        self,
        book: AddressBook,
        data: bytes,
        encoding: Encoding | None = None,
        *,
        skip_faulty: bool = False,
        pictures: Mapping[str, bytes] | None = None,
    ) -> ContactImportReport:
        """Import a file. Entries with faults are left out with `skip_faulty`. `pictures` are photos from outside the
        file by uid, b"" for one that cannot be used. Raise Invalid if there are faulty entries without `skip_faulty`,
        and for a file that cannot be read; Conflict if the address book is full; TooManyRequests."""
        file = await asyncio.to_thread(read_file, data, encoding)
        if pictures:
            file = _with_pictures(file, pictures)
        return await self._contacts.optimistic.run(book, partial(self._run, book, file, skip_faulty))

    async def _run(
        self, book: AddressBook, file: ContactFile, skip_faulty: bool, unchanged: Guard
    ) -> ContactImportReport:
        plan = await self._plan(book, file)
        report = _report(file, plan)
        if report.count("refused") and not skip_faulty:
            line = next(each.line for each in report.entries if each.faults)
            raise Invalid(
                Phrase("The file has {} faulty entries, the first in line {}.", report.count("refused"), line),
                hint="Nothing was imported. Correct the file, or skip them.",
                field="file",
            )
        if plan.new or plan.changed:
            unreadable = await self._store(book, plan, unchanged)
            if unreadable and "PHOTO" not in report.ignored:
                report = replace(report, ignored=(*report.ignored, "PHOTO"))
        return report

    async def _store(self, book: AddressBook, plan: _Plan, unchanged: Guard) -> bool:
        """Store what is planned; return whether a photo could not be read. Raise TooManyRequests and what
        `Contacts.store` raises."""
        photos = [*plan.new_photos, *plan.photos.values()]
        made = iter(await self._contacts.contact_pictures.made_of([each for each in photos if each]))
        pictures = [next(made) if each else NO_PICTURE for each in photos]
        new = [replace(one, picture=each or NO_PICTURE) for one, each in zip(plan.new, pictures, strict=False)]
        changed = {key: each for key, each in zip(plan.photos, pictures[len(new) :], strict=True) if each is not None}
        await self._contacts.store(book, new, plan.changed, pictures=changed, guard=unchanged)
        return None in pictures

    async def _plan(self, book: AddressBook, file: ContactFile) -> _Plan:
        entries = await self._compared(book, file)
        photos = {
            each.stored.id: each.entry.photo
            for each in entries
            if not each.faults and each.entry.photo and each.stored is not None and each.stored.picture
        }
        same = await self._contacts.contact_pictures.unchanged(book.tenant_id, photos)
        plan = _Plan()
        for each in entries:
            details, stored, photo = each.details, each.stored, each.entry.photo or b""
            action: ImportAction = "unchanged"
            if each.faults:
                action = "refused"
            elif stored is None and not each.is_known:
                action = "create"
                plan.new.append(NewContact(details, each.entry.contact.uid))
                plan.new_photos.append(photo)
            elif stored is not None:
                has_new_photo = bool(photo) and stored.id not in same and stored.id not in plan.photos
                if has_new_photo:
                    plan.photos[stored.id] = photo
                if has_new_photo or not each.is_known:
                    action = "update"
                    plan.changed.append((stored, details))
            number = details.numbers[0].number if details.numbers else ""
            title = details.title[:MAX_NAME]
            plan.entries.append(ImportedEntry(each.entry.line, action, title, number[:64], tuple(each.faults)))
        return plan

    async def _compared(self, book: AddressBook, file: ContactFile) -> list[_Checked]:
        """Return the entries of a file with the contacts of the address book that they are."""
        present = await self._contacts.all(book)
        by_uid = {each.uid: each for each in present}
        known: dict[ContactDetails, Contact | None] = {each.details: each for each in present}
        found: list[_Checked] = []
        seen: set[str] = set()
        for at, entry in enumerate(file.entries, 1):
            faults, details = self._checked(book.tenant_id, entry, seen), entry.contact.details
            stored, is_known = None, False
            if not faults:
                details = checked(details, partial(self._contacts.canonical, book.tenant_id))
                is_known = details in known
                uid = entry.contact.uid
                stored = known[details] if is_known else by_uid.get(uid) if uid else None
                known.setdefault(details, None)
            found.append(_Checked(entry, faults, details, stored, is_known))
            if at % _ENTRIES_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return found

    def _checked(self, tenant_id: str, entry: FileEntry, seen: set[str]) -> Sequence[ImportFault]:
        """Return the faults of an entry."""
        faults = list(entry.faults)
        uid = entry.contact.uid
        if uid and uid in seen:
            faults.append(ImportFault("repeated", "uid", "An earlier entry has the same uid."))
        seen.add(uid)
        try:
            checked_uid(uid)
            checked(entry.contact.details, partial(self._contacts.canonical, tenant_id))
        except Invalid as refused:
            field: FaultField = refused.field  # type: ignore[assignment]  # the fields of a contact
            faults.append(ImportFault("malformed", field, _MESSAGES.get(refused.field, refused.message)))
        return faults


def _with_pictures(file: ContactFile, pictures: Mapping[str, bytes]) -> ContactFile:
    """Return the file with the pictures at its entries."""
    entries = tuple(replace(each, photo=pictures.get(each.contact.uid, each.photo)) for each in file.entries)
    has_unusable = b"" in pictures.values() and "PHOTO" not in file.ignored
    return replace(file, entries=entries, ignored=(*file.ignored, "PHOTO") if has_unusable else file.ignored)


def _report(file: ContactFile, plan: _Plan) -> ContactImportReport:
    return ContactImportReport(file.format, file.encoding, file.ignored, tuple(plan.entries))
