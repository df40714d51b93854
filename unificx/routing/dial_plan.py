"""Dial plan: classifies a dialled string, before any lookup."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[0-9]{1,15}\Z")
_CODE = re.compile(r"[*#][0-9*#]{1,15}\Z")
_SEPARATORS = str.maketrans("", "", " -.()/")


@dataclass(frozen=True, slots=True)
class Number:
    """Digits: a number."""

    digits: str


@dataclass(frozen=True, slots=True)
class FeatureCode:
    """A feature code, such as *97."""

    text: str


@dataclass(frozen=True, slots=True)
class Undialable:
    """Not a valid dialled string."""


DialledString = Number | FeatureCode | Undialable


def parse_dialled(user: str) -> DialledString:
    """Classify the unescaped user part of a Request-URI. Visual separators are ignored (RFC 3966 section 5.1.1)."""
    if len(user) > 64:
        return Undialable()
    text = user.translate(_SEPARATORS)
    if _NUMBER.match(text):
        return Number(text)
    if _CODE.match(text):
        return FeatureCode(text)
    return Undialable()
