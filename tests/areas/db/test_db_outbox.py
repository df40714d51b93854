"""Outbox: delivery after the commit, in order, exactly once per handler, without blocking on failures."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from unificx.cluster import EventBus, LocalEventBus
from unificx.core.access import Access, stated_access
from unificx.core.clock import ManualClock
from unificx.core.events import DomainEvent
from unificx.db import Database, Outbox, PollingWorker, UnitOfWork
from unificx.db.database import event_name


@dataclass(frozen=True, slots=True)
class Ringing(DomainEvent):
    number: int = 0
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    legs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unhandled(DomainEvent):
    pass


class Recorder:
    def __init__(self) -> None:
        self.received: list[Ringing] = []
        self.failing: set[int] = set()

    async def handle(self, event: Ringing, uow: UnitOfWork) -> None:
        if event.number in self.failing:
            raise ValueError("cannot handle +491234567")
        self.received.append(event)

    async def handle_again(self, event: Ringing, uow: UnitOfWork) -> None:
        self.received.append(event)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def outbox(database: Database, bus: EventBus, clock: ManualClock, recorder: Recorder) -> Outbox:
    outbox = Outbox(database, bus.publish, clock)
    outbox.subscribe(Ringing, recorder.handle)
    return outbox


async def publish(database: Database, clock: ManualClock, *numbers: int) -> list[Ringing]:
    events = [Ringing(clock.new_id(), "tenant", number, clock.now(), ("a", "b")) for number in numbers]
    async with database.begin() as uow:
        for event in events:
            uow.publish(event)
    return events


async def test_events_are_delivered_unchanged_and_in_order(database, outbox: Outbox, clock, recorder: Recorder) -> None:
    events = await publish(database, clock, *range(250))
    assert recorder.received == []
    await outbox.deliver()
    await outbox.deliver()
    assert recorder.received == events


async def test_the_bus_gets_an_event_after_the_commit(database, outbox: Outbox, bus: EventBus, clock) -> None:
    received: list[DomainEvent] = []
    bus.subscribe(Ringing, received.append)
    [event] = await publish(database, clock, 1)
    assert received == [event]


async def test_a_failing_handler_does_not_block_others(database, outbox: Outbox, clock, recorder: Recorder) -> None:
    outbox.subscribe(Ringing, recorder.handle_again)
    recorder.failing = {2}
    one, two, three = await publish(database, clock, 1, 2, 3)
    with capture_logs() as logs:
        await outbox.deliver()
    assert recorder.received == [one, one, two, three, three]
    assert [(entry["event"], entry["event_id"], entry["fault"]) for entry in logs] == [
        ("event_handler_failed", two.id, "ValueError")
    ]
    assert "4912" not in str(logs)

    recorder.received.clear()
    recorder.failing = set()
    await outbox.deliver()
    assert recorder.received == [], "no immediate retry"
    clock.advance(2.5)
    await outbox.deliver()
    assert recorder.received == [two], "only the failed handler"


async def test_an_event_that_keeps_failing_is_parked(database, outbox: Outbox, clock, recorder: Recorder) -> None:
    recorder.failing = {1}
    await publish(database, clock, 1)
    with capture_logs() as logs:
        for _ in range(20):
            await outbox.deliver()
            clock.advance(301)
    parked = [one for one in logs if one["log_level"] == "error"]
    assert [(one["event"], one["tries"]) for one in parked] == [("event_parked", 8)]
    assert len(logs) == 8 + len(parked)
    assert await outbox.parked() == 1
    recorder.failing = set()
    await outbox.deliver()
    assert recorder.received == []


async def test_a_parked_event_is_retried_at_the_next_start(database, outbox: Outbox, clock, recorder: Recorder) -> None:
    recorder.failing = {1}
    [event] = await publish(database, clock, 1)
    with capture_logs():
        for _ in range(20):
            await outbox.deliver()
            clock.advance(301)
    recorder.failing = set()
    await outbox.start()
    assert await outbox.parked() == 0
    await outbox.deliver()
    assert recorder.received == [event]


async def test_a_failing_handler_is_rolled_back(database, outbox: Outbox, clock, recorder: Recorder) -> None:
    async def publish_and_fail(event: Unhandled, uow: UnitOfWork) -> None:
        uow.publish(Ringing(clock.new_id(), "tenant", 9))
        await uow.session.flush()
        raise ValueError

    outbox.subscribe(Unhandled, publish_and_fail)
    async with database.begin() as uow:
        uow.publish(Unhandled(clock.new_id(), "tenant"))
    with capture_logs():
        await outbox.deliver()
    assert recorder.received == []


async def test_a_handler_can_publish(database, outbox: Outbox, clock, recorder: Recorder) -> None:
    async def answer(event: Unhandled, uow: UnitOfWork) -> None:
        uow.publish(Ringing(clock.new_id(), "tenant", 9))

    outbox.subscribe(Unhandled, answer)
    async with database.begin() as uow:
        uow.publish(Unhandled(clock.new_id(), "tenant"))
    await outbox.deliver()
    assert [event.number for event in recorder.received] == [9]


async def test_events_without_handlers_are_dropped(database, outbox: Outbox, clock) -> None:
    async with database.begin() as uow:
        uow.publish(Unhandled(clock.new_id(), "tenant"))
    await outbox.deliver()
    late: list[DomainEvent] = []

    async def handle(event: Unhandled, uow: UnitOfWork) -> None:
        late.append(event)

    outbox.subscribe(Unhandled, handle)
    await outbox.deliver()
    assert late == []


async def test_two_dispatchers_deliver_an_event_once(
    database, database_url, outbox: Outbox, clock, recorder: Recorder
) -> None:
    second = Database(database_url, clock)
    other = Outbox(second, LocalEventBus(lambda fault: None).publish, clock)
    other.subscribe(Ringing, recorder.handle)
    events = await publish(database, clock, *range(40))
    await asyncio.gather(outbox.deliver(), other.deliver())
    await outbox.deliver()
    assert sorted(event.number for event in recorder.received) == [event.number for event in events]
    await second.close()


async def test_run_delivers_events(database, outbox: Outbox, clock, recorder: Recorder) -> None:
    received = asyncio.Event()

    async def signal(event: Ringing, uow: UnitOfWork) -> None:
        received.set()

    outbox.subscribe(Ringing, signal)
    running = asyncio.create_task(outbox.run())
    for number in range(3):
        await publish(database, clock, number)
        await received.wait()
        received.clear()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_event_names_contain_area_and_class(outbox: Outbox, recorder: Recorder) -> None:
    assert event_name(Ringing) == f"{__name__}.Ringing"
    kind = type("PersonAdded", (DomainEvent,), {"__module__": "unificx.identity.events"})
    assert event_name(kind) == "identity.PersonAdded"
    with pytest.raises(ValueError, match="already subscribed"):
        outbox.subscribe(Ringing, recorder.handle)


@pytest.mark.promise("S3")
async def test_a_handler_has_the_purpose_it_was_subscribed_with(
    database: Database, bus: EventBus, clock: ManualClock
) -> None:
    seen: list[Access | None] = []

    class Handlers:
        async def deliver(self, event: Ringing, uow: UnitOfWork) -> None:
            seen.append(stated_access())

        async def count(self, event: Ringing, uow: UnitOfWork) -> None:
            seen.append(stated_access())

    outbox, handlers = Outbox(database, bus.publish, clock), Handlers()
    outbox.subscribe(Ringing, handlers.deliver, purpose="telephony")
    outbox.subscribe(Ringing, handlers.count)
    await publish(database, clock, 1)
    await outbox.deliver()
    name = f"{__name__}.{Handlers.deliver.__qualname__}"
    assert seen == [Access("telephony", name), None], "the second states nothing, whatever the caller has stated"


async def test_a_failure_that_repeats_is_logged_once(database: Database) -> None:
    """A database may be away for hours, and jobs run again each second."""
    failures, thrice = 0, asyncio.Event()

    async def fail() -> None:
        nonlocal failures
        failures += 1
        if failures == 3:
            thrice.set()
        raise OSError

    async def no_job(_: object) -> None:
        return None

    worker = PollingWorker(database, fail, no_job, failure_event="jobs_delayed", retry_delay=0)
    with capture_logs() as logs:
        running = asyncio.create_task(worker.run())
        await asyncio.wait_for(thrice.wait(), 30)
        running.cancel()
        await asyncio.wait((running,))
    assert [each["event"] for each in logs] == ["jobs_delayed"]
