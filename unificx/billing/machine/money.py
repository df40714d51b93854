"""Amounts of money: integers in millionths ("micros") of the main unit of a currency (ISO 4217), never floats.

One micro is smaller than any price per second, and a whole number of them makes the minor unit of every currency.
"""

import re

MICROS = 1_000_000
MAX_AMOUNT = 1_000_000 * MICROS
"""Highest single amount that is accepted."""
_DECIMALS = {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "ISK": 0, "JPY": 0, "KRW": 0}
"""Decimals of the minor unit, where it is not a hundredth (ISO 4217)."""
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_AMOUNT = re.compile(r"(-?)([0-9]{1,9})(?:[.,]([0-9]{1,6}))?\Z", re.ASCII)


def is_currency(code: str) -> bool:
    """Return whether a text has the form of a currency code."""
    return _CURRENCY.match(code) is not None


def parse_amount(text: str) -> int | None:
    """Return the micros of a decimal number with a point or comma; None if it is none or has more than six decimals."""
    found = _AMOUNT.match(text)
    if found is None:
        return None
    sign, whole, fraction = found.groups()
    amount = int(whole) * MICROS + int((fraction or "").ljust(6, "0"))
    return -amount if sign else amount


def format_amount(micros: int) -> str:
    """Return an amount as a decimal number with at least two decimals."""
    whole, fraction = divmod(abs(micros), MICROS)
    decimals = f"{fraction:06}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole}.{decimals}"


def minor_unit(currency: str) -> int:
    """Return the micros of the minor unit of a currency."""
    return MICROS // 10 ** _DECIMALS.get(currency, 2)


def rounded(micros: int, currency: str) -> int:
    """Return an amount rounded to the minor unit, halves away from zero."""
    unit = minor_unit(currency)
    size = (abs(micros) * 2 + unit) // (2 * unit) * unit
    return -size if micros < 0 else size
