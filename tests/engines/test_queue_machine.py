"""Queue machine: strategies, order of callers, rules and timers, in virtual time; and any order of events."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.core.errors import Invalid
from unificx.queues.machine.agents import AgentRecord
from unificx.queues.machine.call_queue import (
    CALLBACK_ATTEMPTS,
    CALLBACK_DELAY,
    CALLBACK_PAUSE,
    CALLBACK_SECONDS,
    CallQueue,
)
from unificx.queues.machine.callers import LEVEL_SECONDS
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
from unificx.queues.machine.values import MAX_PRIORITY, check_priority
from unificx.queues.schemas import QueueSettings, Strategy

STRATEGIES: Sequence[Strategy] = ("ring_all", "longest_idle", "fewest_calls", "round_robin", "random", "linear")


class Driver:
    """Drives a queue with agents named by letters; `at` is the current time."""

    def __init__(self, agents: str = "", **values: object) -> None:
        values = {"announce_every": 0, "strategy": "linear"} | values
        self.queue = CallQueue(QueueSettings(**values), random.Random(7).random)  # type: ignore[arg-type]
        self.at = 0.0
        for order, name in enumerate(agents):
            self.send(AgentSet(name, order))

    def send(self, event: Event) -> list[Action]:
        """Process an event and return the actions other than changes of agents' states."""
        return [one for one in self.queue.handle(event, self.at) if not isinstance(one, AgentChanged)]

    def wait(self, seconds: float) -> list[Action]:
        """Let time pass, with every deadline at its time."""
        end, actions = self.at + seconds, list[Action]()
        while (due := self.queue.deadline()) is not None and due <= end:
            self.at = max(self.at, due)
            actions += self.send(DeadlineReached())
        self.at = end
        return actions

    def agent(self, name: str) -> AgentRecord:
        agent = self.queue.agents.get(name)
        assert agent is not None
        return agent

    def serve(self, caller: str, seconds: float = 10.0) -> tuple[str, ...]:
        """A caller joins and is answered by the first agent that rings; the call takes some seconds."""
        ring = next(one for one in self.send(CallerJoined(caller)) if isinstance(one, Ring))
        self.send(Answered(caller, ring.agents[0]))
        self.wait(seconds)
        self.send(CallFinished(ring.agents[0]))
        return ring.agents


@pytest.mark.parametrize("priority", [-1, MAX_PRIORITY + 1])
def test_a_priority_is_bounded(priority: int) -> None:
    with pytest.raises(Invalid) as refused:
        check_priority(priority)
    assert (refused.value.field, check_priority(0), check_priority(MAX_PRIORITY)) == ("priority", 0, MAX_PRIORITY)


def test_ring_all_rings_all_available_agents() -> None:
    driver = Driver("abc", strategy="ring_all")
    driver.send(AgentOccupied("b"))
    assert driver.send(CallerJoined("1")) == [Ring("1", ("a", "c"), 20.0)]


def test_ring_all_rings_ten_agents_at_most() -> None:
    driver = Driver("abcdefghijklmn", strategy="ring_all")
    [ring] = driver.send(CallerJoined("1"))
    assert isinstance(ring, Ring)
    assert len(ring.agents) == 10


def test_linear_begins_with_the_first_agent_each_time() -> None:
    driver = Driver("abc", strategy="linear")
    assert [driver.serve(str(number)) for number in range(3)] == [("a",), ("a",), ("a",)]


def test_round_robin_continues_after_the_last_agent() -> None:
    driver = Driver("abc", strategy="round_robin")
    assert [driver.serve(str(number)) for number in range(4)] == [("a",), ("b",), ("c",), ("a",)]


def test_longest_idle_counts_from_the_end_of_the_last_call() -> None:
    driver = Driver("ab", strategy="longest_idle")
    assert [driver.serve(str(number)) for number in range(3)] == [("a",), ("b",), ("a",)]


def test_fewest_calls() -> None:
    driver = Driver("ab", strategy="fewest_calls")
    driver.serve("0")
    driver.send(AgentOccupied("b"))
    driver.serve("1")
    driver.send(AgentReleased("b"))
    assert [driver.serve(str(number)) for number in range(2, 5)] == [("b",), ("b",), ("a",)]


def test_random_rings_every_agent_now_and_then() -> None:
    driver = Driver("abc", strategy="random")
    assert {driver.serve(str(number)) for number in range(40)} == {("a",), ("b",), ("c",)}


