"""The machine of one queue: which agents are rung for which caller, what callers hear, when they leave.

One mutable object per queue, because a queue of hundreds of callers changes with every event. It is pure: events and
the monotonic time go in, actions come out. Whenever an agent is available, the first caller without a ringing agent is
served.
"""

from collections.abc import Callable
from typing import Literal, assert_never

from unificx.queues.machine.agents import AgentPool, AgentRecord
from unificx.queues.machine.callers import NEVER, CallerLine, CallerRecord
from unificx.queues.machine.messages import (
    Action,
    AgentChanged,
    AgentOccupied,
    AgentReleased,
    AgentRemoved,
    AgentSet,
    Answered,
    CallBack,
    CallbackFailed,
    CallbackReached,
    CallbackRequested,
    CallerJoined,
    CallerLeft,
    CallerMoved,
    CallFinished,
    DeadlineReached,
    Event,
    Leave,
    Missed,
    Pause,
    QueueClosed,
    Ring,
    RingEnded,
    SettingsChanged,
)
from unificx.queues.machine.timers import Timers
from unificx.queues.schemas import LeaveReason, QueueSettings

CALLBACK_ATTEMPTS = 3
CALLBACK_PAUSE = 120.0
"""Seconds until a callback that was not answered is tried again."""
CALLBACK_DELAY = 15.0
"""Seconds from the request to the callback at the earliest: the caller has to hang up first."""
CALLBACK_SECONDS = 120.0
"""Seconds after which a callback without a result has failed."""
CALLBACK_HOURS = 4.0
"""Hours after which a callback that had no turn is given up."""
_NEW_WEIGHT = 0.2
"""Weight of the latest call in the average time that an agent needs for a call."""
_Kind = Literal["agent", "caller"]


