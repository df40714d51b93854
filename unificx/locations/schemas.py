"""Schemas of locations. Personal values never appear in a `repr`."""

from dataclasses import dataclass, field
from datetime import datetime

from unificx.sip.geolocation import CivicAddress


@dataclass(frozen=True, slots=True)
class Location:
    """A place from which emergency calls are made.

    `number`: the number of the tenant that these calls show, in E.164, "" for that of any call. `is_default`: it is the
    place of all extensions without one. `home_of`: the only extension whose place it is, "" for a site; `extensions`
    and `devices` are ids of those that are at a site.
    """

    id: str
    tenant_id: str
    name: str
    created: datetime
    address: CivicAddress = field(repr=False)
    number: str = field(default="", repr=False)
    is_default: bool = False
    home_of: str = ""
    subject: str = ""
    extensions: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocationChange:
    """Values of a location; None keeps a value, or leaves it empty in a new one. `extensions` are numbers or ids."""

    name: str | None = None
    address: CivicAddress | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)
    is_default: bool | None = None
    extensions: tuple[str, ...] | None = None
    devices: tuple[str, ...] | None = None
