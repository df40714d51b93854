"""Views of live queues: waiting callers and the states of agents; and the priority of a waiting caller."""

from collections.abc import Sequence

from unificx.core.clock import Clock
from unificx.core.errors import NotFound
from unificx.queues.manager import QueueManager
from unificx.queues.schemas import AgentStatus, Queue, WaitingStatus


class LiveQueues:
    """Views of the live queues, from memory."""

    def __init__(self, manager: QueueManager, clock: Clock) -> None:
        self._manager = manager
        self._clock = clock

    def waiting(self, queue: Queue) -> Sequence[WaitingStatus]:
        """Return the waiting callers, in the order in which they are served."""
        machine, now = self._manager.machine(queue), self._clock.monotonic()
        found: list[WaitingStatus] = []
        for position, one in enumerate(machine.callers if machine is not None else (), 1):
            visit = self._manager.visit(queue.id, one.id)
            identity = (visit.caller.number, visit.caller.name) if visit is not None else ("", "")
            details = now - one.arrived, one.agents, bool(one.callback), one.priority
            found.append(WaitingStatus(one.id, position, *details, *identity))
        return found

    def move(self, queue: Queue, visit_id: str, priority: int) -> WaitingStatus:
        """Give a waiting caller another priority. Raises Invalid; NotFound if they no longer wait."""
        visit = self._manager.visit(queue.id, visit_id)
        if visit is None:
            raise NotFound("This caller no longer waits.", hint="Look at the callers of the queue again.")
        visit.move(priority)
        return next(one for one in self.waiting(queue) if one.id == visit_id)

    def agents(self, queue: Queue) -> Sequence[AgentStatus]:
        """Return the agents of a queue with their states, in the order of the list."""
        machine, now = self._manager.machine(queue), self._clock.monotonic()
        found: list[AgentStatus] = []
        for agent in queue.agents:
            record = machine.agents.get(agent.extension_id) if machine is not None else None
            if record is not None:
                details = record.state, now - record.state_since, record.answered, record.missed
                found.append(AgentStatus(agent.extension_id, *details, record.paused, agent.reason))
        return found

    def expected_wait(self, queue: Queue) -> float | None:
        """Return the expected seconds until a new caller would be served; None if unknown."""
        machine = self._manager.machine(queue)
        return machine.expected_wait(len(machine.callers) + 1) if machine is not None else None
