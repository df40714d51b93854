"""Registrar: bindings of devices (RFC 3261 section 10) and the location service."""

from unificx.presence.contracts import Binding, Caller, Registered
from unificx.presence.location import Location
from unificx.presence.rules import LONGEST, RegistrationRefused, contact_value
from unificx.presence.service import KIND, Parts, Registrar

__all__ = [
    "KIND",
    "LONGEST",
    "Binding",
    "Caller",
    "Location",
    "Parts",
    "Registered",
    "Registrar",
    "RegistrationRefused",
    "contact_value",
]
