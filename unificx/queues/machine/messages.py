"""Events and actions of the queue machine. Callers are named by the id of their visit, agents by their extension."""

from dataclasses import dataclass

from unificx.queues.schemas import AgentState, LeaveReason, QueueSettings


@dataclass(frozen=True, slots=True)
class CallerJoined:
    """A call wants to enter. Higher `priority` (0 to 9) first."""

    id: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class CallerMoved:
    """A supervisor gives a waiting caller another priority."""

    id: str
    priority: int


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """A caller has hung up, or has left for the destination the machine sent them to."""

    id: str


@dataclass(frozen=True, slots=True)
class RingEnded:
    """No agent answered within the time, or none could be reached."""

    id: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The caller is connected to an agent; "" if another phone took the call."""

    id: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class CallbackRequested:
    """A waiting caller hangs up, keeps the place and wants to be called back."""

    id: str


@dataclass(frozen=True, slots=True)
class CallbackReached:
    """The person who asked for a callback has answered it and waits for the agents reserved."""

    id: str


@dataclass(frozen=True, slots=True)
class CallbackFailed:
    """The person who asked for a callback did not answer it."""

    id: str


@dataclass(frozen=True, slots=True)
class AgentSet:
    """An agent was added or has changed. `order`: position in the list of the queue. `do_not_disturb`: the agent does
    not ring, as if paused."""

    id: str
    order: int
    penalty: int = 0
    signed_in: bool = True
    paused: bool = False
    do_not_disturb: bool = False


@dataclass(frozen=True, slots=True)
class AgentRemoved:
    id: str


@dataclass(frozen=True, slots=True)
class AgentOccupied:
    """The agent is in another call, or is rung by another queue."""

    id: str


@dataclass(frozen=True, slots=True)
class AgentReleased:
    """The other call is over."""

    id: str


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The agent's call with a caller of this queue is over."""

    id: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    settings: QueueSettings


@dataclass(frozen=True, slots=True)
class QueueClosed:
    """The queue was deleted: all callers leave."""


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """The time of `deadline` has come."""


Event = (
    CallerJoined
    | CallerMoved
    | CallerLeft
    | RingEnded
    | Answered
    | CallbackRequested
    | CallbackReached
    | CallbackFailed
    | AgentSet
    | AgentRemoved
    | AgentOccupied
    | AgentReleased
    | CallFinished
    | SettingsChanged
    | QueueClosed
    | DeadlineReached
)


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these agents together for the caller; `RingEnded`, `Answered` or `CallerLeft` follows."""

    id: str
    agents: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class CallBack:
    """Call the person back; an agent is reserved. `CallbackReached` or `CallbackFailed` follows."""

    id: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Play an announcement: place in the queue (from 1), expected seconds of waiting, the periodic prompt, the offer of
    a callback. None or False: not part of it."""

    id: str
    position: int | None = None
    wait: float | None = None
    prompt: bool = False
    offer: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """The caller must leave the queue; it is no longer part of it."""

    id: str
    reason: LeaveReason


@dataclass(frozen=True, slots=True)
class Pause:
    """The agent has missed too many calls and was paused."""

    agent: str


@dataclass(frozen=True, slots=True)
class Missed:
    """The agent was rung and did not answer."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """The agent has another state."""

    agent: str
    state: AgentState


Action = Ring | CallBack | Announce | Leave | Pause | Missed | AgentChanged
