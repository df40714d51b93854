"""Registrar: bindings of devices (RFC 3261 section 10) and the location service."""

from unificx.registrar.location import LocationService
from unificx.registrar.privacy import registration_holding
from unificx.registrar.registration import MAX_EXPIRES, RegistrationRejected, contact_value
from unificx.registrar.schemas import MAX_SHOWN_NAME, Binding, Caller
from unificx.registrar.service import KIND, Registrar, RegistrarDependencies

__all__ = [
    "KIND",
    "MAX_EXPIRES",
    "MAX_SHOWN_NAME",
    "Binding",
    "Caller",
    "LocationService",
    "Registrar",
    "RegistrarDependencies",
    "RegistrationRejected",
    "contact_value",
    "registration_holding",
]
