"""The calls of an access copy for spreadsheets (RFC 4180), safe against formulas in names."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from unificx.privacy import Records

_COLUMNS = ("started", "answered", "ended", "talk_seconds", "direction", "role", "outcome", "recorded")
_OTHERS = ("other_numbers", "other_names")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters of a cell that a spreadsheet may take for a formula."""


async def call_lines(calls: Records) -> AsyncIterator[bytes]:
    """Yield the lines, the names of the columns first. Starts with the byte order mark that spreadsheets need."""
    yield b"\xef\xbb\xbf" + _line([*_COLUMNS, *_OTHERS])
    async for call in calls.read():
        yield _line([_text(call[name]) for name in _COLUMNS] + [_joined(call, name) for name in ("number", "name")])


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
