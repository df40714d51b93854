"""Data of a person in this area: which rooms they host. The rooms themselves stay."""

from unificx.conferencing.models import RoomHostRow
from unificx.db import Database
from unificx.privacy import Holding, RowHolding


def room_holding(database: Database) -> Holding:
    return RowHolding(database, "conferencing", {}, links={RoomHostRow: "rooms as a host"})
