"""The call app of queues in virtual time: announcements, ringing agents, and the ends of a visit."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from app_harness import AppHarness, harness_for
from virtual_time import LoopClock, run_in_virtual_time

from unificx.calls import CallControl, ConnectRequest, Origination
from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.queues import Agent, Queue, QueueDependencies, QueueSettings, queue_app
from unificx.queues.agent_codes import change_state
from unificx.queues.callbacks import QueueCallbacks
from unificx.queues.manager import QueueManager
from unificx.queues.schemas import AgentEvent, Visit
from unificx.registrar import Caller
from unificx.routing import Fork, GoTo
from unificx.sip.legs import ByeReceived

SETTINGS = QueueSettings(strategy="linear", announce_every=0, ring_seconds=20, retry=5)
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def extension(number: str) -> Extension:
    return Extension(f"e-{number}", "acme", number, None, f"s-{number}", 30, 3600, f"Person {number}")


class FakeQueues:
    """Queues in memory. Changes are stored while `stores` is set."""

    def __init__(self, changed: Callable[[Queue], None]) -> None:
        self.found: dict[str, Queue] = {}
        self.stores = asyncio.Event()
        self.stores.set()
        self.changed = changed

    def by_id(self, queue_id: str) -> Queue | None:
        return self.found.get(queue_id)

    def all(self) -> Collection[Queue]:
        return self.found.values()

    def queues_of_agent(self, extension_id: str) -> list[Queue]:
        return [one for one in self.found.values() if one.agent(extension_id) is not None]

    async def change_agent(self, queue: Queue, extension_id: str, change: str, reason: str | None = None) -> Queue:
        await self.stores.wait()
        before = self.found[queue.id]
        values: dict[str, Any] = {"reason": reason}
        values |= {"paused": change == "pause"} if change in ("pause", "resume") else {"signed_in": change == "sign_in"}
        agents = [replace(one, **values) if one.extension_id == extension_id else one for one in before.agents]
        self.found[queue.id] = after = replace(before, agents=tuple(agents))
        self.changed(after)
        return after


@dataclass
class FakeHistory:
    visits: list[Visit] = field(default_factory=list[Visit])
    talked: list[float] = field(default_factory=list[float])
    events: list[AgentEvent] = field(default_factory=list[AgentEvent])

    def record_visit(self, visit: Visit, subject: str | None) -> None:
        self.visits.append(visit)

    def record_talked(self, tenant_id: str, visit_id: str, seconds: float) -> None:
        assert visit_id in [one.id for one in self.visits]
        self.talked.append(seconds)

    def record_event(self, event: AgentEvent) -> None:
        self.events.append(event)


class FakeCalls(CallControl):
    """The calls of agents, by call id; `called_back` are visits with what was called."""

    def __init__(self) -> None:
        super().__init__()
        self.agents: dict[str, str] = {}
        self.called_back: deque[tuple[str, str]] = deque()

    def busy_extensions(self, tenant_id: str) -> set[str]:
        return set(self.agents.values())

    def connected_extension(self, call_id: str) -> str:
        return self.agents.get(call_id, "")

    def originate(self, origin: Origination) -> str:
        self.called_back.append((origin.arguments[1], origin.to))
        return "callback"


class QueueWorld:
    """A live queue with the agents 1001 and 1002. `start` begins a call of a caller."""

    def __init__(self, otherwise: str = "", **settings: Any) -> None:
        self.queues = FakeQueues(lambda queue: self.manager.queue_changed(queue))
        self.clock, self.history, self.calls = LoopClock(), FakeHistory(), FakeCalls()
        self.not_disturbed = set[str]()
        self.directory = DirectoryCache()
        self.directory.put_tenant(Tenant("acme", "acme", "Acme", "acme.example", "active", NOW))
        for number in ("1001", "1002", "1009"):
            self.directory.put_extension(extension(number))
        agents = Agent("e-1001", since=NOW), Agent("e-1002", since=NOW)
        self.queue = Queue("q", "acme", "6500", "Support", NOW, replace(SETTINGS, **settings), otherwise, agents)
        self.queues.found["q"] = self.queue
        callbacks = QueueCallbacks(self.calls, self.directory, lambda tenant_id, number: bool(number))
        self.manager = QueueManager(
            self.queues,  # type: ignore[arg-type]
            self.history,  # type: ignore[arg-type]
            self.clock,
            calls=self.calls,
            callbacks=callbacks,
            do_not_disturb=lambda extension_id: extension_id in self.not_disturbed,
        )
        self.manager.start()
        self.called_back = self.calls.called_back
        self.parts = QueueDependencies(self.queues, self.manager, self.directory)  # type: ignore[arg-type]

    def start(self, *arguments: str, caller: str = "1009", **stage: Any) -> AppHarness:
        harness = AppHarness(
            queue_app(self.parts),
            mailbox=None,
            caller=extension(caller) if caller else None,
            arguments=("q", *arguments),
            playback_seconds=2.0,
            **stage,
        )
        harness.begin()
        return harness

    def answer(self, harness: AppHarness, number: str) -> None:
        """The phone of an agent answers."""
        self.calls.agents["call-1"] = f"e-{number}"
        harness.line.connect_ended("answered")
        harness.hang_up()
        self.manager.calls_changed("acme")

    def hang_up(self) -> None:
        """The agent's call is over."""
        self.calls.agents.clear()
        self.manager.calls_changed("acme")

    def states(self) -> list[str]:
        machine = self.manager.machine(self.queue)
        assert machine is not None
        return [one.state for one in machine.agents]

    @property
    def outcomes(self) -> list[str]:
        return [one.outcome for one in self.history.visits]


