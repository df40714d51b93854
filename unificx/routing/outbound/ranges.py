"""Ranges of public numbers, written as `+49301234500-99`, and direct dialling into extensions, as `10##`. Pure."""

import re

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.routing.outbound.numbers import PublicNumber, normalise

MAX_RANGE = 1000
"""Numbers of one range."""
MAX_END_DIGITS = 4
MAX_EXTENSION_DIGITS = 8
_EXTENSIONS = re.compile(r"[0-9]{0,7}#{1,6}", re.ASCII)


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
        raise _invalid(Phrase("A range has at most {} numbers.", MAX_RANGE))
    return [f"{base}{at:0{len(end)}d}" for at in range(start, int(end) + 1)]


def parse_extensions(text: str) -> str:
    """Return a pattern of extensions, in which each # is one of the last digits of a public number. Raises Invalid."""
    pattern = text.strip()
    if not _EXTENSIONS.fullmatch(pattern) or len(pattern) > MAX_EXTENSION_DIGITS:
        hint = "Write # for each of the last digits of a number: with 10##, +49301234501 leads to extension 1001."
        raise Invalid("This is not a pattern of extensions.", field="extensions", hint=hint)
    return pattern


def extension_for(pattern: str, e164: str) -> str:
    """Return the number of the extension that a public number leads to by a valid pattern."""
    prefix = pattern.rstrip("#")
    return prefix + e164[-(len(pattern) - len(prefix)) :]


def _invalid(message: str) -> Invalid:
    return Invalid(message, field="numbers", hint="Write the last digits after a hyphen, such as +49301234500-99.")
