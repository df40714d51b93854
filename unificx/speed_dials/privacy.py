"""Data of a person in this area: their speed dials."""

from unificx.db import Database
from unificx.privacy import Holding, RowHolding
from unificx.speed_dials.models import SpeedDialRow
from unificx.speed_dials.service import SpeedDials


def speed_dial_holding(database: Database, speed_dials: SpeedDials) -> Holding:
    return RowHolding(database, "speed_dials", {SpeedDialRow: "speed dials"}, speed_dials.erase)
