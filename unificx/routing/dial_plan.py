"""Dial plan: from a dialled string to its destination, from memory only."""

import re
from dataclasses import dataclass

from unificx.identity import DirectoryCache
from unificx.registrar import Caller
from unificx.routing.destinations import Destination, RingExtension
from unificx.routing.kinds import DestinationDirectory
from unificx.routing.plans import NO_OUTSIDE_LINE, NO_SUCH_NUMBER

RING_TEST = "*44"
"""Feature code that rings only the calling device."""
_NUMBER = re.compile(r"[0-9]{1,15}\Z")
_INTERNATIONAL = re.compile(r"\+[0-9]{3,15}\Z")
_OUTSIDE = re.compile(r"0[0-9]{4,}|[0-9]{9,}|110|112|911|999")
"""Digits that, unless they are an extension or a feature, mean a number outside: with a trunk prefix, longer than any
extension, or an emergency number."""
_CODE = re.compile(r"[*#][0-9*#]{1,15}\Z")
_SEPARATORS = str.maketrans("", "", " -.()/")


@dataclass(frozen=True, slots=True)
class Number:
    """Digits: a number."""

    digits: str


@dataclass(frozen=True, slots=True)
class OutsideNumber:
    """A number in international format, as E.164 writes it."""

    digits: str


@dataclass(frozen=True, slots=True)
class FeatureCode:
    """A feature code, such as *97."""

    text: str


@dataclass(frozen=True, slots=True)
class Undialable:
    """Not a valid dialled string."""


DialledString = Number | OutsideNumber | FeatureCode | Undialable


def parse_dialled(user: str) -> DialledString:
    """Classify the unescaped user part of a Request-URI. Visual separators are ignored (RFC 3966 section 5.1.1)."""
    if len(user) > 64:
        return Undialable()
    text = user.translate(_SEPARATORS)
    if _NUMBER.match(text):
        return Number(text)
    if _INTERNATIONAL.match(text):
        return OutsideNumber(text[1:])
    if _CODE.match(text):
        return FeatureCode(text)
    return Undialable()


class DialPlan:
    """The numbers of all tenants; those of different tenants are independent."""

    def __init__(self, directory: DirectoryCache, destinations: DestinationDirectory) -> None:
        self._directory = directory
        self._destinations = destinations

    def destination(self, caller: Caller, dialled: str) -> Destination:
        """Return the destination of `dialled` for this caller."""
        match parse_dialled(dialled):
            case Number(digits):
                found = self._destinations.at_number(caller.tenant_id, digits)
                if found is not None:
                    return found
                return NO_OUTSIDE_LINE if _OUTSIDE.fullmatch(digits) else NO_SUCH_NUMBER
            case OutsideNumber():
                return NO_OUTSIDE_LINE
            case FeatureCode(text) if text == RING_TEST:
                calling = self._directory.extension_by_id(caller.extension_id)
                return RingExtension(calling, caller.device_id) if calling is not None else NO_SUCH_NUMBER
            case FeatureCode(text):
                return self._destinations.at_number(caller.tenant_id, text) or NO_SUCH_NUMBER
            case Undialable():
                return NO_SUCH_NUMBER
