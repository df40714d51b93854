"""What a dialled string means, before anybody is looked up."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[0-9]{1,15}\Z")
_CODE = re.compile(r"[*#][0-9*#]{1,15}\Z")
_SEPARATORS = str.maketrans("", "", " -.()/")


@dataclass(frozen=True, slots=True)
class Number:
    """Digits: an extension's number."""

    digits: str


@dataclass(frozen=True, slots=True)
class Code:
    """A feature code, such as *97."""

    text: str


@dataclass(frozen=True, slots=True)
class Nonsense:
    """Nothing that could be dialled."""


Dialled = Number | Code | Nonsense


def read_dialled(user: str) -> Dialled:
    """Read the user part of a Request-URI, unescaped. Visual separators (RFC 3966 section 5.1.1) do not count."""
    if len(user) > 64:
        return Nonsense()
    text = user.translate(_SEPARATORS)
    if _NUMBER.match(text):
        return Number(text)
    if _CODE.match(text):
        return Code(text)
    return Nonsense()