def rings_of(harness: AppHarness) -> list[tuple[list[str], str]]:
    """Return the numbers that were rung, and what they showed."""
    found: list[tuple[list[str], str]] = []
    for event in harness.events:
        if isinstance(event, ConnectRequest):
            action = event.plan.steps[0].action
            numbers = (
                [one.extension.number for one in action.ring_targets] if isinstance(action, Fork) else [str(action)]
            )
            found.append((numbers, event.displayed_name))
    return found


def test_caller_hears_music_until_an_agent_answers() -> None:
    async def scenario() -> None:
        world = QueueWorld(strategy="ring_all", wrap_up=10)
        harness = world.start()
        await asyncio.sleep(5)
        assert rings_of(harness) == [(["1001", "1002"], "Support: Carl")]
        assert set(harness.played) == {"music/hold"}
        assert world.states() == ["ringing", "ringing"]
        world.answer(harness, "1002")
        await asyncio.sleep(30)
        assert world.states() == ["available", "in_call"]
        [visit] = world.history.visits
        assert (visit.outcome, visit.agent_id, visit.call_id, round(visit.waited)) == (
            "answered",
            "e-1002",
            "call-1",
            5,
        )
        world.hang_up()
        await asyncio.sleep(1)
        assert world.states() == ["available", "wrap_up"]
        assert [round(one) for one in world.history.talked] == [30]
        await asyncio.sleep(10)
        assert world.states() == ["available", "available"]

    run_in_virtual_time(scenario())


def test_agents_who_are_not_to_be_disturbed_do_not_ring() -> None:
    async def scenario() -> None:
        world = QueueWorld(strategy="ring_all")
        world.not_disturbed = {"e-1001"}
        world.manager.queue_changed(world.queue)
        first = world.start()
        await asyncio.sleep(5)
        assert (world.states(), rings_of(first)) == (["paused", "ringing"], [(["1002"], "Support: Carl")])
        first.hang_up()
        world.not_disturbed = {"e-1002"}
        for extension_id in ("e-1001", "e-1002", "e-9"):
            world.manager.presence_changed(extension_id)
        second = world.start()
        await asyncio.sleep(5)
        assert (world.states(), rings_of(second)) == (["ringing", "paused"], [(["1001"], "Support: Carl")])

    run_in_virtual_time(scenario())


