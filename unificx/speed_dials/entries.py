"""Pure functions: checks of speed dials, and their stored form."""

import re
from collections.abc import Iterable

from unificx.core.errors import Invalid
from unificx.core.names import is_printable
from unificx.core.phrases import Phrase
from unificx.speed_dials.schemas import SpeedDial

MAX_NAME_LENGTH = 60
_CODE = re.compile(r"[0-9]{2}\Z", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9]{1,20}\Z", re.ASCII)
_SEPARATORS = str.maketrans("", "", " -.()/")


def checked(code: str, number: str, name: str) -> SpeedDial:
    """Return the entry without separators in its number. Raise Invalid that names the field."""
    digits, title = number.translate(_SEPARATORS), name.strip()
    if not _CODE.match(code):
        raise Invalid("A code has two digits.", field="code", hint="Use 00 to 99.")
    if not _NUMBER.match(digits):
        raise Invalid("This is not a telephone number.", field="number", hint="Write it as you dial it.")
    if len(title) > MAX_NAME_LENGTH or not is_printable(title):
        raise Invalid(Phrase("Invalid name. Use at most {} printable characters.", MAX_NAME_LENGTH), field="name")
    return SpeedDial(code, digits, title)


def to_texts(entries: Iterable[SpeedDial]) -> tuple[str, ...]:
    """Return the entries as lines: code, number, name."""
    return tuple(f"{each.code} {each.number} {each.name}" for each in entries)


def from_texts(texts: Iterable[str]) -> tuple[SpeedDial, ...]:
    """Return the entries that `to_texts` has written."""
    return tuple(SpeedDial(*text.split(" ", 2)) for text in texts)
