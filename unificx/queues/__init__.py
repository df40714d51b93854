"""Queues: callers wait, hear music and announcements, and are connected to agents."""

from unificx.queues.agent_codes import AgentStates, agent_apps
from unificx.queues.app import QueueDependencies, queue_app
from unificx.queues.composition import Queues, QueueStore, build_queues
from unificx.queues.privacy import queue_holding
from unificx.queues.retention import queue_expiries
from unificx.queues.schemas import (
    Agent,
    AgentEventKind,
    AgentState,
    EmptyRule,
    NewAgent,
    NewQueue,
    PauseReason,
    Queue,
    QueueChange,
    QueueSettings,
    Strategy,
    VisitOutcome,
    WaitingStatus,
)

__all__ = [
    "Agent",
    "AgentEventKind",
    "AgentState",
    "AgentStates",
    "EmptyRule",
    "NewAgent",
    "NewQueue",
    "PauseReason",
    "Queue",
    "QueueChange",
    "QueueDependencies",
    "QueueSettings",
    "QueueStore",
    "Queues",
    "Strategy",
    "VisitOutcome",
    "WaitingStatus",
    "agent_apps",
    "build_queues",
    "queue_app",
    "queue_expiries",
    "queue_holding",
]