def test_a_change_of_presence_or_of_the_queue_leaves_a_pause_that_is_not_stored_yet() -> None:
    async def scenario() -> None:
        world = QueueWorld(max_missed=1)
        world.queues.stores.clear()
        harness = world.start()
        await asyncio.sleep(1)
        harness.line.connect_ended("missed")
        await asyncio.sleep(1)
        for not_disturbed in (set[str](), {"e-1001"}, set[str]()):
            world.not_disturbed = not_disturbed
            world.manager.presence_changed("e-1001")
            assert world.states() == ["paused", "ringing"]
        world.manager.queue_changed(world.queue)
        assert world.states() == ["paused", "ringing"]
        world.queues.stores.set()
        await asyncio.sleep(1)
        assert world.states() == ["paused", "ringing"]
        await world.queues.change_agent(world.queue, "e-1001", "resume")
        assert world.states() == ["available", "ringing"]
        harness.hang_up()
        await asyncio.sleep(1)

    run_in_virtual_time(scenario())


def test_the_place_is_that_of_the_party_who_is_transferred_to_it() -> None:
    async def scenario() -> None:
        world = QueueWorld()
        harness = world.start()
        await asyncio.sleep(5)
        harness.line.connect_ended("cancelled")
        harness.line.party_changed("call-2", Caller("acme", "", "", "s-dora", "+491512", "Dora"))
        await asyncio.sleep(1)
        assert rings_of(harness) == [(["1001"], "Support: Carl"), (["1001"], "Support: Dora")]
        assert not world.history.events  # the agent has missed nothing
        world.calls.agents["call-2"] = "e-1001"
        harness.line.connect_ended("answered")
        harness.hang_up()
        await asyncio.sleep(1)
        [visit] = world.history.visits
        assert (visit.call_id, visit.number, visit.agent_id, round(visit.waited)) == ("call-2", "+491512", "e-1001", 6)

    run_in_virtual_time(scenario())


def test_the_way_in_gives_the_priority_of_a_caller() -> None:
    async def scenario() -> None:
        world = QueueWorld()
        world.queues.found["q"] = replace(world.queue, agents=())
        world.manager.queue_changed(world.queue)
        harnesses = world.start(), world.start("", "5")
        await asyncio.sleep(1)
        machine = world.manager.machine(world.queue)
        assert machine is not None
        assert [one.priority for one in machine.callers] == [5, 0]
        for one in harnesses:
            one.hang_up()
        await asyncio.sleep(1)

    run_in_virtual_time(scenario())


def test_calls_of_a_queue_are_recorded_if_it_says_so() -> None:
    async def scenario() -> None:
        world = QueueWorld(recorded=True)
        harness = world.start()
        await asyncio.sleep(5)
        assert world.manager.is_recorded("acme", "call-1")  # when the phones are connected, before the app has ended
        world.answer(harness, "1001")
        await asyncio.sleep(5)
        assert world.manager.is_recorded("acme", "call-1")
        assert not world.manager.is_recorded("acme", "another")
        world.hang_up()
        await asyncio.sleep(1)
        assert not world.manager.is_recorded("acme", "call-1")

    run_in_virtual_time(scenario())


def test_call_of_an_agent_that_is_removed_meanwhile_is_recorded() -> None:
    async def scenario() -> None:
        world = QueueWorld()
        harness = world.start()
        await asyncio.sleep(5)
        world.answer(harness, "1001")
        await asyncio.sleep(10)
        world.queues.found["q"] = without = replace(world.queue, agents=world.queue.agents[1:])
        world.manager.queue_changed(without)
        await asyncio.sleep(10)
        world.hang_up()
        await asyncio.sleep(1)
        assert [round(one) for one in world.history.talked] == [20]

    run_in_virtual_time(scenario())


def test_next_agent_rings_if_the_first_does_not_answer() -> None:
    async def scenario() -> None:
        world = QueueWorld()
        harness = world.start()
        await asyncio.sleep(1)
        harness.line.connect_ended("missed")
        await asyncio.sleep(1)
        assert [numbers for numbers, _ in rings_of(harness)] == [["1001"], ["1002"]]
        assert [(one.extension_id, one.kind) for one in world.history.events] == [("e-1001", "missed")]
        harness.hang_up()
        await asyncio.sleep(1)
        assert world.outcomes == ["abandoned"]
        assert world.states() == ["available", "available"]

    run_in_virtual_time(scenario())


