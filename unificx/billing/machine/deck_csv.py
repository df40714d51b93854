"""Rows of a rate deck as CSV. Pure: lines come in one at a time, so that a file of any length takes little memory."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from unificx.billing.machine.money import MAX_AMOUNT, parse_amount
from unificx.billing.machine.rates import ALWAYS, MAX_PREFIX, SHORT, Rate
from unificx.core.names import is_printable
from unificx.core.phrases import Phrase

COLUMNS = (
    "prefix",
    "price",
    "first",
    "next",
    "connection",
    "minimum",
    "valid_from",
    "valid_until",
    "name",
    "group",
)
"""`prefix` and `price` (per minute) are required."""
MAX_LINE = 1_000
MAX_STEP = 3_600
"""Longest increment in seconds."""
_PREFIX = re.compile(rf"\+?([1-9][0-9]{{0,{MAX_PREFIX - 1}}})\Z|({SHORT}[0-9]{{2,8}})\Z", re.ASCII)
_STEP = re.compile(r"[0-9]{1,4}\Z", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_GROUP = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}\Z|\Z", re.ASCII)
_MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line of a file that is refused, and why. `line` counts from 1."""

    line: int
    problem: str


class BadLine(ValueError):
    """A line is refused; the argument says why."""


def is_group(text: str) -> bool:
    """Return whether a text has the form of a group of rates; "" is that of rates without one."""
    return _GROUP.match(text) is not None


class DeckReader:
    """Reads lines. The first one names the columns, in any order; cells are separated by commas or semicolons."""

    def __init__(self, header: str) -> None:
        text = header.removeprefix("\ufeff").strip()
        self._delimiter = ";" if text.count(";") > text.count(",") else ","
        self._columns = [cell.strip().lower() for cell in self._cells(text)]
        if not set(self._columns) & set(COLUMNS):
            raise BadLine(
                Phrase("The title row is missing: the first row names the columns, out of {}.", ", ".join(COLUMNS))
            )
        unknown = sorted(set(self._columns) - set(COLUMNS))
        if unknown:
            raise BadLine(Phrase("Unknown column {}. Columns are {}.", repr(unknown[0][:40]), ", ".join(COLUMNS)))
        if len(set(self._columns)) < len(self._columns):
            raise BadLine(Phrase("A column is named twice."))
        if not {"prefix", "price"} <= set(self._columns):
            raise BadLine(Phrase("The columns prefix and price are needed."))

    def rate(self, line: str) -> Rate | None:
        """Return the rate of a line, None for an empty one. Raise BadLine."""
        if not line.strip():
            return None
        if len(line) > MAX_LINE:
            raise BadLine(Phrase("The line is too long."))
        cells = self._cells(line)
        if len(cells) > len(self._columns):
            raise BadLine(Phrase("The line has more cells than there are columns."))
        return _rate(dict(zip(self._columns, (cell.strip() for cell in cells), strict=False)))

    def _cells(self, line: str) -> Sequence[str]:
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True))
        except (csv.Error, StopIteration):
            raise BadLine(Phrase("The quotation marks do not match.")) from None


def _rate(cells: Mapping[str, str]) -> Rate:
    prefix = _PREFIX.match(cells.get("prefix", ""))
    if prefix is None:
        raise BadLine(Phrase("A prefix has 1 to {} digits, or is {} and a short number.", MAX_PREFIX, SHORT))
    begins, ends = _day(cells, "valid_from", 0), _day(cells, "valid_until", ALWAYS)
    if ends <= begins:
        raise BadLine(Phrase("valid_until must be after valid_from."))
    name, group = cells.get("name", ""), cells.get("group", "").lower()
    if len(name) > _MAX_NAME or not is_printable(name):
        raise BadLine(Phrase("A name has at most {} printable characters.", _MAX_NAME))
    if not is_group(group):
        raise BadLine(Phrase("A group has letters a to z, digits and hyphens, at most 31."))
    return Rate(
        prefix=prefix[1] or prefix[2],
        price=_amount(cells, "price"),
        first=_step(cells, "first"),
        next=_step(cells, "next"),
        connection=_amount(cells, "connection"),
        minimum=_amount(cells, "minimum"),
        valid_from=begins,
        valid_until=ends,
        name=name,
        group=group,
    )


def _amount(cells: Mapping[str, str], column: str) -> int:
    text = cells.get(column, "")
    if not text and column != "price":
        return 0
    amount = parse_amount(text)
    if amount is None:
        raise BadLine(Phrase("{} must be a number with at most six decimals.", column))
    if amount < 0:
        raise BadLine(Phrase("{} must not be negative.", column))
    if amount > MAX_AMOUNT:
        raise BadLine(Phrase("{} is too high.", column))
    return amount


def _step(cells: Mapping[str, str], column: str) -> int:
    text = cells.get(column, "") or "60"
    if not _STEP.match(text) or not 1 <= int(text) <= MAX_STEP:
        raise BadLine(Phrase("{} must be 1 to {} seconds.", column, MAX_STEP))
    return int(text)


def _day(cells: Mapping[str, str], column: str, default: int) -> int:
    text = cells.get(column, "")
    if not text:
        return default
    try:
        if _DAY.match(text):
            return date.fromisoformat(text).toordinal()
    except ValueError:
        pass
    raise BadLine(Phrase("{} must be a date such as 2027-01-31.", column))
