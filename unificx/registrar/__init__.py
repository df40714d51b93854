"""Registrar: bindings of devices (RFC 3261 section 10) and the location service."""

from unificx.registrar.location import Location
from unificx.registrar.registration import LONGEST, RegistrationRefused, contact_value
from unificx.registrar.schemas import Binding, Caller
from unificx.registrar.service import KIND, Parts, Registrar

__all__ = [
    "KIND",
    "LONGEST",
    "Binding",
    "Caller",
    "Location",
    "Parts",
    "Registrar",
    "RegistrationRefused",
    "contact_value",
]
