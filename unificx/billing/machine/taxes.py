"""Value added tax of telecommunications services: the rate, by the countries of seller and buyer. Pure.

Place of supply (Directive 2006/112/EC): a business is taxed in its country and pays the tax itself (Art. 44 and 196); a
buyer in the EU without a VAT id counts as a consumer and pays the rate of the own country (Art. 58). Services to other
countries are outside the scope of the tax.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Literal

from unificx.billing.machine.money import minor_unit
from unificx.core.errors import Conflict
from unificx.core.phrases import Phrase

TaxCategory = Literal["S", "AE", "O"]
"""UNCL 5305: standard rate, reverse charge, outside the scope of the tax."""
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A category with its rate in hundredths of a per cent: 1900 are 19 %."""

    category: TaxCategory
    rate: int


REVERSE_CHARGE = TaxRate("AE", 0)
OUTSIDE_SCOPE = TaxRate("O", 0)


_COUNTRIES: Mapping[str, Any] = json.loads(
    files("unificx.billing.machine").joinpath("tax_rates.json").read_text("utf-8")
)


def in_eu(country: str) -> bool:
    """Return whether a country (ISO 3166) is a member of the EU, so that its businesses have EU VAT ids."""
    return country in _COUNTRIES and bool(_COUNTRIES[country]["eu"])


def _standard_rate(country: str, day: date) -> TaxRate:
    """Return the standard rate of a country on a day. Raise Conflict."""
    rates: Mapping[str, int] = _COUNTRIES.get(country, {"rates": {}})["rates"]
    found = [rate for since, rate in rates.items() if since <= day.isoformat()]
    if not found:
        raise Conflict(
            Phrase("The rate of value added tax of {} is not known for {}.", country, day),
            hint="Check the countries in the billing details.",
        )
    return TaxRate("S", found[-1])


def tax_rate(seller: str, buyer: str, day: date, *, has_vat_id: bool) -> TaxRate:
    """Return the rate for a service that ends on a day. `has_vat_id`: the buyer is a business. Raise Conflict."""
    if seller == buyer:
        return _standard_rate(seller, day)
    if in_eu(seller) and in_eu(buyer):
        return REVERSE_CHARGE if has_vat_id else _standard_rate(buyer, day)
    return OUTSIDE_SCOPE


def tax_of(net: int, rate: int, currency: str) -> int:
    """Return the tax of a net amount in micros, rounded to the minor unit, halves away from zero."""
    unit = minor_unit(currency)
    size = (2 * abs(net) * rate + _WHOLE * unit) // (2 * _WHOLE * unit) * unit
    return -size if net < 0 else size