def test_agents_with_a_penalty_ring_if_no_other_is_available() -> None:
    driver = Driver("a")
    driver.send(AgentSet("b", 1, penalty=5))
    assert driver.send(CallerJoined("1")) == [Ring("1", ("a",), 20.0)]
    assert driver.send(CallerJoined("2")) == [Ring("2", ("b",), 20.0)]


def test_agents_with_a_penalty_ring_if_the_others_do_not_answer() -> None:
    driver = Driver("a", strategy="ring_all")
    driver.send(AgentSet("b", 1, penalty=5))
    driver.send(CallerJoined("1"))
    assert driver.send(RingEnded("1")) == [Missed("a"), Ring("1", ("b",), 20.0)]


def test_linear_tries_every_agent_before_the_first_again() -> None:
    driver = Driver("abc", retry=5)
    driver.send(CallerJoined("1"))
    tried = ["a"]
    for _ in range(4):
        driver.wait(20.0)
        ring = driver.send(RingEnded("1"))[-1]
        assert isinstance(ring, Ring)
        tried += ring.agents
    assert tried == ["a", "b", "c", "a", "b"]


def test_an_agent_rests_after_a_call_they_did_not_answer() -> None:
    driver = Driver("a", retry=5)
    driver.send(CallerJoined("1"))
    assert driver.send(RingEnded("1")) == [Missed("a")]
    assert driver.wait(4.9) == []
    assert driver.wait(0.2) == [Ring("1", ("a",), 20.0)]


def test_the_first_caller_is_served_first() -> None:
    driver = Driver("")
    for name in "123":
        driver.send(CallerJoined(name))
        driver.wait(1.0)
    assert driver.send(AgentSet("a", 0)) == [Ring("1", ("a",), 20.0)]
    driver.send(Answered("1", "a"))
    assert driver.send(CallFinished("a")) == [Ring("2", ("a",), 20.0)]


def test_priority_goes_before_arrival() -> None:
    driver = Driver("")
    driver.send(CallerJoined("1"))
    driver.send(CallerJoined("2", priority=5))
    assert driver.send(AgentSet("a", 0)) == [Ring("2", ("a",), 20.0)]
    assert [one.id for one in driver.queue.callers] == ["2", "1"]


def test_callers_of_one_priority_are_served_by_arrival() -> None:
    driver = Driver("")
    for name, priority in (("1", 0), ("2", 5), ("3", 5), ("4", 9)):
        driver.send(CallerJoined(name, priority))
        driver.wait(1.0)
    assert [one.id for one in driver.queue.callers] == ["4", "2", "3", "1"]


def test_a_caller_is_not_overtaken_without_end() -> None:
    driver = Driver("")
    driver.send(CallerJoined("old"))
    driver.wait(9 * LEVEL_SECONDS - 1)
    driver.send(CallerJoined("last to overtake", 9))
    driver.wait(2.0)
    driver.send(CallerJoined("late", 9))
    assert [one.id for one in driver.queue.callers] == ["last to overtake", "old", "late"]


def test_a_supervisor_moves_a_waiting_caller() -> None:
    driver = Driver("")
    for name in "123":
        driver.send(CallerJoined(name))
        driver.wait(1.0)
    driver.send(CallerMoved("3", 1))
    driver.send(CallerMoved("gone", 1))
    assert [one.id for one in driver.queue.callers] == ["3", "1", "2"]
    driver.send(CallerMoved("3", 0))
    assert [one.id for one in driver.queue.callers] == ["1", "2", "3"]
    driver.send(CallerMoved("2", 9))
    assert driver.send(AgentSet("a", 0)) == [Ring("2", ("a",), 20.0)]
    driver.send(CallerMoved("2", 0))  # while the agent rings: the ring goes on
    driver.send(Answered("2", "a"))
    assert driver.agent("a").state == "in_call"


def test_two_agents_ring_for_two_callers() -> None:
    driver = Driver("ab")
    assert driver.send(CallerJoined("1")) == [Ring("1", ("a",), 20.0)]
    assert driver.send(CallerJoined("2")) == [Ring("2", ("b",), 20.0)]


def test_wrap_up_time_comes_before_the_next_call() -> None:
    driver = Driver("a", wrap_up=30)
    driver.serve("1")
    assert driver.agent("a").state == "wrap_up"
    assert driver.send(CallerJoined("2")) == []
    assert driver.wait(30.0) == [Ring("2", ("a",), 20.0)]


