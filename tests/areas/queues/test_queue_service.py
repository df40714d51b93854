"""Queues on both databases: settings, agents and their sign-in state, history, deletion and erasure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from queue_setup import QueueSetup
from sqlalchemy import func, select

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import SpoolFull
from unificx.identity import Extension
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.queues import AgentStates, NewAgent, NewQueue, Queue, QueueChange, QueueSettings
from unificx.queues.events import QueueChanged
from unificx.queues.machine.values import MAX_AGENTS
from unificx.queues.models import QueueAgentEventRow, QueueAgentRow, QueueRow, QueueVisitRow
from unificx.queues.schemas import AgentEvent, Visit
from unificx.routing import CodeTables

SETTINGS = QueueSettings(
    strategy="round_robin", ring_seconds=15, wrap_up=5, max_wait=300, when_no_agents="leave", recorded=True
)


async def support(setup: QueueSetup, **values: object) -> Queue:
    agents = NewAgent(setup.anna.id), NewAgent(setup.berta.id, penalty=3, static=False)
    new = NewQueue("6500", "Support", SETTINGS, "extension:1001", agents)
    return await setup.queues.create(setup.tenant.id, replace(new, **values))  # type: ignore[arg-type]


async def test_a_queue_survives_a_restart(setup: QueueSetup) -> None:
    queue = await support(setup)
    reopened = setup.reopen()
    await reopened.start()
    assert reopened.find(setup.tenant.id, "6500") == reopened.find(setup.tenant.id, queue.id) == queue
    assert (queue.settings, queue.otherwise) == (SETTINGS, "extension:1001")
    assert [(one.signed_in, one.penalty) for one in queue.agents] == [(True, 0), (False, 3)]
    with pytest.raises(NotFound):
        reopened.find("another", queue.id)


async def test_a_number_is_unique_within_a_tenant(setup: QueueSetup) -> None:
    queue = await support(setup)
    for number in ("6500", "1001"):
        with pytest.raises(Conflict):
            await setup.queues.create(setup.tenant.id, NewQueue(number))
    await setup.queues.delete(queue)
    await setup.queues.create(setup.tenant.id, NewQueue("6500"))


INVALID = [
    (NewQueue("6"), "number"),
    (NewQueue("6500", "x" * 101), "name"),
    (NewQueue("6500", settings=QueueSettings(ring_seconds=1)), "ring_seconds"),
    (NewQueue("6500", settings=QueueSettings(max_length=501)), "max_length"),
    (NewQueue("6500", settings=QueueSettings(announce_every=5)), "announce_every"),
    (NewQueue("6500", settings=QueueSettings(strategy="any")), "strategy"),  # type: ignore[arg-type]
    (NewQueue("6500", agents=(NewAgent("unknown"),)), "agents"),
    (NewQueue("6500", agents=tuple(NewAgent(str(number)) for number in range(MAX_AGENTS + 1))), "agents"),
    (NewQueue("6500", otherwise="extension"), "otherwise"),
    (NewQueue("6500", otherwise="extension:1999"), "otherwise"),
]


async def test_invalid_queues_are_refused(setup: QueueSetup) -> None:
    for new, name in INVALID:
        with pytest.raises(Invalid) as refused:
            await setup.queues.create(setup.tenant.id, new)
        assert refused.value.field == name
    assert not setup.queues.queues_of_tenant(setup.tenant.id)


async def test_queues_that_lead_to_each_other_are_refused(setup: QueueSetup) -> None:
    queue = await support(setup)
    other = await setup.queues.create(setup.tenant.id, NewQueue("6501", otherwise="queue:6500"))
    with pytest.raises(Invalid) as refused:
        await setup.queues.update(queue, QueueChange(otherwise="queue:6501"))
    assert "queue:6500 → queue:6501 → queue:6500" in refused.value.message
    with pytest.raises(Conflict):
        await setup.queues.delete(queue)
    await setup.queues.delete(other)
    await setup.queues.delete(queue)
    for late in (
        setup.queues.delete(queue),
        setup.queues.update(queue, QueueChange("Gone")),
        setup.queues.change_agent(queue, setup.anna.id, "sign_out"),
    ):
        with pytest.raises(NotFound):
            await late


async def test_an_agent_is_listed_once_and_has_a_valid_penalty(setup: QueueSetup) -> None:
    for agents in ((NewAgent(setup.anna.id),) * 2, (NewAgent(setup.anna.id, penalty=101),)):
        with pytest.raises(Invalid):
            await support(setup, agents=agents)


async def test_changing_a_queue_keeps_the_state_of_agents_that_stay(setup: QueueSetup) -> None:
    queue = await support(setup)
    await setup.queues.change_agent(queue, setup.anna.id, "pause", "lunch")
    change = QueueChange("Help", "", {"wrap_up": 9}, (NewAgent(setup.anna.id, 7),))
    changed = await setup.queues.update(queue, change)
    assert (changed.name, changed.otherwise, changed.settings.wrap_up) == ("Help", "", 9)
    [agent] = changed.agents
    assert (agent.penalty, agent.paused, agent.reason) == (7, True, "lunch")
    assert setup.queues.find(setup.tenant.id, "6500") == changed
    assert await setup.queues.update(changed, QueueChange()) == changed
    both = await setup.queues.update(queue, QueueChange(settings={"ring_seconds": 30}))  # of the queue as it was
    assert (both.settings.ring_seconds, both.settings.wrap_up) == (30, 9)


async def test_the_sign_in_state_of_an_agent_is_durable(setup: QueueSetup) -> None:
    queue = await support(setup)
    setup.clock.advance(60)
    await setup.queues.change_agent(queue, setup.berta.id, "sign_in")
    await setup.queues.change_agent(queue, setup.berta.id, "pause", "break")
    await setup.queues.change_agent(queue, setup.anna.id, "sign_out")
    reopened = setup.reopen()
    await reopened.start()
    anna, berta = reopened.find(setup.tenant.id, "6500").agents
    assert (anna.signed_in, anna.since) == (False, setup.clock.now())
    assert (berta.signed_in, berta.paused, berta.reason) == (True, True, "break")
    changed = await setup.queues.change_agent(queue, setup.berta.id, "resume")
    assert changed.agents[1].reason is None
    assert isinstance(setup.published[-1], QueueChanged)
    with pytest.raises(NotFound):
        await setup.queues.change_agent(queue, "unknown", "sign_in")


async def test_codes_show_the_state_of_an_agent_on_a_key(setup: QueueSetup) -> None:
    await support(setup)
    sales = await setup.queues.create(setup.tenant.id, NewQueue("6501", agents=(NewAgent(setup.anna.id),)))
    states = AgentStates(setup.queues, CodeTables())

    def shown(agent: Extension, *codes: str) -> list[bool | None]:
        return [states.state(setup.tenant.id, agent.id, code) for code in codes]

    assert shown(setup.anna, "*50", "*506501", "*52", "*526501") == [True, True, False, False]
    assert shown(setup.berta, "*50", "*506500", "*506501") == [False, False, None]
    await setup.queues.change_agent(sales, setup.anna.id, "pause")
    assert shown(setup.anna, "*50", "*52", "*526501", "*526500") == [True, False, True, False]
    await setup.queues.change_agent(sales, setup.anna.id, "sign_out")
    assert shown(setup.anna, "*50", "*506500", "*506501") == [False, True, False]
    assert shown(setup.anna, "*51", "50", "*509999") == [None, None, None]


async def test_a_change_without_effect_is_no_event(setup: QueueSetup) -> None:
    queue = await support(setup)
    await setup.queues.change_agent(queue, setup.anna.id, "sign_in")
    await setup.spool.drain()
    assert (await setup.history.events(queue)).items == ()


def visit(setup: QueueSetup, queue: Queue, waited: float, **values: object) -> Visit:
    identity = setup.clock.new_id(), setup.tenant.id, queue.id, "call"
    outcome = "answered" if "agent_id" in values else "abandoned"
    made = Visit(*identity, setup.clock.now(), outcome, waited, number="1001", name="Anna")
    return replace(made, **values)  # type: ignore[arg-type]


async def test_history_and_statistics(setup: QueueSetup) -> None:
    queue, anna = await support(setup), setup.anna
    answered, abandoned = visit(setup, queue, 5.0, agent_id=anna.id), visit(setup, queue, 30.0)
    for one in (answered, abandoned):
        setup.history.record_visit(one, anna.subject)
    setup.history.record_talked(setup.tenant.id, answered.id, 90.0)
    missed = AgentEvent(setup.clock.new_id(), setup.tenant.id, queue.id, anna.id, setup.clock.now(), "missed")
    setup.history.record_event(missed)
    await setup.queues.change_agent(queue, anna.id, "pause", "lunch")
    await setup.spool.drain()
    page = await setup.history.visits(queue)
    assert page.items == (abandoned, replace(answered, talked=90.0))
    assert (await setup.history.visits(queue, limit=1)).next is not None
    events = (await setup.history.events(queue, anna.id)).items
    assert {(one.kind, one.reason) for one in events} == {("missed", None), ("paused", "lunch")}
    assert (await setup.history.events(queue, setup.berta.id)).items == ()
    now = setup.clock.now()
    of_queue, of_agents = await setup.history.statistics(queue, now - timedelta(hours=1), now + timedelta(hours=1))
    assert (of_queue.calls, of_queue.answered, of_queue.abandoned, of_queue.service_level) == (2, 1, 1, 0.5)
    assert (of_queue.average_wait, of_queue.longest_wait, of_queue.average_talk) == (5.0, 30.0, 90.0)
    assert (of_agents[anna.id].answered, of_agents[anna.id].missed, of_agents[anna.id].talked) == (1, 1, 90.0)
    with pytest.raises(Invalid):
        await setup.history.statistics(queue, now, now)


async def test_a_full_disk_keeps_no_caller_or_agent_from_being_served(
    setup: QueueSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = await support(setup)

    def full(kind: str, record: bytes, *, use_reserve: bool = False) -> None:
        raise SpoolFull("the disk is full")

    monkeypatch.setattr(setup.spool, "append", full)
    setup.history.record_visit(visit(setup, queue, 1.0), None)
    setup.history.record_talked(setup.tenant.id, "visit", 1.0)
    assert not (await setup.queues.change_agent(queue, setup.anna.id, "sign_out")).agents[0].signed_in


async def test_an_erased_caller_leaves_the_visit_without_number_and_name(setup: QueueSetup) -> None:
    queue = await support(setup)
    setup.history.record_visit(visit(setup, queue, 1.0), setup.anna.subject)
    setup.history.record_visit(visit(setup, queue, 2.0, number="+4930123456"), None)
    await setup.spool.drain()
    setup.keys.destroy(setup.tenant.id, setup.anna.subject)
    await setup.history.erase(setup.tenant.id, setup.anna.subject)
    setup.history.record_visit(visit(setup, queue, 3.0), setup.anna.subject)  # erased during this call
    await setup.spool.drain()
    during, outside, inside = (await setup.history.visits(queue)).items
    assert (inside.number, inside.name, inside.erased, during.erased) == ("", "", True, True)
    assert (outside.number, outside.erased) == ("+4930123456", False)
    async with setup.database.read() as session:
        joined = await session.scalars(select(QueueVisitRow.id).where(QueueVisitRow.subject_id == setup.anna.subject))
        assert joined.all() == [], "nothing joins the visits of the erased person"


async def test_a_deleted_extension_leaves_all_queues_and_their_history(setup: QueueSetup) -> None:
    queue, anna = await support(setup), setup.anna
    setup.history.record_visit(visit(setup, queue, 1.0, agent_id=anna.id), setup.berta.subject)
    await setup.queues.change_agent(queue, anna.id, "sign_out")
    await setup.spool.drain()
    async with setup.database.begin() as uow:
        await setup.queues.on_extension_deleted(ExtensionDeleted("1", setup.tenant.id, anna.id), uow)
    assert [one.extension_id for one in setup.queues.find(setup.tenant.id, "6500").agents] == [setup.berta.id]
    assert setup.queues.queues_of_agent(anna.id) == []
    assert (await setup.history.events(queue)).items == ()
    assert [one.agent_id for one in (await setup.history.visits(queue)).items] == [None]


async def test_a_queue_that_was_changed_meanwhile_keeps_the_change_when_an_agent_is_deleted(setup: QueueSetup) -> None:
    queue = await support(setup)
    await setup.reopen().update(queue, QueueChange(name="Help"))
    async with setup.database.begin() as uow:
        await setup.queues.on_extension_deleted(ExtensionDeleted("1", setup.tenant.id, setup.anna.id), uow)
    left = setup.queues.find(setup.tenant.id, "6500")
    assert (left.name, [one.extension_id for one in left.agents]) == ("Help", [setup.berta.id])


async def test_a_deleted_tenant_leaves_nothing(setup: QueueSetup) -> None:
    queue = await support(setup)
    setup.history.record_visit(visit(setup, queue, 1.0), None)
    await setup.queues.change_agent(queue, setup.anna.id, "sign_out")
    await setup.spool.drain()
    async with setup.database.begin() as uow:
        await setup.queues.on_tenant_deleted(TenantDeleted("1", setup.tenant.id), uow)
    assert setup.queues.by_id(queue.id) is None
    async with setup.database.read() as session:
        for row in (QueueRow, QueueAgentRow, QueueVisitRow, QueueAgentEventRow):
            assert await session.scalar(select(func.count()).select_from(row)) == 0
