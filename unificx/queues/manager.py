"""Live queues: drives their machines, and connects them with callers, the calls of agents, and the history."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import structlog

from unificx.calls import CallControl
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.clock import TIMER_RESOLUTION, Clock
from unificx.core.errors import DomainError
from unificx.queues.callbacks import QueueCallbacks
from unificx.queues.events import QueueActivity
from unificx.queues.history import QueueHistory
from unificx.queues.machine.call_queue import CallQueue
from unificx.queues.machine.messages import (
    Action,
    AgentChanged,
    AgentOccupied,
    AgentReleased,
    AgentRemoved,
    AgentSet,
    Announce,
    Answered,
    CallBack,
    CallbackFailed,
    CallerJoined,
    CallerLeft,
    CallFinished,
    DeadlineReached,
    Event,
    Leave,
    Missed,
    Pause,
    QueueClosed,
    Ring,
    SettingsChanged,
)
from unificx.queues.schemas import AgentEvent, Queue, Visit, VisitOutcome
from unificx.queues.service import QueueService
from unificx.queues.visits import QueuedCaller, QueueVisit

log = structlog.get_logger()
REFRESH_SECONDS = 0.1
"""Seconds from a change of a tenant's calls until the states of its agents are updated."""


@dataclass(slots=True)
class _LiveQueue:
    queue: Queue
    machine: CallQueue
    visits: dict[str, QueueVisit] = field(default_factory=dict[str, QueueVisit])
    talks: dict[str, tuple[QueueVisit, float]] = field(default_factory=dict[str, tuple[QueueVisit, float]])
    """Visits by the extension of the agent that talks to the caller, and since when, in monotonic time."""
    pausing: set[str] = field(default_factory=set[str])
    """The extensions of agents whose automatic pause is being stored."""
    timer: asyncio.TimerHandle | None = None


