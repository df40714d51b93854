"""The calls of an access copy for spreadsheets (RFC 4180), safe against formulas in names."""

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

KIND = "call"
"""The kind of records that are calls."""
_LEVEL = 1
"""Level of compression."""
_COLUMNS = ("started", "answered", "ended", "talk_seconds", "direction", "role", "outcome", "recorded")
_OTHERS = ("other_numbers", "other_names")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters of a cell that a spreadsheet may take for a formula."""


class CallLines:
    """Collects the lines while the calls are written as JSON: to read them again takes as long as all else about them.
    The lines are held compressed, some 20 bytes for a call."""

    def __init__(self) -> None:
        # Owner: this object, while one archive is written.
        self._deflate = zlib.compressobj(_LEVEL)
        self._compressed = [self._deflate.compress(b"\xef\xbb\xbf" + _line([*_COLUMNS, *_OTHERS]))]

    def note(self, kind: str, record: Mapping[str, Any]) -> None:
        """Note a record if it describes a call."""
        if kind != KIND:
            return
        values = [_text(record[name]) for name in _COLUMNS] + [_joined(record, name) for name in ("number", "name")]
        if piece := self._deflate.compress(_line(values)):
            self._compressed.append(piece)

    def read(self) -> Iterator[bytes]:
        """Yield the lines, once. The names of the columns are the first, behind the byte order mark that spreadsheets
        need."""
        self._compressed.append(self._deflate.flush())
        inflate = zlib.decompressobj()
        yield from map(inflate.decompress, self._compressed)


def cell(text: str) -> str:
    """Return the text so that no spreadsheet computes it: with an apostrophe in front if need be."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _joined(call: Mapping[str, Any], name: str) -> str:
    return "; ".join(other[name] for other in call["others"] if other[name])


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _line(values: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([cell(value) for value in values])
    return text.getvalue().encode()
