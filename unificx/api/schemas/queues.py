"""Schemas of queues: settings, agents, the live view, history and statistics."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from unificx.api.schemas.core import NUMBER, REFERENCE, Input, Output, Versioned
from unificx.queues import AgentEventKind, AgentState, EmptyRule, PauseReason, Strategy, VisitOutcome

QueueName = Annotated[str, Field(min_length=1, max_length=100, examples=["Support"])]
Otherwise = Annotated[
    str,
    Field(
        max_length=100,
        description="Destination of callers that no agent answers, such as mailbox:1001; empty: they are told so.",
        examples=["mailbox:1001"],
    ),
]
StrategyField = Annotated[Strategy, Field(description="How the agents to ring are chosen among the available ones.")]
RingSeconds = Annotated[int, Field(ge=5, le=120, description="Seconds an agent is rung.")]
Retry = Annotated[int, Field(ge=1, le=60, description="Seconds an agent rests after a call they did not answer.")]
WrapUp = Annotated[int, Field(ge=0, le=600, description="Seconds between the calls of an agent.")]
MaxWait = Annotated[int, Field(ge=0, le=86_400, description="Maximum seconds of waiting; 0: no limit.")]
MaxLength = Annotated[int, Field(ge=1, le=500, description="Maximum number of waiting callers.")]
MaxMissed = Annotated[
    int, Field(ge=0, le=20, description="Unanswered calls in a row after which an agent is paused; 0: never.")
]
NoAgents = Annotated[EmptyRule, Field(description="Rule for callers while no agent is signed in.")]
AllPaused = Annotated[EmptyRule, Field(description="Rule for callers while all agents signed in are paused.")]
AnnounceEvery = Annotated[
    int, Field(ge=0, le=600, description="Seconds between announcements, at least 15; 0: no announcements.")
]
PromptEvery = Annotated[
    int, Field(ge=0, le=600, description="Seconds between prompts to hold the line, at least 15; 0: none.")
]
CallbackAfter = Annotated[
    int, Field(ge=0, le=3600, description="Seconds after which announcements offer a callback; 0: never.")
]
AnswerWithin = Annotated[int, Field(ge=1, le=600, description="Target of the service level in seconds.")]
Recorded = Annotated[
    bool, Field(description="Record the calls of agents, if the organisation allows it and all parties are informed.")
]
Agents = Annotated[
    "list[Annotated[str, Field(max_length=64, pattern=REFERENCE)] | NewAgent]",
    Field(max_length=200, description="Extensions of the agents in order: numbers or ids, or objects."),
]


class NewAgent(Input):
    """An agent of a queue."""

    extension: str = Field(max_length=64, pattern=REFERENCE, examples=["1001"])
    penalty: int = Field(0, ge=0, le=100, description="Agents with lower penalties are rung first.")
    static: bool = Field(default=True, description="Signed in from the start; other agents sign in first.")


class QueueAgent(Output):
    """An agent of a queue and their sign-in state."""

    extension: str = Field(description="Number of the extension.")
    extension_id: str
    name: str
    penalty: int
    static: bool
    signed_in: bool
    paused: bool
    reason: PauseReason | None
    since: datetime | None = Field(description="Since when the agent is signed in, signed out or paused.")
    own: bool = Field(description="The extension is one of the user's.")


class Queue(Versioned):
    """A queue."""

    live: ClassVar[Mapping[str, Any]] = {
        "agents": {"__all__": {"name", "signed_in", "paused", "reason", "since", "own"}}
    }

    id: str
    tenant_id: str
    number: str
    name: str
    created: datetime
    agents: list[QueueAgent]
    otherwise: str = Field(description="Destination of callers that no agent answers.")
    strategy: Strategy
    ring_seconds: int
    retry: int
    wrap_up: int
    max_wait: int
    max_length: int
    max_missed: int
    when_no_agents: EmptyRule
    when_all_paused: EmptyRule
    announce_every: int
    announce_position: bool
    announce_wait: bool
    prompt_every: int
    callback_after: int
    answer_within: int
    recorded: bool


class NewQueue(Input):
    number: str = Field(pattern=NUMBER, examples=["6500"])
    name: QueueName | None = None
    agents: Agents = Field(default_factory=list)
    otherwise: Otherwise = ""
    strategy: StrategyField = "ring_all"
    ring_seconds: RingSeconds = 20
    retry: Retry = 5
    wrap_up: WrapUp = 0
    max_wait: MaxWait = 0
    max_length: MaxLength = 100
    max_missed: MaxMissed = 0
    when_no_agents: NoAgents = "wait"
    when_all_paused: AllPaused = "wait"
    announce_every: AnnounceEvery = 60
    announce_position: bool = True
    announce_wait: bool = True
    prompt_every: PromptEvery = 0
    callback_after: CallbackAfter = 0
    answer_within: AnswerWithin = 20
    recorded: Recorded = False


class QueueChange(Input):
    """Omitted or null fields stay unchanged. A number cannot change: delete and create."""

    name: QueueName | None = None
    agents: Agents | None = None
    otherwise: Otherwise | None = None
    strategy: StrategyField | None = None
    ring_seconds: RingSeconds | None = None
    retry: Retry | None = None
    wrap_up: WrapUp | None = None
    max_wait: MaxWait | None = None
    max_length: MaxLength | None = None
    max_missed: MaxMissed | None = None
    when_no_agents: NoAgents | None = None
    when_all_paused: AllPaused | None = None
    announce_every: AnnounceEvery | None = None
    announce_position: bool | None = None
    announce_wait: bool | None = None
    prompt_every: PromptEvery | None = None
    callback_after: CallbackAfter | None = None
    answer_within: AnswerWithin | None = None
    recorded: Recorded | None = None


class AgentChange(Input):
    """Omitted or null fields stay unchanged. Signing in or out ends a pause."""

    signed_in: bool | None = None
    paused: bool | None = None
    reason: Literal["break", "lunch", "meeting", "training", "paperwork", "other"] | None = Field(
        None, description="Reason of a pause."
    )


class CallerChange(Input):
    priority: int = Field(
        ge=0, le=9, description="Higher ones are served first; each level counts as five minutes of waiting."
    )


class WaitingCaller(Output):
    """A caller who waits."""

    id: str
    position: int
    waited: float = Field(description="Seconds in the queue.")
    ringing: list[str] = Field(description="Numbers of the agents that are rung for this caller.")
    callback: bool = Field(description="The caller has hung up and is called back when it is their turn.")
    priority: int = Field(description="0 to 9, higher ones are served first.")
    number: str = Field(description="Empty if withheld, and for an erased person.")
    name: str


class LiveAgent(Output):
    """An agent on the wallboard; calls of today."""

    extension: str
    extension_id: str
    name: str
    state: AgentState
    seconds: float = Field(description="Seconds in this state.")
    paused: bool = Field(
        description="In a pause, which may begin during a call. False in the state `paused`: not to be disturbed."
    )
    reason: PauseReason | None
    answered: int | None = Field(description="Null if the agent has objected to figures about themselves.")
    missed: int | None
    own: bool


class QueueStatistics(Output):
    """Statistics of a queue. Null: there was nothing to measure."""

    calls: int
    answered: int
    abandoned: int = Field(description="Callers who hung up.")
    left: int = Field(description="Callers who left for the other destination: time, length or no agents.")
    service_level: float | None = Field(
        description="Share (0 to 1) of the callers who were answered within the target, of all but those who hung up"
        " within five seconds."
    )
    average_wait: float | None = Field(description="Seconds until an answer.")
    longest_wait: float | None
    average_talk: float | None


class LiveQueue(QueueStatistics):
    """A queue now, and its calls of today."""

    id: str
    number: str
    name: str
    waiting: list[WaitingCaller]
    agents: list[LiveAgent]
    expected_wait: float | None = Field(description="Expected seconds of waiting of a new caller.")


class AgentStatistics(Output):
    extension: str
    extension_id: str
    name: str
    answered: int
    missed: int
    talked: float = Field(description="Seconds of calls with callers of the queue.")
    average_talk: float | None


class QueueReport(QueueStatistics):
    """Statistics of a queue and its agents."""

    agents: list[AgentStatistics]


class QueueVisit(Output):
    """The visit of a caller."""

    id: str
    call_id: str = Field(description="Id of the call, as in the history.")
    arrived: datetime
    outcome: VisitOutcome
    waited: float
    talked: float
    agent: str | None = Field(description="Number of the agent; null if no agent answered, and for a deleted one.")
    number: str = Field(description="Empty if withheld, and for an erased person.")
    name: str
    erased: bool


class AgentEvent(Output):
    """A change of an agent's state."""

    id: str
    at: datetime
    agent: str = Field(description="Number of the agent.")
    kind: AgentEventKind
    reason: PauseReason | None
