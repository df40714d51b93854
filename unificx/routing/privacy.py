"""Data of a person in this area: memberships of ring groups, and the block list of their extensions."""

from unificx.db import Database
from unificx.privacy import Holding, RowHolding
from unificx.routing.groups.models import RingGroupMemberRow
from unificx.routing.outbound.models import NumberBlockRow


def routing_holding(database: Database) -> Holding:
    links = {RingGroupMemberRow: "memberships of groups", NumberBlockRow: "entries of the block list"}
    return RowHolding(database, "routing", {}, links=links)
