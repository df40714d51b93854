"""State shared by all nodes: ports, and their implementations for a single process."""

from unificx.cluster.cluster import Cluster, local_cluster
from unificx.cluster.local import LocalEventBus
from unificx.cluster.ports import (
    CallJournal,
    Count,
    CounterKind,
    Counters,
    EventBus,
    JournalEntry,
    Location,
    OneTimeKind,
    OneTimeStore,
    RecordLog,
)

__all__ = [
    "CallJournal",
    "Cluster",
    "Count",
    "CounterKind",
    "Counters",
    "EventBus",
    "JournalEntry",
    "LocalEventBus",
    "Location",
    "OneTimeKind",
    "OneTimeStore",
    "RecordLog",
    "local_cluster",
]
