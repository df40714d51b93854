"""The agents of a queue: their states, and the choice of those to ring."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from unificx.queues.schemas import AgentState, Strategy

MAX_RINGING = 10
"""Agents that ring together."""


@dataclass(slots=True)
class AgentRecord:
    """An agent. `caller`: the caller they are rung for or talk to, "" for none. `until`: end of the wrap-up time, or of
    the rest after a call that was not answered."""

    id: str
    order: int
    idle_since: float
    penalty: int = 0
    signed_in: bool = True
    paused: bool = False
    do_not_disturb: bool = False
    caller: str = ""
    talking_since: float | None = None
    occupied: bool = False
    wrapping_up: bool = False
    until: float | None = None
    answered: int = 0
    missed: int = 0
    missed_in_a_row: int = 0
    state: AgentState = "available"
    """The state reported last, and since when."""
    state_since: float = 0.0

    @property
    def is_active(self) -> bool:
        """Whether the agent is signed in, not paused, and may be disturbed."""
        return self.signed_in and not self.paused and not self.do_not_disturb

    @property
    def is_ready(self) -> bool:
        """Whether the agent can be rung."""
        return self.is_active and not self.caller and not self.occupied and self.until is None

    def current_state(self) -> AgentState:
        """Return the state that is shown."""
        if self.talking_since is not None or self.occupied:
            return "in_call"
        if self.caller:
            return "ringing"
        if not self.signed_in:
            return "signed_out"
        if not self.is_active:
            return "paused"
        return "wrap_up" if self.wrapping_up else "available"

    def finish_call(self, wrap_up: int, now: float) -> float | None:
        """End the agent's call and begin the wrap-up time. Return the seconds that the call occupies the agent; None if
        there was no call."""
        since, self.talking_since = self.talking_since, None
        if since is None:
            return None
        self.caller, self.idle_since = "", now
        if wrap_up:
            self.wrapping_up, self.until = True, now + wrap_up
        return now - since + wrap_up


class AgentPool:
    """All agents of a queue. `draw` returns a random number in [0, 1)."""

    def __init__(self, draw: Callable[[], float]) -> None:
        self._draw = draw
        self._agents: dict[str, AgentRecord] = {}
        self._ready: dict[str, AgentRecord] = {}
        self._last_order = -1
        self._signed_in = 0
        self._active = 0

    def __iter__(self) -> Iterator[AgentRecord]:
        return iter(self._agents.values())

    def get(self, agent_id: str) -> AgentRecord | None:
        return self._agents.get(agent_id)

    def add(self, agent: AgentRecord) -> None:
        self._agents[agent.id] = agent

    def remove(self, agent_id: str) -> None:
        self._agents.pop(agent_id, None)
        self._ready.pop(agent_id, None)
        self.count()

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)

    @property
    def signed_in(self) -> int:
        """Number of agents that are signed in."""
        return self._signed_in

    @property
    def active(self) -> int:
        """Number of agents that are signed in, not paused, and may be disturbed."""
        return self._active

    def count(self) -> None:
        """Count the agents again, after one has signed in or out, was paused, added or removed."""
        present = [one for one in self._agents.values() if one.signed_in]
        self._signed_in, self._active = len(present), sum(one.is_active for one in present)

    def refresh(self, agent: AgentRecord, now: float) -> bool:
        """Update whether the agent is ready; return whether the shown state has changed."""
        if agent.is_ready:
            self._ready[agent.id] = agent
        else:
            self._ready.pop(agent.id, None)
        state = agent.current_state()
        if state == agent.state:
            return False
        agent.state, agent.state_since = state, now
        return True

    def choose(self, strategy: Strategy, tried: Collection[str]) -> tuple[AgentRecord, ...]:
        """Return the ready agents to ring next: not yet `tried` ones if there are any, those of the lowest penalty."""
        untried = [one for one in self._ready.values() if one.id not in tried] or list(self._ready.values())
        lowest = min(one.penalty for one in untried)
        if strategy == "ring_all":
            found = [one for one in self._ready.values() if one.penalty <= lowest]
            return tuple(sorted(found, key=_longest_idle)[:MAX_RINGING])
        chosen = self._one_of([one for one in untried if one.penalty == lowest], strategy)
        self._last_order = chosen.order
        return (chosen,)

    def _one_of(self, agents: list[AgentRecord], strategy: Strategy) -> AgentRecord:
        match strategy:
            case "fewest_calls":
                return min(agents, key=_fewest_calls)
            case "round_robin":
                later = [one for one in agents if one.order > self._last_order]
                return min(later or agents, key=_order)
            case "random":
                return agents[int(self._draw() * len(agents))]
            case "linear":
                return min(agents, key=_order)
            case _:
                return min(agents, key=_longest_idle)


def _order(agent: AgentRecord) -> int:
    return agent.order


def _longest_idle(agent: AgentRecord) -> tuple[float, int]:
    return agent.idle_since, agent.order


def _fewest_calls(agent: AgentRecord) -> tuple[int, float, int]:
    return agent.answered, agent.idle_since, agent.order