class QueueManager:
    """All live queues of this process. Called from the event loop; no method blocks.

    `publish` receives the signal `QueueActivity`. `do_not_disturb` says whether the user of an extension is not to be
    disturbed: it does not ring as an agent then, until `presence_changed`.
    """

    def __init__(
        self,
        queues: QueueService,
        history: QueueHistory,
        clock: Clock,
        *,
        calls: CallControl,
        callbacks: QueueCallbacks,
        publish: Callable[[object], None] = lambda event: None,
        do_not_disturb: Callable[[str], bool] = lambda extension_id: False,
    ) -> None:
        self._queues = queues
        self._history = history
        self._clock = clock
        self._calls = calls
        self._callbacks = callbacks
        self._publish = publish
        self._do_not_disturb = do_not_disturb
        self._tasks = BackgroundTasks(Access("telephony", "queues"))
        # Owner: the node that holds the calls: all callers of a queue are on one node.
        self._live: dict[str, _LiveQueue] = {}
        self._of_tenant: dict[str, dict[str, _LiveQueue]] = {}
        self._of_agent: dict[str, dict[str, _LiveQueue]] = {}
        self._events: deque[tuple[str, Event]] = deque()
        self._is_handling = False
        self._busy: dict[str, Collection[str]] = {}
        self._refreshes: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        """Create the machines of all queues."""
        for queue in self._queues.all():
            self.queue_changed(queue)

    async def close(self) -> None:
        """Cancel all timers and finish pending work."""
        timers = [*self._refreshes.values(), *(live.timer for live in self._live.values() if live.timer is not None)]
        for timer in timers:
            timer.cancel()
        await self._tasks.join()

    # ---- called by the app of the queue

    def join(self, queue: Queue, caller: QueuedCaller, call_id: str, priority: int = 0) -> QueueVisit | None:
        """Let a caller in; the visit returns the instructions that follow. None if the queue does not exist."""
        live = self._live.get(queue.id)
        if live is None:
            return None
        arrived = self._clock.now(), self._clock.monotonic()
        visit = QueueVisit(
            self._clock.new_id(),
            queue,
            caller,
            arrived=arrived,
            report=self._send,
            on_change=lambda changed: self._publish(QueueActivity(changed.queue)),
            on_end=self._ended,
        )
        visit.call_id = call_id
        live.visits[visit.id] = visit
        self._send(queue.id, CallerJoined(visit.id, priority))
        return visit

    def visit(self, queue_id: str, visit_id: str) -> QueueVisit | None:
        """Return the visit of a caller who waits or is called back."""
        live = self._live.get(queue_id)
        return live.visits.get(visit_id) if live is not None else None

    def can_call_back(self, visit: QueueVisit) -> bool:
        """Return whether this caller can be called back."""
        return self._callbacks.can_call(visit.queue, visit.caller)

    def is_recorded(self, tenant_id: str, call_id: str) -> bool:
        """Return whether a call waits in a queue whose calls are recorded, or was answered by an agent of it."""
        recorded = [one for one in self._of_tenant.get(tenant_id, {}).values() if one.queue.settings.recorded]
        return any(
            call_id == visit.call_id
            for one in recorded
            for visit in (*one.visits.values(), *(visit for visit, _ in one.talks.values()))
        )

    # ---- changes elsewhere

    def queue_changed(self, queue: Queue) -> None:
        """Apply new settings and agents, or the deletion of a queue."""
        known, live = self._queues.by_id(queue.id), self._live.get(queue.id)
        if known is None:
            if live is not None:
                self._send(queue.id, QueueClosed())
                self._close(live)
            return
        if live is None:
            machine = CallQueue(known.settings, self._draw)
            live = self._live[queue.id] = _LiveQueue(known, machine)
            self._of_tenant.setdefault(known.tenant_id, {})[queue.id] = live
        live.queue = known
        self._send(queue.id, SettingsChanged(known.settings))
        for agent in [one for one in live.machine.agents if known.agent(one.id) is None]:
            self._send(queue.id, AgentRemoved(agent.id))
            _drop(self._of_agent, agent.id, queue.id)
        for order, agent in enumerate(known.agents):
            paused = agent.paused or agent.extension_id in live.pausing
            state = agent.penalty, agent.signed_in, paused, self._do_not_disturb(agent.extension_id)
            self._of_agent.setdefault(agent.extension_id, {})[queue.id] = live
            self._send(queue.id, AgentSet(agent.extension_id, order, *state))
            self._update_occupied(agent.extension_id, known.tenant_id)
        self._publish(QueueActivity(known))

    def calls_changed(self, tenant_id: str) -> None:
        """A call of the tenant has started, was answered or has ended. Called for every call: it only sets a timer."""
        if tenant_id in self._of_tenant and tenant_id not in self._refreshes:
            loop = asyncio.get_running_loop()
            self._refreshes[tenant_id] = loop.call_later(REFRESH_SECONDS, self._refresh, tenant_id)

    def presence_changed(self, extension_id: str) -> None:
        """The state of a user has changed, who may be an agent."""
        for queue_id, live in self._of_agent.get(extension_id, {}).items():
            record, quiet = live.machine.agents.get(extension_id), self._do_not_disturb(extension_id)
            if record is not None and record.do_not_disturb != quiet:
                state = record.penalty, record.signed_in, record.paused, quiet
                self._send(queue_id, AgentSet(extension_id, record.order, *state))

    def anonymize(self, tenant_id: str, subject: str) -> None:
        """Forget number and name of an erased caller."""
        for live in self._of_tenant.get(tenant_id, {}).values():
            for visit in live.visits.values():
                if visit.caller.subject == subject:
                    visit.anonymize()

    def machine(self, queue: Queue) -> CallQueue | None:
        """Return the machine of a queue, to be read only."""
        live = self._live.get(queue.id)
        return live.machine if live is not None else None

    # ---- inside

    def _draw(self) -> float:
        return int.from_bytes(self._clock.random_bytes(4)) / 2**32

    def _send(self, queue_id: str, event: Event) -> None:
        """Pass an event to a machine and execute its actions; events that follow from them come afterwards."""
        self._events.append((queue_id, event))
        if self._is_handling:
            return
        self._is_handling = True
        try:
            while self._events:
                self._handle(*self._events.popleft())
        finally:
            self._is_handling = False

    def _handle(self, queue_id: str, event: Event) -> None:
        live = self._live.get(queue_id)
        if live is None:
            return
        for action in live.machine.handle(event, self._clock.monotonic()):
            self._execute(live, action)
        self._schedule(live)
        self._publish(QueueActivity(live.queue))

    def _execute(self, live: _LiveQueue, action: Action) -> None:
        match action:
            case Ring(visit_id) | Announce(visit_id):
                live.visits[visit_id].instruct(action)
            case Leave(visit_id, reason):
                visit = live.visits.pop(visit_id)
                self._record(visit, reason)
                visit.instruct(action)
            case CallBack(visit_id):
                self._call_back(live.visits[visit_id])
            case Missed(agent):
                now, id_ = self._clock.now(), self._clock.new_id()
                self._history.record_event(AgentEvent(id_, live.queue.tenant_id, live.queue.id, agent, now, "missed"))
            case Pause(agent):
                live.pausing.add(agent)
                self._tasks.spawn(self._pause(live, agent))
            case AgentChanged(agent):
                self._update_occupied(agent, live.queue.tenant_id)

    def _call_back(self, visit: QueueVisit) -> None:
        try:
            self._callbacks.call(visit.queue, visit.id, visit.caller)
        except DomainError:
            self._send(visit.queue.id, CallbackFailed(visit.id))

    async def _pause(self, live: _LiveQueue, extension_id: str) -> None:
        try:
            await self._queues.change_agent(live.queue, extension_id, "pause", "no_answer")
        except DomainError as fault:
            log.info("queue_agent_not_paused", reason=fault.code)
        finally:
            live.pausing.discard(extension_id)

    def _schedule(self, live: _LiveQueue) -> None:
        if live.timer is not None:
            live.timer.cancel()
            live.timer = None
        due = live.machine.deadline()
        if due is not None:
            delay = max(due - self._clock.monotonic(), TIMER_RESOLUTION)
            live.timer = asyncio.get_running_loop().call_later(delay, self._on_timer, live)

    def _on_timer(self, live: _LiveQueue) -> None:
        live.timer = None
        self._send(live.queue.id, DeadlineReached())

    def _close(self, live: _LiveQueue) -> None:
        """Remove a deleted queue."""
        if live.timer is not None:
            live.timer.cancel()
        queue = live.queue
        del self._live[queue.id], self._of_tenant[queue.tenant_id][queue.id]
        if not self._of_tenant[queue.tenant_id]:
            del self._of_tenant[queue.tenant_id]
            self._busy.pop(queue.tenant_id, None)
        for agent in live.machine.agents:
            _drop(self._of_agent, agent.id, queue.id)
            self._update_occupied(agent.id, queue.tenant_id)

    def _ended(self, visit: QueueVisit, connected: bool) -> None:
        """The app of a visit has ended."""
        live = self._live.get(visit.queue.id)
        if live is None or visit.id not in live.visits or visit.is_callback:
            return
        del live.visits[visit.id]
        if not connected:
            self._record(visit, "abandoned")
            self._send(visit.queue.id, CallerLeft(visit.id))
            return
        agent = self._calls.connected_extension(visit.call_id)
        if live.queue.agent(agent) is not None:
            live.talks[agent] = visit, self._clock.monotonic()
            self._record(visit, "answered", agent)
        else:
            self._record(visit, "answered")
        self._send(visit.queue.id, Answered(visit.id, agent))

    def _record(self, visit: QueueVisit, outcome: VisitOutcome, agent: str | None = None) -> None:
        identity = visit.id, visit.queue.tenant_id, visit.queue.id, visit.call_id
        waited = self._clock.monotonic() - visit.arrived_monotonic
        caller = visit.caller
        record = Visit(
            *identity, visit.arrived, outcome, waited, agent_id=agent, number=caller.number, name=caller.name
        )
        self._history.record_visit(record, caller.subject)

    def _refresh(self, tenant_id: str) -> None:
        """Update the states of a tenant's agents from its live calls."""
        self._refreshes.pop(tenant_id, None)
        if tenant_id not in self._of_tenant:
            return
        busy = self._busy[tenant_id] = self._calls.busy_extensions(tenant_id)
        for live in list(self._of_tenant[tenant_id].values()):
            for extension_id in [one for one in live.talks if one not in busy]:
                visit, since = live.talks.pop(extension_id)
                self._history.record_talked(tenant_id, visit.id, self._clock.monotonic() - since)
            for agent in list(live.machine.agents):
                if agent.talking_since is not None and agent.id not in busy:
                    self._send(live.queue.id, CallFinished(agent.id))
                self._update_occupied(agent.id, tenant_id)

    def _update_occupied(self, extension_id: str, tenant_id: str) -> None:
        """Tell the machines whether an agent is in another call, or is rung by another queue."""
        in_call = extension_id in self._busy.get(tenant_id, ())
        queues = self._of_agent.get(extension_id, {}).items()
        found = [(id_, live.machine.agents.get(extension_id)) for id_, live in queues]
        records = [(id_, record) for id_, record in found if record is not None]
        for queue_id, record in records:
            rings_elsewhere = any(other.caller for id_, other in records if id_ != queue_id)
            wanted = record.talking_since is None and (in_call or rings_elsewhere)
            if wanted != record.occupied:
                self._send(queue_id, AgentOccupied(extension_id) if wanted else AgentReleased(extension_id))


def _drop(of_agent: dict[str, dict[str, _LiveQueue]], extension_id: str, queue_id: str) -> None:
    """Remove a queue from those of an agent."""
    queues = of_agent.get(extension_id, {})
    queues.pop(queue_id, None)
    if not queues:
        of_agent.pop(extension_id, None)
