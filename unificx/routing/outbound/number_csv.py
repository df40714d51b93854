"""CSV files of public numbers: reading, the plan of an import, writing. Pure.

Accepted are UTF-8, UTF-16 with a byte order mark and Windows-1252 (of which ISO 8859-1 is a part); comma, semicolon or
tab; fields in quotes (RFC 4180). The first row has the titles of the columns.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from unificx.core.csv_files import (
    UnreadableFile,
    decode,
    delimiter_of,
    neutralize,
    rows_of,
    without_neutralization,
)
from unificx.core.phrases import Phrase

MAX_ROWS = 2000
"""An import is one transaction, and other changes of numbers wait for it."""
MAX_CELL = 500
"""Characters of a cell."""
NumberColumn = Literal["number", "trunk", "destination", "description", "shown_for", "reject_anonymous"]
COLUMNS: tuple[NumberColumn, ...] = get_args(NumberColumn)
NumberFaultCode = Literal["missing", "malformed", "repeated", "unknown", "invalid", "too_many_cells"]
"""`unknown`: there is no such trunk, destination or extension in the tenant, whether or not another tenant has it."""
NumberAction = Literal["create", "update", "unchanged", "refused"]
TITLES: dict[str, NumberColumn] = {
    **{each: each for each in COLUMNS},
    "nummer": "number",
    "rufnummer": "number",
    "did": "number",
    "anbieter": "trunk",
    "leitung": "trunk",
    "ziel": "destination",
    "leads to": "destination",
    "beschreibung": "description",
    "shown for": "shown_for",
    "reject anonymous": "reject_anonymous",
}
"""Columns by title, in lower case. Other columns are ignored."""
YES, NO = frozenset({"yes", "true", "1", "ja"}), frozenset({"no", "false", "0", "nein"})


@dataclass(frozen=True, slots=True)
class NumberFault:
    """A fault of one cell, or of a whole row if `column` is "". `message` never repeats the cell."""

    code: NumberFaultCode
    column: NumberColumn | Literal[""]
    message: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """Row of an import file. `line` is the first line of the row in the file, counted from 1; an empty cell leaves a
    value as it is."""

    line: int
    cells: dict[NumberColumn, str] = field(repr=False)
    faults: tuple[NumberFault, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedNumber:
    """A row, and the action of the import. `number` is in E.164, or as written if it is none."""

    line: int
    action: NumberAction
    number: str = field(repr=False)
    destination: str = field(repr=False)
    faults: tuple[NumberFault, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberImport:
    """Result of an import or of its preview. `ignored`: titles of columns that are not imported."""

    rows: tuple[PlannedNumber, ...]
    ignored: tuple[str, ...] = field(repr=False)
    applied: bool

    def count(self, action: NumberAction) -> int:
        """Return the number of rows with this action."""
        return sum(row.action == action for row in self.rows)


def read_numbers_csv(data: bytes) -> tuple[list[NumberRow], tuple[str, ...]]:
    """Return the rows of a file, and the titles of columns that are ignored. Raise Invalid for a file that cannot be
    read as a whole; faults of rows are in the rows."""
    text, _ = decode(data)
    rows = rows_of(text, delimiter_of(text))
    titles = next((cells for _, cells in rows), None)
    if titles is None:
        hint = "The first row has the titles number, trunk and destination."
        raise UnreadableFile("file_empty", "The file is empty.", hint)
    columns: list[NumberColumn | None] = [TITLES.get(title.strip().lower()) for title in titles]
    known = [column for column in columns if column is not None]
    if "number" not in known:
        hint = "Others are trunk, destination, description, shown_for and reject_anonymous; in any order."
        raise UnreadableFile("file_titles_missing", "The first row has to name the columns, number among them.", hint)
    if len(set(known)) < len(known):
        raise UnreadableFile("file_titles_repeated", "Two columns have the same title.", "Delete one of them.")
    found: list[NumberRow] = []
    for line, cells in rows:
        if len(found) == MAX_ROWS:
            message = Phrase("The file has more than {} rows.", MAX_ROWS)
            raise UnreadableFile("file_too_long", message, "Import it in several parts.")
        found.append(_row(line, cells, columns))
    ignored = (title.strip()[:100] for title, column in zip(titles, columns, strict=True) if column is None)
    return found, tuple(title for title in ignored if title)


def _row(line: int, cells: Sequence[str], columns: Sequence[NumberColumn | None]) -> NumberRow:
    values: dict[NumberColumn, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is not None:
            values[column] = without_neutralization(cell.strip())
    if any(cell.strip() for cell in cells[len(columns) :]):
        fault = NumberFault("too_many_cells", "", "The row has more cells than the first row.")
        return NumberRow(line, values, (fault,))
    long: list[NumberColumn] = [column for column, cell in values.items() if len(cell) > MAX_CELL]
    faults = tuple(NumberFault("malformed", one, f"A cell has at most {MAX_CELL} characters.") for one in long)
    return NumberRow(line, values, faults)


def numbers_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of cells, in the order of `COLUMNS`, as CSV in UTF-8 with a byte order mark, which spreadsheets need.
    An import reads it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([neutralize(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
