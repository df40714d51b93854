"""Amounts of money on the command line: decimal numbers outside, millionths in the API."""

import re
from collections.abc import Iterable

import typer

from unificx.cli.api_client import Json

_MICROS = 1_000_000
_DECIMAL = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,6}))?\Z", re.ASCII)
_FIELDS = frozenset(
    {
        "price",
        "connection",
        "minimum",
        "amount",
        "amount_before",
        "extension_price",
        "number_price",
        "storage_price",
        "unit_price",
        "sold",
        "limit",
        "owed",
        "reserved",
        "available",
        "warn_below",
        "received",
        "unbilled",
        "net",
        "tax",
        "total",
        "left",
        "creditable",
        "credited",
    }
)
"""Fields of the API that are amounts."""


def parse_amount(text: str) -> int:
    """Return the millionths of a decimal number."""
    found = _DECIMAL.match(text)
    if found is None:
        raise typer.BadParameter("an amount is a number such as 49.90.")
    return int(found[1]) * _MICROS + int((found[2] or "").ljust(6, "0"))


def readable(item: Json) -> Json:
    """Return an item with its amounts as decimal numbers."""
    return {**item, **{name: format_amount(item[name]) for name in _FIELDS if isinstance(item.get(name), int)}}


def all_readable(items: Iterable[Json], *, as_json: bool) -> list[Json]:
    """Return items as they are printed: unchanged as JSON."""
    return [item if as_json else readable(item) for item in items]


def format_amount(micros: int) -> str:
    """Return an amount as a decimal number with at least two decimals."""
    whole, fraction = divmod(abs(micros), _MICROS)
    return f"{'-' if micros < 0 else ''}{whole}." + f"{fraction:06}".rstrip("0").ljust(2, "0")
