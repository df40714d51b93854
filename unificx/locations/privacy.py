"""Data of a person in this area: the place of their extension, such as their home."""

from unificx.db import Database
from unificx.locations.models import LocationRow
from unificx.locations.service import Locations
from unificx.privacy import Holding, RowHolding


def location_holding(database: Database, locations: Locations) -> Holding:
    return RowHolding(database, "locations", {LocationRow: "places of emergency calls"}, locations.erase)