class CallQueue:
    """The callers and agents of one queue. `draw` returns a random number in [0, 1)."""

    def __init__(self, settings: QueueSettings, draw: Callable[[], float]) -> None:
        self.settings = settings
        self.agents = AgentPool(draw)
        self.callers = CallerLine()
        self.handle_seconds: float | None = None
        """Average seconds that an agent is occupied by a call, wrap-up included; None before the first one."""
        self._timers = Timers[tuple[_Kind, str]]()
        self._sequence = 0
        self._actions: list[Action] = []

    def handle(self, event: Event, now: float) -> list[Action]:
        """Process an event; `now` in monotonic seconds. Events about unknown callers and agents have no effect."""
        match event:
            case DeadlineReached():
                self._on_deadline(now)
            case CallerJoined(caller_id, priority):
                self._join(caller_id, priority, now)
            case CallerMoved(caller_id, priority):
                moved = self.callers.get(caller_id)
                if moved is not None:
                    self.callers.move(moved, priority)
            case SettingsChanged(settings):
                self.settings = settings
            case QueueClosed():
                for caller in list(self.callers):
                    self._leave(caller, "closed", now)
            case AgentSet():
                self._set_agent(event, now)
            case AgentRemoved() | AgentOccupied() | AgentReleased() | CallFinished():
                self._on_agent_event(event, now)
            case _:
                self._on_caller_event(event, now)
        self._leave_if_empty(now)
        self._serve(now)
        actions, self._actions = self._actions, []
        return actions

    def deadline(self) -> float | None:
        """Return the monotonic time at which `DeadlineReached` is due."""
        return self._timers.deadline()

    def expected_wait(self, position: int) -> float | None:
        """Return the expected seconds until the caller at a position is served; None if unknown."""
        if self.handle_seconds is None or not self.agents.active:
            return None
        return position * self.handle_seconds / self.agents.active

    # ---- callers

    def _join(self, caller_id: str, priority: int, now: float) -> None:
        if self.callers.get(caller_id) is not None:
            return
        reason = "full" if len(self.callers) >= self.settings.max_length else self._empty_reason()
        if reason is not None:
            self._actions.append(Leave(caller_id, reason))
            return
        self._sequence += 1
        caller = CallerRecord(caller_id, now, self._sequence, priority)
        caller.start_waiting(self.settings, now)
        self.callers.add(caller)
        self._reschedule(caller)

    def _on_caller_event(
        self,
        event: CallerLeft | RingEnded | Answered | CallbackRequested | CallbackReached | CallbackFailed,
        now: float,
    ) -> None:
        caller = self.callers.get(event.id)
        if caller is None:
            return
        match event:
            case CallerLeft():
                if caller.callback != "waiting":
                    self._remove(caller, now)
            case RingEnded():
                if caller.agents and not caller.callback:
                    self._ring_ended(caller, now)
            case Answered(_, agent_id):
                self._answered(caller, agent_id, now)
            case CallbackRequested():
                self._request_callback(caller, now)
            case CallbackReached():
                if caller.callback:  # also "waiting": after the time in which a callback counts as failed
                    self._callback_ended(caller, now, reached=True)
            case CallbackFailed():
                if caller.callback == "calling":
                    self._callback_ended(caller, now, reached=False)
            case _:
                assert_never(event)

    def _ring_ended(self, caller: CallerRecord, now: float) -> None:
        caller.tried.update(caller.agents)
        for agent in self._free(caller):
            agent.missed += 1
            agent.missed_in_a_row += 1
            agent.until = now + max(1, self.settings.retry)
            self._actions.append(Missed(agent.id))
            if 0 < self.settings.max_missed <= agent.missed_in_a_row and not agent.paused:
                agent.paused = True
                self.agents.count()
                self._actions.append(Pause(agent.id))
            self._update(agent, now)
        if now >= caller.leaves_at:
            self._leave(caller, "timeout", now)
        else:
            self._reschedule(caller)

    def _answered(self, caller: CallerRecord, agent_id: str, now: float) -> None:
        agent = self.agents.get(agent_id)
        self._remove(caller, now)
        if agent is not None and not agent.caller:
            agent.caller, agent.talking_since = caller.id, now
            agent.answered += 1
            agent.missed_in_a_row = 0
            self._update(agent, now)

    def _request_callback(self, caller: CallerRecord, now: float) -> None:
        if caller.callback:
            return
        for agent in self._free(caller):
            self._update(agent, now)
        caller.callback, caller.leaves_at = "waiting", now + CALLBACK_HOURS * 3600
        caller.announce_at = caller.prompt_at = caller.offer_at = NEVER
        caller.not_before = now + CALLBACK_DELAY
        self._reschedule(caller)

    def _callback_ended(self, caller: CallerRecord, now: float, *, reached: bool) -> None:
        agents = self._free(caller)
        if reached:
            caller.callback, caller.not_before = "", 0.0
            caller.start_waiting(self.settings, now)
            caller.offer_at = NEVER
            reserved = [one for one in agents if not one.occupied]
            if reserved:
                self._ring(caller, reserved, now)
        else:
            caller.attempts += 1
            caller.callback, caller.not_before = "waiting", now + CALLBACK_PAUSE
        for agent in agents:
            self._update(agent, now)
        if caller.attempts >= CALLBACK_ATTEMPTS:
            self._leave(caller, "callback_failed", now)
        else:
            self._reschedule(caller)

    def _free(self, caller: CallerRecord) -> list[AgentRecord]:
        """Release the agents that were rung for a caller and return them; their states must be updated."""
        found = [self.agents.get(one) for one in caller.agents]
        caller.agents = ()
        freed = [one for one in found if one is not None and one.caller == caller.id]
        for agent in freed:
            agent.caller = ""
        return freed

    def _remove(self, caller: CallerRecord, now: float) -> None:
        freed = self._free(caller)
        self.callers.remove(caller)
        self._timers.set(("caller", caller.id), None)
        for agent in freed:
            self._update(agent, now)

    def _leave(self, caller: CallerRecord, reason: LeaveReason, now: float) -> None:
        self._remove(caller, now)
        self._actions.append(Leave(caller.id, reason))

    def _reschedule(self, caller: CallerRecord) -> None:
        self.callers.refresh(caller)
        self._timers.set(("caller", caller.id), caller.due)

    def _caller_due(self, caller: CallerRecord, now: float) -> None:
        """A deadline of a caller has passed."""
        if caller.callback and not caller.agents and now >= caller.leaves_at:
            self._leave(caller, "callback_failed", now)
            return
        if caller.callback == "calling":
            self._callback_ended(caller, now, reached=False)
            return
        if caller.callback:
            caller.not_before = 0.0
        elif now >= caller.leaves_at and not caller.agents:
            self._leave(caller, "timeout", now)
            return
        else:
            position = self.callers.position(caller)
            announcement = caller.announcement(self.settings, position, self.expected_wait(position), now)
            if announcement is not None:
                self._actions.append(announcement)
        self._reschedule(caller)

    # ---- agents

    def _set_agent(self, event: AgentSet, now: float) -> None:
        agent = self.agents.get(event.id)
        if agent is None:
            agent = AgentRecord(event.id, event.order, now, state="signed_out", state_since=now)
            self.agents.add(agent)
        if not event.paused and (agent.paused or not agent.signed_in):
            agent.missed_in_a_row = 0
        agent.order, agent.penalty, agent.do_not_disturb = event.order, event.penalty, event.do_not_disturb
        agent.signed_in, agent.paused = event.signed_in, event.paused
        self.agents.count()
        self._update(agent, now)

    def _on_agent_event(self, event: AgentRemoved | AgentOccupied | AgentReleased | CallFinished, now: float) -> None:
        agent = self.agents.get(event.id)
        if agent is None:
            return
        match event:
            case AgentRemoved():
                self.agents.remove(agent.id)
                self._timers.set(("agent", agent.id), None)
                return
            case AgentOccupied():
                agent.occupied = True
            case AgentReleased():
                agent.occupied, agent.idle_since = False, now
            case CallFinished():
                seconds = agent.finish_call(self.settings.wrap_up, now)
                if seconds is None:
                    return
                average = self.handle_seconds
                self.handle_seconds = seconds if average is None else average + _NEW_WEIGHT * (seconds - average)
            case _:
                assert_never(event)
        self._update(agent, now)

    def _update(self, agent: AgentRecord, now: float) -> None:
        if self.agents.refresh(agent, now):
            self._actions.append(AgentChanged(agent.id, agent.state))
        self._timers.set(("agent", agent.id), agent.until)

    # ---- all

    def _on_deadline(self, now: float) -> None:
        for kind, id_ in self._timers.due(now):
            if kind == "caller":
                caller = self.callers.get(id_)
                if caller is not None:
                    self._caller_due(caller, now)
            else:
                agent = self.agents.get(id_)
                if agent is not None:
                    agent.until, agent.wrapping_up = None, False
                    self._update(agent, now)

    def _empty_reason(self) -> LeaveReason | None:
        """Return why callers may not wait; None if they may."""
        if self.agents.active:
            return None
        if not self.agents.signed_in:
            return "no_agents" if self.settings.when_no_agents == "leave" else None
        return "all_paused" if self.settings.when_all_paused == "leave" else None

    def _leave_if_empty(self, now: float) -> None:
        reason = self._empty_reason()
        if reason is not None:
            for caller in [one for one in self.callers if not one.agents and not one.callback]:
                self._leave(caller, reason, now)

    def _serve(self, now: float) -> None:
        """Ring available agents for the first callers without ringing agents."""
        while self.agents.has_ready and (caller := self.callers.first_unserved()) is not None:
            if caller.callback:
                chosen = self.agents.choose("longest_idle", ())
                caller.callback, caller.not_before = "calling", now + CALLBACK_SECONDS
                self._reserve(caller, chosen, now)
                self._actions.append(CallBack(caller.id))
            else:
                chosen = self.agents.choose(self.settings.strategy, caller.tried)
                if all(one.id in caller.tried for one in chosen):
                    caller.tried.clear()
                self._ring(caller, chosen, now)

    def _ring(self, caller: CallerRecord, agents: "list[AgentRecord] | tuple[AgentRecord, ...]", now: float) -> None:
        self._reserve(caller, agents, now)
        self._actions.append(Ring(caller.id, caller.agents, float(self.settings.ring_seconds)))

    def _reserve(self, caller: CallerRecord, agents: "list[AgentRecord] | tuple[AgentRecord, ...]", now: float) -> None:
        caller.agents = tuple([one.id for one in agents])
        for agent in agents:
            agent.caller = caller.id
            self._update(agent, now)
        self._reschedule(caller)
