"""Contacts and speed dials that a person takes along from an access copy, to another installation or tenant."""

import asyncio
import io
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from unificx.archive.reader import CheckedArchive, checked_file
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
MAX_PICTURE_BYTES = 256 << 10
"""Bytes of the picture of a contact. Ours are squares of 256 pixels, of about 10 KiB."""
MAX_PICTURES_BYTES = 64 << 20
"""Bytes of all pictures of a copy, which are in memory meanwhile."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """The contents of a copy: contacts as vCards, their pictures by uid (b"" for one that cannot be used), and speed
    dials."""

    cards: bytes
    pictures: Mapping[str, bytes]
    speed_dials: list[SpeedDial]


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
        changed; speed dials take free codes only. Pictures of contacts are made anew by the process that reads photos;
        other files, and pictures beyond the limits, are left out and reported as ignored. Raise Invalid, Conflict for
        a full address book, TooManyRequests."""
        found = await asyncio.to_thread(_read, data, book, now)
        report = await self._contacts.run(book, found.cards, "utf-8", skip_faulty=True, pictures=found.pictures)
        added = 0 if extension is None else await self._speed_dials.add(extension, found.speed_dials)
        return ImportedCopy(report, added)


def _read(data: bytes, book: AddressBook, now: datetime) -> _Contents:
    """Return the contacts as vCards, so that they are checked like those of any file, with pictures and speed dials."""
    with checked_file(io.BytesIO(data)) as copy:
        contacts, uids = list[Contact](), dict[str, str]()
        for record in copy.records("contact"):
            contacts.append(one := _contact(record, book, now))
            uids[str(record.get("id") or "")] = one.uid
        pictures = _pictures(copy, uids)
        texts = [text for record in copy.records("speed_dial") for text in _strings(record, "entries")]
    dials = list(from_texts(text for text in texts if text.count(" ") >= _SEPARATORS))
    return _Contents(write_vcards(contacts), pictures, dials)


def _pictures(copy: CheckedArchive, uids: Mapping[str, str]) -> dict[str, bytes]:
    """Return the pictures of contacts by uid. The id of a picture is that of its contact in the copy."""
    found, room = dict[str, bytes](), MAX_PICTURES_BYTES
    for record in copy.records("contact_picture"):
        uid, text = uids.get(str(record.get("id") or ""), ""), str(record.get("image") or "")
        if uid and uid not in found:
            image = _decoded(text) if len(text) * 3 // 4 <= min(room, MAX_PICTURE_BYTES) + 2 else b""
            found[uid] = image
            room -= len(image)
    return found


def _decoded(text: str) -> bytes:
    """Return the bytes of a text in base64; b"" for another text."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


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
    found: Any = record.get(name)
    return tuple(str(each) for each in cast("list[Any]", found)) if isinstance(found, list) else ()
