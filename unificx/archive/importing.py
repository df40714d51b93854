"""Contacts and speed dials that a person takes along from an access copy, to another installation or tenant."""

import asyncio
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unificx.archive.reader import checked_file
from unificx.contacts import (
    LABELS,
    AddressBook,
    Contact,
    ContactDetails,
    ContactImportReport,
    ContactImports,
    ContactNumber,
    NumberLabel,
    write_vcards,
)
from unificx.identity import Extension
from unificx.speed_dials import SpeedDial, SpeedDials, from_texts

_SEPARATORS = 2
"""Spaces between code, number and name of a speed dial."""
_TEXTS = ("name", "organisation", "department", "note")


@dataclass(frozen=True, slots=True)
class ImportedCopy:
    """The result of an import. `speed_dials`: number of those that were added."""

    contacts: ContactImportReport
    speed_dials: int


class CopyImports:
    """Imports access copies. One at a time: a copy is in memory meanwhile, as no personal data is stored unsealed."""

    def __init__(self, contacts: ContactImports, speed_dials: SpeedDials) -> None:
        self._contacts, self._speed_dials = contacts, speed_dials

    async def run(self, data: bytes, book: AddressBook, extension: Extension | None, now: datetime) -> ImportedCopy:
        """Import a copy, which is verified as a whole before. Contacts that are there stay, those with a known uid are
        changed; speed dials take free codes only. Raise Invalid, Conflict for a full address book."""
        cards, entries = await asyncio.to_thread(_read, data, book, now)
        report = await self._contacts.run(book, cards, "utf-8", skip_faulty=True)
        added = 0 if extension is None else await self._speed_dials.add(extension, entries)
        return ImportedCopy(report, added)


def _read(data: bytes, book: AddressBook, now: datetime) -> tuple[bytes, list[SpeedDial]]:
    """Return the contacts as vCards, so that they are checked like those of any file, and the speed dials."""
    with checked_file(io.BytesIO(data)) as copy:
        contacts = [_contact(record, book, now) for record in copy.records("contact")]
        texts = [text for record in copy.records("speed_dial") for text in _strings(record, "entries")]
    return write_vcards(contacts), list(from_texts(text for text in texts if text.count(" ") >= _SEPARATORS))


def _contact(record: dict[str, Any], book: AddressBook, now: datetime) -> Contact:
    texts = {name: str(record.get(name) or "") for name in _TEXTS}
    numbers = tuple(_number(text) for text in _strings(record, "numbers"))
    details = ContactDetails(
        **texts, numbers=numbers, emails=_strings(record, "emails"), favourite=record.get("favourite") is True
    )
    uid = str(record.get("uid") or "")
    return Contact("", book.tenant_id, book.person_id, uid, 0, now, "own", details, extra=_strings(record, "extra"))


def _number(text: str) -> ContactNumber:
    label, _, number = text.partition(" ")
    known: dict[str, NumberLabel] = {each: each for each in LABELS}
    return ContactNumber(number, known.get(label, "other"))


def _strings(record: dict[str, Any], name: str) -> tuple[str, ...]:
    found: Iterable[Any] = record.get(name) or ()
    return tuple(str(each) for each in found)
