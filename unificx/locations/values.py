"""Checks of locations. Pure."""

import re
from dataclasses import fields, replace

from unificx.core.errors import Invalid
from unificx.core.names import is_name, is_printable
from unificx.core.phrases import Phrase
from unificx.locations.schemas import Location
from unificx.sip.geolocation import CivicAddress

MAX_NAME = 60
MAX_LINE = 100
"""Characters of a line of an address."""
_country = re.compile(r"[A-Z]{2}").fullmatch


def checked(one: Location) -> Location:
    """Return a location with its texts trimmed. Raise Invalid that names the field."""
    name = one.name.strip()
    if not is_name(name, MAX_NAME):
        raise Invalid(Phrase("A name has up to {} printable characters.", MAX_NAME), field="name")
    return replace(one, name=name, address=_checked_address(one.address))


def _checked_address(address: CivicAddress) -> CivicAddress:
    values = {each.name: getattr(address, each.name).strip() for each in fields(CivicAddress)}
    values["country"] = values["country"].upper()
    for field, value in values.items():
        if len(value) > MAX_LINE or not is_printable(value):
            raise Invalid(Phrase("Each line of an address has up to {} printable characters.", MAX_LINE), field=field)
    if not _country(values["country"]):
        raise Invalid("A country has two letters.", field="country", hint="For example DE.")
    for field in ("city", "street"):
        if not values[field]:
            raise Invalid("An emergency service needs street and place.", field=field)
    return CivicAddress(**values)
