"""Data of a person in this area: state, note and forwarding."""

from unificx.db import Database
from unificx.presence.models import PresenceRow
from unificx.presence.service import PresenceService
from unificx.privacy import Holding, RowHolding


def presence_holding(database: Database, presence: PresenceService) -> Holding:
    return RowHolding(database, "presence", {PresenceRow: "note and forwarding"}, presence.erase)
