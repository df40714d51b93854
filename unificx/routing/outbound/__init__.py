"""Calls outside: telephone numbers and the way they take."""

from unificx.routing.outbound.numbers import (
    INTERNATIONAL,
    UNKNOWN_COUNTRY,
    Emergency,
    NumberKind,
    OutsideDialled,
    PublicNumber,
    Short,
    display,
    is_country,
    normalise,
    parse_e164,
)

__all__ = [
    "INTERNATIONAL",
    "UNKNOWN_COUNTRY",
    "Emergency",
    "NumberKind",
    "OutsideDialled",
    "PublicNumber",
    "Short",
    "display",
    "is_country",
    "normalise",
    "parse_e164",
]
