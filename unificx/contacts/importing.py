"""Import of contacts from files, with a preview: all entries in one transaction, or none."""

import asyncio
from collections.abc import Sequence
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
from unificx.contacts.schemas import AddressBook, Contact, ContactDetails, NewContact
from unificx.contacts.service import Contacts
from unificx.core.errors import Invalid

_ENTRIES_AT_A_TIME = 200
"""Entries that are checked without a pause for other work."""
_MESSAGES: dict[str, str] = {
    "numbers": f"A number is not a telephone number, or there are more than {MAX_ENTRIES}.",
    "emails": f"An e-mail address is not valid, or there are more than {MAX_ENTRIES}.",
    "name": f"It has no name, organisation, number or e-mail address, or more than {MAX_NAME} characters.",
    "note": f"It has more than {MAX_NOTE} characters.",
}


class ContactImports:
    """Imports into address books."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    async def preview(self, book: AddressBook, data: bytes, encoding: Encoding | None = None) -> ContactImportReport:
        """Report what an import would do. Nothing is stored. Raise Invalid for a file that cannot be read."""
        file = await asyncio.to_thread(read_file, data, encoding)
        return (await self._plan(book, file))[0]

    async def run(
        self, book: AddressBook, data: bytes, encoding: Encoding | None = None, *, skip_faulty: bool = False
    ) -> ContactImportReport:
        """Import a file. Entries with faults are left out with `skip_faulty`. Raise Invalid if there are some without
        it, and for a file that cannot be read; Conflict if the address book is full."""
        file = await asyncio.to_thread(read_file, data, encoding)
        report, new, changed = await self._plan(book, file)
        if report.count("refused") and not skip_faulty:
            line = next(each.line for each in report.entries if each.faults)
            raise Invalid(
                f"The file has {report.count('refused')} faulty entries, the first in line {line}.",
                hint="Nothing was imported. Correct the file, or skip them.",
                field="file",
            )
        if new or changed:
            await self._contacts.store(book, new, changed)
        return report

    async def _plan(
        self, book: AddressBook, file: ContactFile
    ) -> tuple[ContactImportReport, list[NewContact], list[tuple[Contact, ContactDetails]]]:
        present = await self._contacts.all(book)
        by_uid, known = {each.uid: each for each in present}, {each.details for each in present}
        planned: list[ImportedEntry] = []
        new: list[NewContact] = []
        changed: list[tuple[Contact, ContactDetails]] = []
        seen: set[str] = set()
        for at, entry in enumerate(file.entries, 1):
            found = self._checked(book.tenant_id, entry, seen)
            action: ImportAction = "refused"
            details = entry.contact.details
            if not found:
                details = checked(details, partial(self._contacts.canonical, book.tenant_id))
                stored = by_uid.get(entry.contact.uid) if entry.contact.uid else None
                if details in known:
                    action = "unchanged"
                elif stored is not None:
                    action = "update"
                    changed.append((stored, details))
                else:
                    action = "create"
                    new.append(NewContact(details, entry.contact.uid))
                known.add(details)
            number = details.numbers[0].number if details.numbers else ""
            planned.append(ImportedEntry(entry.line, action, details.title[:MAX_NAME], number[:64], tuple(found)))
            if at % _ENTRIES_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return ContactImportReport(file.format, file.encoding, file.ignored, tuple(planned)), new, changed

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
