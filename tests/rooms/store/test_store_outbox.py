"""The outbox: told once committed, in order, each handler once, one that fails in nobody's way."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from unificx.kernel.clock import ManualClock
from unificx.kernel.facts import Bus, Fact
from unificx.store import Database, Outbox, UnitOfWork
from unificx.store.database import fact_name


@dataclass(frozen=True, slots=True)
class Rang(Fact):
    number: int = 0
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    legs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unheard(Fact):
    pass


class Ears:
    def __init__(self) -> None:
        self.heard: list[Rang] = []
        self.deaf_to: set[int] = set()

    async def hear(self, fact: Rang, uow: UnitOfWork) -> None:
        if fact.number in self.deaf_to:
            raise ValueError("cannot hear +491234567")
        self.heard.append(fact)

    async def hear_too(self, fact: Rang, uow: UnitOfWork) -> None:
        self.heard.append(fact)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def outbox(database: Database, bus: Bus, clock: ManualClock, ears: Ears) -> Outbox:
    outbox = Outbox(database, bus, clock)
    outbox.subscribe(Rang, ears.hear)
    return outbox


async def ring(database: Database, clock: ManualClock, *numbers: int) -> list[Rang]:
    facts = [Rang(clock.new_id(), "tenant", number, clock.now(), ("a", "b")) for number in numbers]
    async with database.begin() as uow:
        for fact in facts:
            uow.publish(fact)
    return facts


async def test_facts_are_told_as_they_were_and_in_order(database, outbox: Outbox, clock, ears: Ears) -> None:
    facts = await ring(database, clock, *range(250))
    assert ears.heard == []
    await outbox.deliver()
    await outbox.deliver()
    assert ears.heard == facts


async def test_the_bus_hears_a_fact_once_it_is_committed(database, outbox: Outbox, bus: Bus, clock) -> None:
    heard: list[Fact] = []
    bus.subscribe(Rang, heard.append)
    [fact] = await ring(database, clock, 1)
    assert heard == [fact]


async def test_a_handler_that_fails_is_in_nobodys_way(database, outbox: Outbox, clock, ears: Ears) -> None:
    outbox.subscribe(Rang, ears.hear_too)
    ears.deaf_to = {2}
    one, two, three = await ring(database, clock, 1, 2, 3)
    with capture_logs() as logs:
        await outbox.deliver()
    assert ears.heard == [one, one, two, three, three]
    assert [(entry["event"], entry["fact"], entry["fault"]) for entry in logs] == [
        ("fact_handler_failed", two.id, "ValueError")
    ]
    assert "4912" not in str(logs)

    ears.heard.clear()
    ears.deaf_to = set()
    await outbox.deliver()
    assert ears.heard == [], "not again at once"
    clock.advance(2.5)
    await outbox.deliver()
    assert ears.heard == [two], "and only by the one that failed"


async def test_a_fact_that_never_succeeds_is_parked_and_counted(database, outbox: Outbox, clock, ears: Ears) -> None:
    ears.deaf_to = {1}
    await ring(database, clock, 1)
    with capture_logs() as logs:
        for _ in range(20):
            await outbox.deliver()
            clock.advance(301)
    given_up = [one for one in logs if one["log_level"] == "error"]
    assert [(one["event"], one["tries"]) for one in given_up] == [("fact_given_up", 8)]
    assert len(logs) == 8 + len(given_up)
    assert await outbox.parked() == 1
    ears.deaf_to = set()
    await outbox.deliver()
    assert ears.heard == []


async def test_a_fact_that_was_given_up_is_told_at_the_next_start(database, outbox: Outbox, clock, ears: Ears) -> None:
    ears.deaf_to = {1}
    [rang] = await ring(database, clock, 1)
    with capture_logs():
        for _ in range(20):
            await outbox.deliver()
            clock.advance(301)
    ears.deaf_to = set()
    await outbox.start()
    assert await outbox.parked() == 0
    await outbox.deliver()
    assert ears.heard == [rang]


async def test_what_a_failing_handler_did_is_undone(database, outbox: Outbox, clock, ears: Ears) -> None:
    async def publish_and_fail(fact: Unheard, uow: UnitOfWork) -> None:
        uow.publish(Rang(clock.new_id(), "tenant", 9))
        await uow.session.flush()
        raise ValueError

    outbox.subscribe(Unheard, publish_and_fail)
    async with database.begin() as uow:
        uow.publish(Unheard(clock.new_id(), "tenant"))
    with capture_logs():
        await outbox.deliver()
    assert ears.heard == []


async def test_a_handler_may_publish(database, outbox: Outbox, clock, ears: Ears) -> None:
    async def answer(fact: Unheard, uow: UnitOfWork) -> None:
        uow.publish(Rang(clock.new_id(), "tenant", 9))

    outbox.subscribe(Unheard, answer)
    async with database.begin() as uow:
        uow.publish(Unheard(clock.new_id(), "tenant"))
    await outbox.deliver()
    assert [fact.number for fact in ears.heard] == [9]


async def test_facts_nobody_asked_for_do_not_pile_up(database, outbox: Outbox, clock) -> None:
    async with database.begin() as uow:
        uow.publish(Unheard(clock.new_id(), "tenant"))
    await outbox.deliver()
    late: list[Fact] = []

    async def hear(fact: Unheard, uow: UnitOfWork) -> None:
        late.append(fact)

    outbox.subscribe(Unheard, hear)
    await outbox.deliver()
    assert late == []


async def test_two_dispatchers_tell_a_fact_once(database, database_url, outbox: Outbox, clock, ears: Ears) -> None:
    second = Database(database_url, clock)
    other = Outbox(second, Bus(lambda fault: None), clock)
    other.subscribe(Rang, ears.hear)
    facts = await ring(database, clock, *range(40))
    await asyncio.gather(outbox.deliver(), other.deliver())
    await outbox.deliver()
    assert sorted(fact.number for fact in ears.heard) == [fact.number for fact in facts]
    await second.close()


async def test_it_delivers_by_itself(database, outbox: Outbox, clock, ears: Ears) -> None:
    heard = asyncio.Event()

    async def ring_a_bell(fact: Rang, uow: UnitOfWork) -> None:
        heard.set()

    outbox.subscribe(Rang, ring_a_bell)
    running = asyncio.create_task(outbox.run())
    for number in range(3):
        await ring(database, clock, number)
        await heard.wait()
        heard.clear()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_names_say_room_and_fact(outbox: Outbox, ears: Ears) -> None:
    assert fact_name(Rang) == "test_store_outbox.Rang"
    kind = type("PersonAdded", (Fact,), {"__module__": "unificx.people.facts"})
    assert fact_name(kind) == "people.PersonAdded"
    with pytest.raises(ValueError, match="subscribed already"):
        outbox.subscribe(Rang, ears.hear)