def test_states_of_an_agent() -> None:
    driver, states = Driver("a", wrap_up=10), list[str]()

    def note() -> None:
        states.append(driver.agent("a").state)

    note()
    driver.send(CallerJoined("1"))
    note()
    driver.send(Answered("1", "a"))
    note()
    driver.send(AgentSet("a", 0, paused=True))
    note()
    driver.send(CallFinished("a"))
    note()
    driver.send(AgentSet("a", 0, signed_in=False, paused=True))
    note()
    driver.send(AgentSet("a", 0))
    note()
    driver.wait(10.0)
    note()
    expected = ["available", "ringing", "in_call", "in_call", "paused", "signed_out", "wrap_up", "available"]
    assert states == expected


def test_paused_and_signed_out_agents_do_not_ring() -> None:
    driver = Driver("ab")
    driver.send(AgentSet("a", 0, paused=True))
    driver.send(AgentSet("b", 1, signed_in=False))
    assert driver.send(CallerJoined("1")) == []
    assert driver.send(AgentSet("a", 0)) == [Ring("1", ("a",), 20.0)]


def test_a_caller_leaves_after_the_maximum_wait() -> None:
    driver = Driver("", max_wait=60)
    driver.send(CallerJoined("1"))
    assert driver.wait(59.9) == []
    assert driver.wait(0.1) == [Leave("1", "timeout")]


def test_an_agent_that_rings_at_the_maximum_wait_may_still_answer() -> None:
    driver = Driver("a", max_wait=10)
    driver.send(CallerJoined("1"))
    assert driver.wait(20.0) == []
    assert driver.send(RingEnded("1")) == [Missed("a"), Leave("1", "timeout")]


def test_a_full_queue_refuses_callers() -> None:
    driver = Driver("", max_length=1)
    driver.send(CallerJoined("1"))
    assert driver.send(CallerJoined("2")) == [Leave("2", "full")]


@pytest.mark.parametrize(
    ("rule", "agent", "reason"),
    [
        ("when_no_agents", AgentSet("a", 0, signed_in=False), "no_agents"),
        ("when_all_paused", AgentSet("a", 0, paused=True), "all_paused"),
    ],
)
def test_callers_leave_an_empty_queue_if_the_rule_says_so(rule: str, agent: AgentSet, reason: str) -> None:
    patient = Driver("")
    patient.send(agent)
    assert patient.send(CallerJoined("1")) == []
    driver = Driver("", **{rule: "leave"})
    driver.send(AgentSet("a", 0))
    driver.send(AgentOccupied("a"))
    assert driver.send(CallerJoined("1")) == []
    assert driver.send(agent) == [Leave("1", reason)]  # type: ignore[arg-type]
    assert driver.send(CallerJoined("2")) == [Leave("2", reason)]  # type: ignore[arg-type]


def test_agents_are_free_again_when_the_caller_hangs_up() -> None:
    driver = Driver("a")
    driver.send(CallerJoined("1"))
    driver.send(CallerJoined("2"))
    assert driver.send(CallerLeft("1")) == [Ring("2", ("a",), 20.0)]


def test_other_agents_are_free_again_when_one_has_answered() -> None:
    driver = Driver("ab", strategy="ring_all")
    driver.send(CallerJoined("1"))
    driver.send(CallerJoined("2"))
    assert driver.send(Answered("1", "b")) == [Ring("2", ("a",), 20.0)]
    assert driver.agent("a").missed == 0


def test_a_call_that_another_phone_picked_up_frees_the_agents() -> None:
    driver = Driver("a")
    driver.send(CallerJoined("1"))
    driver.send(Answered("1"))
    assert driver.agent("a").state == "available"
    assert len(driver.queue.callers) == 0


def test_announcements_of_place_and_expected_wait() -> None:
    driver = Driver("a", announce_every=60)
    driver.serve("0", seconds=120.0)
    driver.send(AgentOccupied("a"))
    driver.send(CallerJoined("1"))
    driver.send(CallerJoined("2"))
    first = [Announce("1", 1, 120.0), Announce("2", 2, 240.0)]
    assert driver.wait(10.0) == first
    assert driver.wait(60.0) == first


def test_the_wait_is_not_announced_before_the_first_call() -> None:
    driver = Driver("", announce_every=30, announce_wait=True)
    driver.send(CallerJoined("1"))
    assert driver.wait(10.0) == [Announce("1", 1, None)]


def test_periodic_prompt() -> None:
    driver = Driver("", prompt_every=25)
    driver.send(CallerJoined("1"))
    assert driver.wait(60.0) == [Announce("1", prompt=True)] * 2


