"""Ranges of public numbers, written as `+49301234500-99`. Pure."""

from unificx.core.errors import Invalid
from unificx.routing.outbound.numbers import PublicNumber, normalise

MAX_RANGE = 1000
"""Numbers of one range."""
MAX_END_DIGITS = 4


def parse_range(text: str, country: str) -> list[str]:
    """Return the numbers of a range in E.164: the digits after the last hyphen replace the end of the first number.
    `country` is that of numbers without a country code. Raises Invalid."""
    beginning, _, end = map(str.strip, text.rpartition("-"))
    first = normalise(beginning, country)
    if not isinstance(first, PublicNumber) or not (end.isascii() and end.isdigit() and len(end) <= MAX_END_DIGITS):
        raise _invalid("This is not a range of numbers.")
    base, start = first.e164[: -len(end)], int(first.e164[-len(end) :])
    if len(base) < MAX_END_DIGITS or int(end) < start:
        raise _invalid("The last number of the range is smaller than the first one.")
    if int(end) - start >= MAX_RANGE:
        raise _invalid(f"A range has at most {MAX_RANGE} numbers.")
    return [f"{base}{at:0{len(end)}d}" for at in range(start, int(end) + 1)]


def _invalid(message: str) -> Invalid:
    return Invalid(message, field="numbers", hint="Write the last digits after a hyphen, such as +49301234500-99.")
