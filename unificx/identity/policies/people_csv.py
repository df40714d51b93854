"""Reading of import files: encoding, delimiter, columns. Pure.

Accepted are UTF-8, with or without a byte order mark, and Windows-1252 (of which ISO 8859-1 is a part), as spreadsheets
write it; comma, semicolon or tab; fields in quotes (RFC 4180). The first row has the titles of the columns.
"""

from collections.abc import Sequence

from unificx.core.csv_files import UnreadableFile, delimiter_of, rows_of, without_neutralization
from unificx.core.phrases import Phrase
from unificx.identity.people_schemas import Encoding, ImportColumn, ImportFault, ImportFile, ImportRow

MAX_ROWS = 50_000
"""Of a file that is previewed."""
MAX_IMPORT_ROWS = 500
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
    "department": "department",
    "abteilung": "department",
}
"""Columns by title, in lower case. Other columns are ignored."""


def read_people_csv(data: bytes) -> ImportFile:
    """Read an import file. Raise Invalid for a file that cannot be read as a whole; faults of rows are in the rows."""
    text, encoding = _decode(data)
    delimiter = delimiter_of(text)
    rows = rows_of(text, delimiter)
    titles = next((cells for _, cells in rows), None)
    if titles is None:
        hint = "The first row has the titles name, email and number."
        raise UnreadableFile("file_empty", "The file is empty.", hint)
    columns: list[ImportColumn | None] = [TITLES.get(title.strip().lower()) for title in titles]
    known = [column for column in columns if column is not None]
    if "email" not in known or "name" not in known:
        raise UnreadableFile(
            "file_titles_missing",
            "The first row has to name the columns, name and email among them.",
            "Others are number, role, language and department; all in any order.",
        )
    if len(set(known)) < len(known):
        raise UnreadableFile("file_titles_repeated", "Two columns have the same title.", "Delete one of them.")
    found: list[ImportRow] = []
    for line, cells in rows:
        if len(found) == MAX_ROWS:
            message = Phrase("The file has more than {} rows.", MAX_ROWS)
            raise UnreadableFile("file_too_long", message, "Import it in several parts.")
        found.append(_row(line, cells, columns))
    ignored = tuple(title.strip()[:100] for title, column in zip(titles, columns, strict=True) if column is None)
    return ImportFile(tuple(found), encoding, delimiter, tuple(title for title in ignored if title))


def require_importable(file: ImportFile) -> None:
    """Raise Invalid for a file with more rows than one import has."""
    if len(file.rows) > MAX_IMPORT_ROWS:
        message = Phrase("An import has at most {} rows.", MAX_IMPORT_ROWS)
        raise UnreadableFile("file_too_long", message, "Import the file in several parts.")


def _decode(data: bytes) -> tuple[str, Encoding]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise UnreadableFile("file_not_text", "The file is not text in UTF-8.", "Save it as “CSV UTF-8”.")
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "windows-1252"


def _row(line: int, cells: list[str], columns: Sequence[ImportColumn | None]) -> ImportRow:
    values: dict[ImportColumn, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is not None:
            values[column] = without_neutralization(cell.strip())[: MAX_CELL + 1]
    if any(cell.strip() for cell in cells[len(columns) :]):
        fault = ImportFault("too_many_cells", "", "The row has more cells than the first row.")
        return ImportRow(line, values, (fault,))
    return ImportRow(line, values)