def test_callback_keeps_the_place() -> None:
    driver = Driver("a", callback_after=10, announce_every=10)
    driver.send(AgentOccupied("a"))
    driver.send(CallerJoined("1"))
    driver.send(CallerJoined("2"))
    assert Announce("1", 1, None, offer=True) in driver.wait(10.0)
    driver.send(CallbackRequested("1"))
    driver.send(CallerLeft("1"))  # the caller has hung up, as agreed
    driver.wait(CALLBACK_DELAY)
    assert driver.send(AgentReleased("a")) == [CallBack("1")]
    assert driver.agent("a").state == "ringing"
    assert driver.send(CallbackReached("1")) == [Ring("1", ("a",), 20.0)]
    driver.send(Answered("1", "a"))
    assert driver.send(CallFinished("a")) == [Ring("2", ("a",), 20.0)]


def waiting_for_callback() -> Driver:
    """Return a queue with an available agent, whose caller is to be called back."""
    driver = Driver("a")
    driver.send(AgentOccupied("a"))
    driver.send(CallerJoined("1"))
    driver.send(CallbackRequested("1"))
    driver.send(AgentReleased("a"))
    return driver


def test_callback_that_is_not_answered_is_tried_again_and_given_up() -> None:
    driver = waiting_for_callback()
    assert driver.wait(CALLBACK_DELAY) == [CallBack("1")]
    for _ in range(CALLBACK_ATTEMPTS - 1):
        assert driver.send(CallbackFailed("1")) == []
        assert driver.agent("a").state == "available"
        assert driver.wait(CALLBACK_PAUSE) == [CallBack("1")]
    assert driver.send(CallbackFailed("1")) == [Leave("1", "callback_failed")]


def test_a_callback_without_a_result_frees_the_agent() -> None:
    driver = waiting_for_callback()
    assert driver.wait(CALLBACK_DELAY) == [CallBack("1")]
    driver.wait(CALLBACK_SECONDS)
    assert driver.agent("a").state == "available"


def test_a_callback_that_is_answered_late_is_served() -> None:
    driver = waiting_for_callback()
    driver.wait(CALLBACK_DELAY + CALLBACK_SECONDS)
    assert driver.send(CallbackReached("1")) == [Ring("1", ("a",), 20.0)]
    driver.send(CallerLeft("1"))
    assert not list(driver.queue.callers)


def test_agents_are_paused_after_missing_calls_in_a_row() -> None:
    driver = Driver("a", max_missed=2, retry=1)
    driver.send(CallerJoined("1"))
    assert driver.send(RingEnded("1")) == [Missed("a")]
    driver.wait(1.0)
    assert driver.send(RingEnded("1")) == [Missed("a"), Pause("a")]
    assert driver.agent("a").state == "paused"


def test_do_not_disturb_leaves_a_pause_and_the_missed_calls_in_a_row() -> None:
    driver = Driver("a", max_missed=2, retry=1)
    driver.send(CallerJoined("1"))
    driver.send(RingEnded("1"))
    driver.send(AgentSet("a", 0, do_not_disturb=True))
    assert (driver.agent("a").state, driver.queue.agents.active, driver.wait(1.0)) == ("paused", 0, [])
    assert driver.send(AgentSet("a", 0)) == [Ring("1", ("a",), 20.0)]
    assert driver.send(RingEnded("1")) == [Missed("a"), Pause("a")]
    driver.send(AgentSet("a", 0))
    assert driver.agent("a").missed_in_a_row == 0


def test_a_deleted_queue_sends_all_callers_away() -> None:
    driver = Driver("a")
    driver.send(CallerJoined("1"))
    driver.send(CallerJoined("2"))
    assert driver.send(QueueClosed()) == [Leave("1", "closed"), Leave("2", "closed")]


def test_a_queue_of_500_callers_is_bounded_and_serves_the_first_one_first() -> None:
    driver = Driver("", max_length=500, announce_every=30)
    for number in range(600):
        driver.send(CallerJoined(str(number)))
    assert len(driver.queue.callers) == 500
    driver.wait(60.0)
    served: list[str] = []
    [ring] = driver.send(AgentSet("a", 0))
    while isinstance(ring, Ring):
        served.append(ring.id)
        driver.send(Answered(ring.id, "a"))
        ring = next(iter(driver.send(CallFinished("a"))), None)  # type: ignore[assignment]
    assert served == [str(number) for number in range(500)]
    assert driver.queue.deadline() is None


def test_timers_stay_bounded_while_deadlines_move() -> None:
    timers = Timers[str]()
    for number in range(10_000):
        timers.set(f"key {number % 10}", float(number))
    assert len(timers) < 100
    assert timers.due(1e9) == [f"key {number}" for number in range(10)]


