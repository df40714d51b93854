"""Contacts as CSV (RFC 4180): comma, semicolon or tab; the first row has the titles of the columns. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from unificx.contacts.import_schemas import FileEntry, ImportFault
from unificx.contacts.schemas import Contact, ContactDetails, ContactNumber, NewContact, NumberLabel
from unificx.core.csv_files import UnreadableFile, delimiter_of, neutralize, rows_of, without_neutralization
from unificx.core.phrases import Phrase

MAX_CELL = 4_000
"""Characters of a cell."""
_NUMBERS: dict[str, NumberLabel] = {
    "mobile": "mobile",
    "mobil": "mobile",
    "mobiltelefon": "mobile",
    "handy": "mobile",
    "cell": "mobile",
    "mobile phone": "mobile",
    "mobile number": "mobile",
    "work": "work",
    "work number": "work",
    "business": "work",
    "business number": "work",
    "business phone": "work",
    "geschäftlich": "work",
    "telefon geschäftlich": "work",
    "phone": "work",
    "telephone": "work",
    "telefon": "work",
    "number": "work",
    "nummer": "work",
    "home": "home",
    "home phone": "home",
    "home number": "home",
    "privat": "home",
    "telefon privat": "home",
    "main": "main",
    "company main phone": "main",
    "zentrale": "main",
    "fax": "fax",
    "business fax": "fax",
    "businessfax": "fax",
    "home fax": "fax",
    "homefax": "fax",
    "work fax": "fax",
    "other": "other",
    "other phone": "other",
    "other number": "other",
    "weitere": "other",
}
_TEXTS = {
    "name": "name",
    "full name": "name",
    "display name": "name",
    "first name": "first",
    "firstname": "first",
    "given name": "first",
    "vorname": "first",
    "last name": "last",
    "lastname": "last",
    "family name": "last",
    "nachname": "last",
    "organisation": "organisation",
    "organization": "organisation",
    "company": "organisation",
    "company name": "organisation",
    "firma": "organisation",
    "department": "department",
    "abteilung": "department",
    "email": "email",
    "e-mail": "email",
    "e-mail address": "email",
    "e-mail-adresse": "email",
    "mail": "email",
    "note": "note",
    "notes": "note",
    "remark": "note",
    "notiz": "note",
    "notizen": "note",
    "favourite": "favourite",
    "uid": "uid",
}
"""Columns by title, in lower case, with those of Outlook, 3CX and Yeastar; a number, as in `mobile 2` and `e-mail 2
address`, is for another value of the same kind."""
_COUNT = re.compile(r"\s*[0-9]+(?=\s|\Z)")
TITLES = ("name", "organisation", "department", "mobile", "work", "home", "main", "fax", "other", "email", "note")
_SEPARATOR = ";"
"""Between several values in a cell of numbers or e-mail addresses."""


def read_csv(text: str, maximum: int) -> tuple[list[FileEntry], list[str]]:
    """Return the rows of a file, and the titles of the columns that are ignored. Raise Invalid."""
    rows = rows_of(text, delimiter_of(text))
    titles = next((cells for _, cells in rows), [])
    columns = [_column(title) for title in titles]
    if not any(columns):
        hint = Phrase("Known titles are {}.", ", ".join(TITLES))
        raise UnreadableFile("file_titles_missing", "The first row has to name the columns.", hint)
    entries: list[FileEntry] = []
    for line, cells in rows:
        if len(entries) >= maximum:
            message = Phrase("The file has more than {} contacts.", maximum)
            raise UnreadableFile("file_too_long", message, "Import it in several parts.")
        entries.append(_entry(line, cells, columns))
    return entries, [
        title.strip()[:40] for title, column in zip(titles, columns, strict=True) if not column and title.strip()
    ]


def _column(title: str) -> str:
    words = _COUNT.sub("", title.strip().lower())
    return words if words in _TEXTS or words in _NUMBERS else ""


def _entry(line: int, cells: Sequence[str], columns: Sequence[str]) -> FileEntry:
    texts: dict[str, str] = {}
    numbers: list[ContactNumber] = []
    emails: list[str] = []
    faults: list[ImportFault] = []
    for column, raw in zip(columns, cells, strict=False):
        cell = without_neutralization(raw.strip())[:MAX_CELL]
        if not cell or not column:
            continue
        if column in _NUMBERS:
            numbers += [ContactNumber(each, _NUMBERS[column]) for each in _values(cell)]
        elif _TEXTS[column] == "email":
            emails += _values(cell)
        else:
            texts.setdefault(_TEXTS[column], cell)
    if any(cell.strip() for cell in cells[len(columns) :]):
        faults.append(ImportFault("too_many_cells", "", "The row has more cells than the first row."))
    name = texts.get("name") or " ".join(each for each in (texts.get("first"), texts.get("last")) if each)
    details = ContactDetails(
        name,
        texts.get("organisation", ""),
        texts.get("department", ""),
        tuple(numbers),
        tuple(emails),
        texts.get("note", ""),
        texts.get("favourite", "").lower() in ("1", "yes", "ja", "true"),
    )
    return FileEntry(line, NewContact(details, texts.get("uid", "")), tuple(faults))


def _values(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(_SEPARATOR) if each.strip()]


def write_csv(contacts: Iterable[Contact]) -> bytes:
    """Return contacts as CSV in UTF-8 with a byte order mark, which spreadsheets need."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow([*TITLES, "favourite", "uid"])
    for each in contacts:
        details = each.details
        by_label = {label: [one.number for one in details.numbers if one.label == label] for label in TITLES[3:9]}
        cells = [
            details.name,
            details.organisation,
            details.department,
            *(_SEPARATOR.join(numbers) for numbers in by_label.values()),
            _SEPARATOR.join(details.emails),
            details.note,
            "1" if details.favourite else "",
            each.uid,
        ]
        rows.writerow([neutralize(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