def test_agents_in_other_calls_do_not_ring() -> None:
    async def scenario() -> None:
        world = QueueWorld()
        world.calls.agents["other"] = "e-1001"
        world.manager.calls_changed("acme")
        await asyncio.sleep(1)
        assert world.states() == ["in_call", "available"]
        harness = world.start()
        await asyncio.sleep(1)
        assert [numbers for numbers, _ in rings_of(harness)] == [["1002"]]

    run_in_virtual_time(scenario())


def test_announcements_interrupt_the_music() -> None:
    async def scenario() -> None:
        world = QueueWorld(announce_every=30, prompt_every=45)
        world.calls.agents |= {"one": "e-1001", "two": "e-1002"}
        world.manager.calls_changed("acme")
        await asyncio.sleep(1)
        first, second = world.start(), world.start()
        await asyncio.sleep(60)
        assert "queue/next" in first.played
        assert [one for one in second.played if one != "music/hold"][:3] == [
            "queue/position",
            "number 2",
            "queue/position",
        ]
        assert "queue/all-busy" in second.played
        assert first.played[-1] == second.played[-1] == "music/hold"

    run_in_virtual_time(scenario())


@pytest.mark.parametrize(("otherwise", "expected"), [("", []), ("mailbox:1001", ["mailbox"])])
def test_caller_leaves_after_the_maximum_wait(otherwise: str, expected: list[str]) -> None:
    async def scenario() -> None:
        world = QueueWorld(otherwise, max_wait=20)
        world.calls.agents |= {"one": "e-1001", "two": "e-1002"}
        world.manager.calls_changed("acme")
        await asyncio.sleep(1)
        harness = world.start(outcomes=["failed"])
        await asyncio.sleep(60)
        assert world.outcomes == ["timeout"]
        assert [kind for kind in expected if kind not in str(rings_of(harness))] == []
        led = [one.plan.steps[0].action for one in harness.events if isinstance(one, ConnectRequest)]
        assert [one.calling_for for one in led if isinstance(one, GoTo)] == ["queue:6500"] * len(expected)
        assert harness.played[-2:] == ["general/nobody-available", "general/goodbye"]
        assert isinstance(harness.events[-1], ByeReceived)

    run_in_virtual_time(scenario())


def test_full_queue_and_deleted_queue() -> None:
    async def scenario() -> None:
        world = QueueWorld(max_length=1)
        first, second = world.start(), world.start()
        await asyncio.sleep(10)
        assert second.played == ["queue/full", "general/goodbye"]
        world.manager.calls_changed("acme")
        await asyncio.sleep(1)
        world.queues.found.clear()
        world.manager.queue_changed(world.queue)
        await asyncio.sleep(10)
        assert first.played[-1] == "general/goodbye"
        assert world.outcomes == ["full", "closed"]
        world.manager.calls_changed("acme")
        await asyncio.sleep(1)
        assert (world.manager._of_agent, world.manager._busy) == ({}, {}), "nothing of it is left"
        third = world.start()
        await asyncio.sleep(10)
        assert third.played == ["general/unavailable", "general/goodbye"]

    run_in_virtual_time(scenario())


async def _requested_callback(world: QueueWorld) -> str:
    """A caller accepts the offer of a callback. Return the id of the visit."""
    world.calls.agents |= {"one": "e-1001", "two": "e-1002"}
    world.manager.calls_changed("acme")
    await asyncio.sleep(1)
    harness = world.start(digits={"queue/to-be-called-back": ["1"]})
    await asyncio.sleep(60)
    assert harness.played[-2:] == ["queue/keeps-place", "general/goodbye"]
    assert isinstance(harness.events[-1], ByeReceived)
    assert world.outcomes == []
    world.hang_up()
    await asyncio.sleep(1)
    [(visit_id, called)] = world.called_back
    assert called == "1009"
    world.called_back.clear()
    return visit_id


