"""CSV files of users (RFC 4180): comma, semicolon or tab; fields in quotes. Pure."""

import csv
import io
from collections.abc import Iterator

from unificx.core.errors import Invalid

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that spreadsheets take for a formula."""


def neutralize(cell: str) -> str:
    """Return the text of a cell that no spreadsheet evaluates as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def without_neutralization(cell: str) -> str:
    """Return the text of a cell as it was before `neutralize`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def delimiter_of(text: str) -> str:
    """Return the delimiter that occurs most often in the first row."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def rows_of(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the first line and the cells of each row that is not empty. Raise Invalid."""
    # newline="": line breaks within quotes are preserved.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise unreadable(f"Line {line} is not CSV.", "Probably a quotation mark is missing.") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def unreadable(message: str, hint: str) -> Invalid:
    """Return the error of a file that cannot be read as a whole."""
    return Invalid(message, hint=hint, field="file")
