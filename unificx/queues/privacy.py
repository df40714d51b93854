"""Data of a person in this area: visits to queues as a caller, and memberships and events as an agent."""

from unificx.db import Database
from unificx.privacy import Holding, Retained, RowHolding
from unificx.queues.history import QueueHistory
from unificx.queues.models import QueueAgentEventRow, QueueAgentRow, QueueVisitRow

_VISIT = Retained(
    "Time and outcome of each visit, without number and name.",
    "Statistics of the queue.",
    "the period of the call history ends",
)


def queue_holding(database: Database, history: QueueHistory) -> Holding:
    links = {QueueAgentRow: "memberships as an agent", QueueAgentEventRow: "events as an agent"}
    retained = {"visits as a caller": _VISIT}
    return RowHolding(
        database, "queues", {QueueVisitRow: "visits as a caller"}, history.erase, links=links, retained=retained
    )
