"""Dial plan: from a dialled string to its destination, from memory only."""

import re
from dataclasses import dataclass

from unificx.identity import DirectoryCache
from unificx.registrar import Caller
from unificx.routing.codes import CodeTables
from unificx.routing.destinations import Destination, RingExtension
from unificx.routing.feature_codes import RING_TEST, SPEED_DIAL, WITHHOLD_NUMBER
from unificx.routing.kinds import DestinationDirectory
from unificx.routing.outbound.numbers import normalise
from unificx.routing.outbound.service import OutboundRouting
from unificx.routing.plans import NO_OUTSIDE_LINE, NO_SUCH_NUMBER
from unificx.speed_dials import SpeedDials

_NUMBER = re.compile(r"[0-9]{1,15}\Z")
_INTERNATIONAL = re.compile(r"\+[0-9]{3,15}\Z")
_EMERGENCY_LENGTH = 3
"""Digits of the emergency numbers that no internal number may hide."""
_CODE = re.compile(r"[*#][0-9*#]{1,24}(\+[0-9]{3,15})?\Z")
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
    """A feature code, such as *97, and what follows it."""

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
    """The numbers of all tenants; those of different tenants are independent. `outside` decides on numbers outside;
    None where there are none. `codes`: the feature codes of each tenant."""

    def __init__(
        self,
        directory: DirectoryCache,
        destinations: DestinationDirectory,
        outside: OutboundRouting | None = None,
        speed_dials: SpeedDials | None = None,
        codes: CodeTables | None = None,
    ) -> None:
        self._directory = directory
        self.destinations = destinations
        self._outside = outside
        self._speed_dials = speed_dials
        self.codes = codes or CodeTables()

    def destination(self, caller: Caller, dialled: str, *, counted: bool = True) -> Destination:
        """Return the destination of `dialled` for this caller. `counted`: the call is made now."""
        match parse_dialled(dialled):
            case Number(digits):
                if len(digits) <= _EMERGENCY_LENGTH and self._is_emergency(caller.tenant_id, digits):
                    return self._destination_outside(caller, digits, counted=counted)
                found = self.destinations.at_number(caller.tenant_id, digits)
                return found if found is not None else self._destination_outside(caller, digits, counted=counted)
            case OutsideNumber(digits):
                return self._destination_outside(caller, f"+{digits}", counted=counted)
            case FeatureCode(text):
                return self._destination_of_code(caller, text, counted=counted)
            case Undialable():
                return NO_SUCH_NUMBER

    def _destination_of_code(self, caller: Caller, dialled: str, *, counted: bool) -> Destination:
        feature, argument = self.codes.of(caller.tenant_id).match(dialled) or (None, "")
        name = feature.name if feature is not None else ""
        if name == RING_TEST:
            calling = self._directory.extension_by_id(caller.extension_id)
            return RingExtension(calling, caller.device_id) if calling is not None else NO_SUCH_NUMBER
        if name == SPEED_DIAL:
            number = self._speed_dials.number(caller.extension_id, argument) if self._speed_dials else ""
            return self.destination(caller, number, counted=counted) if number else NO_SUCH_NUMBER
        if name == WITHHOLD_NUMBER and argument:
            return self._destination_outside(caller, argument, withheld=True, counted=counted)
        return self.destinations.at_number(caller.tenant_id, dialled) or NO_SUCH_NUMBER

    def _is_emergency(self, tenant_id: str, digits: str) -> bool:
        return self._outside is not None and self._outside.is_emergency(tenant_id, digits)

    def _destination_outside(
        self, caller: Caller, digits: str, *, withheld: bool = False, counted: bool
    ) -> Destination:
        if self._outside is not None:
            return self._outside.destination(caller, digits, withheld=withheld, counted=counted)
        tenant = self._directory.tenant(caller.tenant_id)
        is_number = tenant is not None and normalise(digits, tenant.country) is not None
        return NO_OUTSIDE_LINE if is_number else NO_SUCH_NUMBER
