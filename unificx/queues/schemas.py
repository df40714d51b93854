"""Schemas of queues. Personal values never appear in a `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.core.value import EMPTY

Strategy = Literal["ring_all", "longest_idle", "fewest_calls", "round_robin", "random", "linear"]
"""How the agents to ring are chosen among those that are available."""
EmptyRule = Literal["wait", "leave"]
"""Rule for callers when no agent can take calls: wait, or continue at the queue's `otherwise`."""
AgentState = Literal["available", "ringing", "in_call", "wrap_up", "paused", "signed_out"]
PauseReason = Literal["break", "lunch", "meeting", "training", "paperwork", "other", "no_answer"]
"""Why an agent is paused; `no_answer`: by the queue, after missed calls."""
LeaveReason = Literal["timeout", "no_agents", "all_paused", "full", "callback_failed", "closed"]
"""Why a caller leaves the queue without an agent and without hanging up."""
VisitOutcome = Literal[
    "answered", "abandoned", "timeout", "no_agents", "all_paused", "full", "callback_failed", "closed"
]
"""How a visit to a queue ended; `abandoned`: the caller hung up."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Settings of a queue; times in seconds.

    `retry`: rest of an agent after a call they did not answer. `max_wait`, `announce_every`, `prompt_every` and
    `callback_after`: 0 for never. `max_missed`: unanswered calls in a row after which an agent is paused, 0 for never.
    `answer_within`: target of the service level.
    """

    strategy: Strategy = "ring_all"
    ring_seconds: int = 20
    retry: int = 5
    wrap_up: int = 0
    max_wait: int = 0
    max_length: int = 100
    max_missed: int = 0
    when_no_agents: EmptyRule = "wait"
    when_all_paused: EmptyRule = "wait"
    announce_every: int = 60
    announce_position: bool = True
    announce_wait: bool = True
    prompt_every: int = 0
    callback_after: int = 0
    answer_within: int = 20
    recorded: bool = False
    """Whether calls of agents are recorded, after an announcement to both parties."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of a queue. `static`: signed in when added; a dynamic agent signs in first. `penalty`: agents with a
    higher one are rung only if those with a lower one are not available or have not answered."""

    extension_id: str
    penalty: int = 0
    static: bool = True
    signed_in: bool = True
    paused: bool = False
    reason: PauseReason | None = None
    since: datetime | None = None
    """Since when the agent is signed in, signed out or paused."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue. `otherwise`: destination of callers that no agent answers, "" to hang up."""

    id: str
    tenant_id: str
    number: str
    name: str
    created: datetime
    settings: QueueSettings = QueueSettings()
    otherwise: str = ""
    agents: tuple[Agent, ...] = ()

    @property
    def reference(self) -> str:
        """The queue as destinations are written, such as `queue:6500`."""
        return f"queue:{self.number}"

    def agent(self, extension_id: str) -> Agent | None:
        """Return an agent of the queue."""
        return next((one for one in self.agents if one.extension_id == extension_id), None)


@dataclass(frozen=True, slots=True)
class NewAgent:
    """An agent to add: extension id, penalty, and whether they are signed in from the start."""

    extension_id: str
    penalty: int = 0
    static: bool = True


@dataclass(frozen=True, slots=True)
class NewQueue:
    """Values of a new queue. The default name is the number."""

    number: str
    name: str = ""
    settings: QueueSettings = QueueSettings()
    otherwise: str = ""
    agents: tuple[NewAgent, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingStatus:
    """A waiting caller. `callback`: they have hung up and will be called back."""

    id: str
    position: int
    waited: float
    """Seconds in the queue."""
    ringing: tuple[str, ...]
    """Extension ids of the agents that are rung for this caller."""
    callback: bool
    priority: int
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """An agent as shown on the wallboard: seconds in the present state, calls answered and missed since the start of
    the day or of the server. In the state `paused` without being `paused`, the agent is not to be disturbed."""

    extension_id: str
    state: AgentState
    seconds: float
    answered: int
    missed: int
    paused: bool = False
    reason: PauseReason | None = None


AgentEventKind = Literal["signed_in", "signed_out", "paused", "resumed", "missed"]


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """An entry in the history of an agent."""

    id: str
    tenant_id: str
    queue_id: str
    extension_id: str
    at: datetime
    kind: AgentEventKind
    reason: PauseReason | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit of a caller to a queue. `agent_id`: extension of the agent that answered; `erased`: the caller was."""

    id: str
    tenant_id: str
    queue_id: str
    call_id: str
    arrived: datetime
    outcome: VisitOutcome
    waited: float
    talked: float = 0.0
    agent_id: str | None = None
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    erased: bool = False


AgentChange = Literal["sign_in", "sign_out", "pause", "resume"]


@dataclass(frozen=True, slots=True)
class QueueChange:
    """Changes to a queue. None keeps a value; `settings` are the new values by name, those it lacks are kept."""

    name: str | None = None
    otherwise: str | None = None
    settings: Mapping[str, object] = EMPTY
    agents: tuple[NewAgent, ...] | None = None
