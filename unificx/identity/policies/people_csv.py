"""Reading of import files: encoding, delimiter, columns. Pure.

Accepted are UTF-8, with or without a byte order mark, and Windows-1252 (of which ISO 8859-1 is a part), as spreadsheets
write it; comma, semicolon or tab; fields in quotes (RFC 4180). The first row has the titles of the columns.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from unificx.core.errors import Invalid
from unificx.identity.people_schemas import Encoding, ImportColumn, ImportFault, ImportFile, ImportRow

MAX_BYTES = 256 * 1024
MAX_ROWS = 500
"""An import is one transaction, and other changes of accounts wait for it."""
MAX_CELL = 1000
"""Characters of a cell."""

TITLES: dict[str, ImportColumn] = {
    "name": "name",
    "full name": "name",
    "display name": "name",
    "vollständiger name": "name",
    "e-mail": "email",
    "email": "email",
    "mail": "email",
    "e-mail address": "email",
    "e-mail-adresse": "email",
    "number": "number",
    "extension": "number",
    "nummer": "number",
    "nebenstelle": "number",
    "durchwahl": "number",
    "role": "role",
    "rolle": "role",
    "language": "language",
    "sprache": "language",
}
"""Columns by title, in lower case. Other columns are ignored."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that spreadsheets take for a formula."""


def neutralize(cell: str) -> str:
    """Return the text of a cell that no spreadsheet evaluates as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def read_people_csv(data: bytes) -> ImportFile:
    """Read an import file. Raise Invalid for a file that cannot be read as a whole; faults of rows are in the rows."""
    if len(data) > MAX_BYTES:
        raise _unreadable(f"The file is larger than {MAX_BYTES // 1024} KiB.", "Import it in several parts.")
    text, encoding = _decode(data)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    titles = next((cells for _, cells in rows), None)
    if titles is None:
        raise _unreadable("The file is empty.", "The first row has the titles name, email and number.")
    columns: list[ImportColumn | None] = [TITLES.get(title.strip().lower()) for title in titles]
    known = [column for column in columns if column is not None]
    if "email" not in known or "name" not in known:
        raise _unreadable(
            "The first row has to name the columns, name and email among them.",
            "Others are number, role and language; all in any order.",
        )
    if len(set(known)) < len(known):
        raise _unreadable("Two columns have the same title.", "Delete one of them.")
    found: list[ImportRow] = []
    for line, cells in rows:
        if len(found) == MAX_ROWS:
            raise _unreadable(f"The file has more than {MAX_ROWS} rows.", "Import it in several parts.")
        found.append(_row(line, cells, columns))
    ignored = tuple(title.strip()[:100] for title, column in zip(titles, columns, strict=True) if column is None)
    return ImportFile(tuple(found), encoding, delimiter, tuple(title for title in ignored if title))


def _decode(data: bytes) -> tuple[str, Encoding]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise _unreadable("The file is not text in UTF-8.", "Save it as “CSV UTF-8”.")
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "windows-1252"


def _delimiter(text: str) -> str:
    """Return the delimiter that occurs most often in the first row."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the first line and the cells of each row that is not empty."""
    # newline="": line breaks within quotes are kept.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise _unreadable(f"Line {line} is not CSV.", "Probably a quotation mark is missing.") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _row(line: int, cells: list[str], columns: Sequence[ImportColumn | None]) -> ImportRow:
    values: dict[ImportColumn, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is not None:
            values[column] = _without_neutralization(cell.strip())[: MAX_CELL + 1]
    if any(cell.strip() for cell in cells[len(columns) :]):
        fault = ImportFault("too_many_cells", "", "The row has more cells than the first row.")
        return ImportRow(line, values, (fault,))
    return ImportRow(line, values)


def _without_neutralization(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def _unreadable(message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, field="file")
