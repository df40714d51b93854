"""The part of an answered leg to a number outside that is billed, stored apart from the call record. Pure.

It has no number of a person: only its beginning is needed for the price, and the number itself is sealed with the call.
"""

from datetime import timedelta
from typing import Any

from unificx.calls.events import CallEnded, OutsideLeg
from unificx.cdr.values import to_the_second
from unificx.routing import parse_e164

HIDDEN_DIGITS = 4
"""Digits at the end of a number that are left out."""
MAX_DIGITS = 12
_SHORT_NUMBER = "short:"


def billed_legs(call: CallEnded) -> list[dict[str, Any]]:
    """Return the billed parts of a call as neutral values, for the spool. Emergency calls are not billed."""
    return [
        {
            "position": position,
            "extension_id": leg.extension_id,
            "trunk_id": leg.trunk_id,
            "destination": destination_of(leg.number),
            "country": _country(leg.number),
            "answered": to_the_second(leg.answered),
            "seconds": _begun_seconds(leg),
        }
        for position, leg in enumerate(call.outside)
        if not leg.emergency
    ]


def _begun_seconds(leg: OutsideLeg) -> int:
    return max(0, -((leg.answered - leg.ended) // timedelta(seconds=1)))


def destination_of(number: str) -> str:
    """Return what of a number its price depends on: the beginning without "+", or `short:` and a whole short number,
    which belongs to a service. `number` as in `OutsideLeg`."""
    return number[1:-HIDDEN_DIGITS][:MAX_DIGITS] if number.startswith("+") else f"{_SHORT_NUMBER}{number}"


def _country(number: str) -> str:
    found = parse_e164(number) if number.startswith("+") else None
    return found.country if found is not None else ""
