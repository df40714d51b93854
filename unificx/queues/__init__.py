"""Queues: callers wait, hear music and announcements, and are connected to agents."""

from unificx.queues.history import QueueHistory
from unificx.queues.schemas import (
    Agent,
    AgentChange,
    AgentEvent,
    AgentState,
    EmptyRule,
    NewAgent,
    NewQueue,
    PauseReason,
    Queue,
    QueueChange,
    QueueSettings,
    Strategy,
    Visit,
    VisitOutcome,
)
from unificx.queues.service import QueueService
from unificx.queues.statistics import AgentStatistics, QueueStatistics

__all__ = [
    "Agent",
    "AgentChange",
    "AgentEvent",
    "AgentState",
    "AgentStatistics",
    "EmptyRule",
    "NewAgent",
    "NewQueue",
    "PauseReason",
    "Queue",
    "QueueChange",
    "QueueHistory",
    "QueueService",
    "QueueSettings",
    "QueueStatistics",
    "Strategy",
    "Visit",
    "VisitOutcome",
]