# ---- any order of events

_NAMES = st.sampled_from("123456")
_AGENTS = st.sampled_from("abcd")
_EVENTS = st.one_of(
    st.builds(CallerJoined, _NAMES, st.integers(0, 2)),
    st.builds(CallerLeft, _NAMES),
    st.builds(CallerMoved, _NAMES, st.integers(0, 9)),
    st.builds(RingEnded, _NAMES),
    st.builds(Answered, _NAMES, st.sampled_from(("", "a", "b", "c", "d"))),
    st.builds(CallbackRequested, _NAMES),
    st.builds(CallbackReached, _NAMES),
    st.builds(CallbackFailed, _NAMES),
    st.builds(AgentSet, _AGENTS, st.integers(0, 3), st.integers(0, 2), *[st.booleans()] * 3),
    st.builds(AgentRemoved, _AGENTS),
    st.builds(AgentOccupied, _AGENTS),
    st.builds(AgentReleased, _AGENTS),
    st.builds(CallFinished, _AGENTS),
    st.builds(SettingsChanged, st.builds(QueueSettings, strategy=st.sampled_from(STRATEGIES))),
    st.floats(0.1, 40.0),
)


def _check(queue: CallQueue) -> None:
    """Check what must hold after every event."""
    callers, agents = {one.id: one for one in queue.callers}, {one.id: one for one in queue.agents}
    unserved = [one for one in queue.callers if not one.agents and not one.callback]
    ready = [one for one in agents.values() if one.is_ready]
    assert not (unserved and ready), "an agent is available while a caller waits"
    for caller in callers.values():
        for name in caller.agents:
            if name in agents:
                assert agents[name].caller == caller.id
        assert (caller.callback == "calling") <= bool(caller.agents)
        if caller.due < float("inf"):
            assert queue.deadline() is not None
    for agent in agents.values():
        if agent.caller and agent.talking_since is None:
            assert agent.id in callers[agent.caller].agents, "an agent rings for no caller"
        assert agent.state == agent.current_state()
        assert agent.until is None or queue.deadline() is not None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_EVENTS, max_size=50), st.sampled_from(STRATEGIES), st.sampled_from(("wait", "leave")), st.integers(0, 20)
)
def test_no_order_of_events_leaves_a_caller_or_an_agent_stuck(
    events: list[Event | float], strategy: Strategy, rule: str, wrap_up: int
) -> None:
    driver = Driver("ab", strategy=strategy, when_no_agents=rule, wrap_up=wrap_up, max_wait=300, max_length=4)
    for event in events:
        if isinstance(event, int | float):
            driver.wait(event)
        else:
            driver.send(event)
        _check(driver.queue)
    _finish(driver)
    assert [one.id for one in driver.queue.callers] == []
    assert {one.state for one in driver.queue.agents} <= {"available"}


def _finish(driver: Driver) -> None:
    """Sign all agents in, end all other calls, and let every agent answer: in the end no caller waits."""
    driver.send(AgentSet("a", 0))
    for agent in list(driver.queue.agents):
        driver.send(AgentSet(agent.id, agent.order))
        driver.send(AgentReleased(agent.id))
        driver.send(CallFinished(agent.id))
    for _ in range(60):
        for caller in list(driver.queue.callers):
            if caller.callback == "calling":
                driver.send(CallbackReached(caller.id))
            if caller.agents:
                driver.send(Answered(caller.id, caller.agents[0]))
            elif caller.callback == "":
                driver.send(RingEnded(caller.id))
        for agent in list(driver.queue.agents):
            driver.send(CallFinished(agent.id))
        driver.wait(30.0)
        _check(driver.queue)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=20), st.sampled_from(STRATEGIES))
def test_callers_are_served_in_the_order_of_an_obvious_model(priorities: list[int], strategy: Strategy) -> None:
    driver = Driver("", strategy=strategy)
    for number, priority in enumerate(priorities):
        driver.send(CallerJoined(str(number), priority))
        driver.wait(1.0)
    expected = [str(number) for number, _ in sorted(enumerate(priorities), key=lambda one: (-one[1], one[0]))]
    served: list[str] = []
    driver.send(AgentSet("a", 0))
    while (ringing := next((one for one in driver.queue.callers if one.agents), None)) is not None:
        served.append(ringing.id)
        driver.send(Answered(ringing.id, "a"))
        driver.send(CallFinished("a"))
    assert served == expected