def test_callback_keeps_the_place_and_announces_itself() -> None:
    async def scenario() -> None:
        world = QueueWorld(announce_every=30, callback_after=10)
        visit_id = await _requested_callback(world)
        harness = world.start(visit_id, digits={"queue/callback": ["1"]})
        await asyncio.sleep(5)
        assert rings_of(harness) == [(["1001"], "Support: Carl")]
        world.answer(harness, "1001")
        await asyncio.sleep(5)
        assert world.outcomes == ["answered"]
        assert world.states() == ["in_call", "available"]

    run_in_virtual_time(scenario())


def test_a_caller_from_outside_is_called_back_unless_the_number_is_withheld() -> None:
    async def scenario(number: str) -> QueueWorld:
        world = QueueWorld(announce_every=30, callback_after=10)
        world.calls.agents |= {"one": "e-1001", "two": "e-1002"}
        world.manager.calls_changed("acme")
        harness = world.start(digits={"queue/to-be-called-back": ["1"]}, caller="", number=number)
        await asyncio.sleep(60)
        assert ("queue/to-be-called-back" in harness.played) == bool(number)
        world.hang_up()
        await asyncio.sleep(30)
        harness.hang_up()
        await asyncio.sleep(1)
        return world

    called = run_in_virtual_time(scenario("+49301234567")).called_back
    assert [to for _, to in called] == ["+49301234567"]
    assert not run_in_virtual_time(scenario("")).called_back


def test_unconfirmed_callback_is_tried_again() -> None:
    async def scenario() -> None:
        world = QueueWorld(announce_every=30, callback_after=10)
        visit_id = await _requested_callback(world)
        machine = world.start(visit_id)
        await asyncio.sleep(60)
        assert machine.played[-1] == "general/goodbye"
        assert world.states() == ["available", "available"]
        await asyncio.sleep(120)
        assert len(world.called_back) == 1
        for _ in range(2):
            harness = world.start(visit_id)
            await asyncio.sleep(1)
            harness.hang_up()
            await asyncio.sleep(300)
        assert world.outcomes == ["callback_failed"]

    run_in_virtual_time(scenario())


@pytest.mark.parametrize("number", ["", "6500"])
def test_agents_change_their_state_by_code(number: str) -> None:
    async def scenario() -> None:
        world = QueueWorld()
        for change, prompt, state in (
            ("sign_out", "queue/signed-out", "signed_out"),
            ("sign_in", "queue/signed-in", "available"),
            ("sign_in", "queue/signed-out", "signed_out"),
            ("sign_in", "queue/signed-in", "available"),
            ("pause", "queue/paused", "paused"),
            ("pause", "queue/resumed", "available"),
            ("pause", "queue/paused", "paused"),
            ("resume", "queue/resumed", "available"),
        ):
            harness = await _dial(world, change, "1001", number)
            assert harness.played[0] == prompt
            assert world.states() == [state, "available"]
        await _dial(world, "pause", "1001", number, digits={"queue/paused": ["2"]})
        assert world.queues.found["q"].agents[0].reason == "lunch"
        assert (await _dial(world, "sign_in", "1009", number)).played[0] == "queue/no-agent"
        assert (await _dial(world, "sign_in", "1001", "6501")).played[0] == "queue/no-agent"

    run_in_virtual_time(scenario())


async def _dial(world: QueueWorld, change: Any, caller: str, number: str, **stage: Any) -> AppHarness:
    def run(call: Any) -> Coroutine[Any, Any, None]:
        return change_state(world.queues, change, call)  # type: ignore[arg-type]

    arguments = (number,) if number else ()
    harness = harness_for(run, mailbox=None, caller=extension(caller), arguments=arguments, **stage)
    harness.begin()
    await asyncio.sleep(30)
    return harness


def test_an_erased_caller_has_no_name_in_the_queue() -> None:
    async def scenario() -> None:
        world = QueueWorld()
        world.start()
        await asyncio.sleep(1)
        world.manager.anonymize("acme", "s-1009")
        machine = world.manager.machine(world.queue)
        assert machine is not None
        [caller] = machine.callers
        assert world.manager.visit("q", caller.id) is not None
        assert world.manager.visit("q", caller.id).caller.name == ""  # type: ignore[union-attr]

    run_in_virtual_time(scenario())
