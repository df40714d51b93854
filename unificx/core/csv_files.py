"""CSV files of users (RFC 4180): comma, semicolon or tab; fields in quotes. Pure."""

import csv
import io
from collections.abc import Iterator
from typing import Literal

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

Encoding = Literal["utf-8", "utf-16", "windows-1252"]
_BOMS: tuple[tuple[bytes, str, Encoding], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig", "utf-8"),
    (b"\xff\xfe", "utf-16", "utf-16"),
    (b"\xfe\xff", "utf-16", "utf-16"),
)
_CODECS: dict[Encoding, str] = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that spreadsheets take for a formula."""


def neutralize(cell: str) -> str:
    """Return the text of a cell that no spreadsheet evaluates as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def without_neutralization(cell: str) -> str:
    """Return the text of a cell as it was before `neutralize`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def decode(data: bytes, encoding: Encoding | None = None) -> tuple[str, Encoding]:
    """Return the text of a file as spreadsheets write it, and its encoding; `encoding` None: detected. UTF-8 with or
    without byte order mark, UTF-16, or Windows-1252, of which ISO 8859-1 is a part. Raise Invalid."""
    if encoding is not None:
        return _decoded(data, _CODECS[encoding]), encoding
    for mark, codec, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data, codec), name
    sample = data[:1000]
    if b"\0" in sample:
        codec = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
        return _decoded(data, codec), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decoded(data, "cp1252"), "windows-1252"


def _decoded(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        if codec != "cp1252":
            hint = "Choose the encoding, or save it as UTF-8."
            raise UnreadableFile("file_not_text", "The file has another encoding.", hint) from None
        text = data.decode("latin-1")
    if "\0" in text:
        raise UnreadableFile("file_not_text", "The file is not text.", "Choose another file, or save it as UTF-8.")
    return text


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
            raise UnreadableFile(
                "invalid", Phrase("Line {} is not CSV.", line), "Probably a quotation mark is missing."
            ) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


FileProblem = Literal[
    "file_empty", "file_not_text", "file_titles_missing", "file_titles_repeated", "file_too_long", "invalid"
]


class UnreadableFile(Invalid):
    """A file that cannot be read as a whole."""

    def __init__(self, code: FileProblem, message: str, hint: str) -> None:
        super().__init__(message, hint=hint, field="file")
        self.code = code
