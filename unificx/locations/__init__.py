"""Locations: the places from which emergency calls are made."""

from unificx.locations.privacy import location_holding
from unificx.locations.schemas import Location, LocationChange
from unificx.locations.service import Locations

__all__ = ["Location", "LocationChange", "Locations", "location_holding"]
