"""Contracts of the ports: what each implementation promises to its users."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from port_setup import JournalOfTwoProcesses, LoggedRecords

from unificx.cluster import (
    Count,
    CounterKind,
    Counters,
    EventBus,
    JournalEntry,
    Location,
    OneTimeKind,
    OneTimeStore,
    local_cluster,
)
from unificx.cluster.ports import Leases
from unificx.core.clock import ManualClock, SystemClock
from unificx.db import SpoolFull, UnitOfWork
from unificx.db.base import SEAL_MARK
from unificx.registrar import Binding
from unificx.sip.flow import Flow
from unificx.sip.incarnation import NODE_BYTES

TICKET = OneTimeKind("ticket", lifetime=60.0, capacity=5, per_group=2)
OTHER = OneTimeKind("other", lifetime=60.0)
COUNTER = CounterKind("counter", capacity=3)
NOW = 1000.0


def test_each_start_of_a_process_is_a_node_of_its_own() -> None:
    nodes = {local_cluster(SystemClock(), print).node for _ in range(100)}
    assert len(nodes) == 100
    assert all(len(bytes.fromhex(node)) == NODE_BYTES for node in nodes)


# ---- one-time values


async def test_a_value_is_found_by_all_nodes_until_it_expires(one_time, clock: ManualClock) -> None:
    first, second = one_time
    await first.put(TICKET, "a", b"1")
    assert await second.get(TICKET, "a") == b"1"
    assert await second.get(OTHER, "a") is None
    clock.advance(59.9)
    assert await second.get(TICKET, "a") == b"1"
    clock.advance(0.1)
    assert await second.get(TICKET, "a") is None
    assert await second.take(TICKET, "a") is None


async def test_one_of_several_takes_a_value(one_time) -> None:
    first, second = one_time
    await first.put(TICKET, "a", b"1")
    taken = await asyncio.gather(*(store.take(TICKET, "a") for store in (first, second, first, second)))
    assert sorted(one for one in taken if one is not None) == [b"1"]
    assert await first.get(TICKET, "a") is None


async def test_one_of_several_claims_a_key(one_time, clock: ManualClock) -> None:
    first, second = one_time
    found = await asyncio.gather(
        *(store.claim(TICKET, "a", value) for store, value in zip(one_time, (b"1", b"2"), strict=True))
    )
    assert found.count(None) == 1
    holder = await first.get(TICKET, "a")
    assert [one for one in found if one is not None] == [holder]
    assert await second.claim(TICKET, "a", b"3") == holder
    clock.advance(60.0)
    assert await second.claim(TICKET, "a", b"3") is None


async def test_a_value_is_replaced_and_lives_anew(one_time: Sequence[OneTimeStore], clock: ManualClock) -> None:
    first, second = one_time
    await first.put(TICKET, "a", b"1")
    clock.advance(40.0)
    await second.put(TICKET, "a", b"2")
    clock.advance(40.0)
    assert await first.get(TICKET, "a") == b"2"


async def test_values_of_a_group_are_limited_and_discarded_together(one_time: Sequence[OneTimeStore]) -> None:
    first, second = one_time
    for key in "abc":
        await first.put(TICKET, key, b"1", group="ada")
    await second.put(TICKET, "d", b"1", group="ben")
    assert [await second.get(TICKET, key) for key in "abcd"] == [None, b"1", b"1", b"1"]
    await second.discard_group(TICKET, "ada")
    assert [await first.get(TICKET, key) for key in "abcd"] == [None, None, None, b"1"]


async def test_one_time_values_are_limited_by_kind(one_time: Sequence[OneTimeStore]) -> None:
    first, _ = one_time
    await first.put(OTHER, "kept", b"1")
    for number in range(6):
        await first.put(TICKET, str(number), b"1", group=str(number))
    assert [await first.get(TICKET, str(number)) for number in range(6)] == [None, *[b"1"] * 5]
    assert await first.get(OTHER, "kept") == b"1"


# ---- counters


def add(before: Sequence[Count], now: float) -> tuple[Sequence[Count], list[float]]:
    after = [(count[0] + 1 if count else 1.0, now) for count in before]
    return after, [count for count, _ in after]


def read(before: Sequence[Count], now: float) -> tuple[Sequence[Count], list[Count]]:
    return before, list(before)


async def test_counts_are_shared_and_concurrent_changes_are_not_lost(counters: Sequence[Counters]) -> None:
    await asyncio.gather(*(store.update(COUNTER, ["a"], add) for store in (*counters, *counters)))
    for store in counters:
        [(count, _)] = await store.update(COUNTER, ["a"], read)
        assert count == 4


async def test_several_counters_are_changed_together(counters: Sequence[Counters]) -> None:
    first, second = counters
    await first.update(COUNTER, ["a"], add)
    assert await second.update(COUNTER, ["a", "b"], add) == [2.0, 1.0]
    await first.update(COUNTER, ["a", "b"], lambda before, now: ([(), before[1]], None))
    assert [bool(count) for count in await second.update(COUNTER, ["a", "b"], read)] == [False, True]


async def test_the_clock_of_the_store_advances(counters: Sequence[Counters], clock: ManualClock) -> None:
    first, second = counters
    before = await first.update(COUNTER, ["a"], lambda count, now: (count, now))
    clock.advance(5.0)
    assert await second.update(COUNTER, ["a"], lambda count, now: (count, now)) - before == pytest.approx(5.0)


async def test_the_least_recently_changed_counter_is_forgotten(
    counters: Sequence[Counters], clock: ManualClock
) -> None:
    first, _ = counters
    for key in "abcad":
        clock.advance(1.0)
        await first.update(COUNTER, [key], add)
    await first.update(COUNTER, ["b"], read)
    assert [bool(count) for count in await first.update(COUNTER, [*"abcd"], read)] == [True, False, True, True]


# ---- leases


async def test_one_node_at_a_time_works_and_the_next_takes_over(leases: Sequence[Leases]) -> None:
    running: list[str] = []
    release = asyncio.Event()

    async def work(name: str) -> None:
        running.append(name)
        await release.wait()

    first, second = leases
    holder = asyncio.create_task(first.run("job", lambda: work("first")))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(second.run("job", lambda: work("second")))
    other = asyncio.create_task(second.run("other job", lambda: work("other")))
    for _ in range(5):
        await asyncio.sleep(0)
    assert sorted(running) == ["first", "other"]
    holder.cancel()
    await asyncio.wait([holder])
    while "second" not in running:
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(waiting, other)


async def test_a_failure_of_the_work_ends_the_lease(leases: Sequence[Leases]) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def succeed() -> None: ...

    first, second = leases
    with pytest.raises(ZeroDivisionError):
        await first.run("job", fail)
    await asyncio.wait_for(second.run("job", succeed), 10)


# ---- event bus


@dataclass(frozen=True, slots=True)
class Rang:
    number: int


@dataclass(frozen=True, slots=True)
class RangTwice(Rang): ...


def test_events_reach_the_handlers_of_their_class(event_bus: EventBus, faults: list[BaseException]) -> None:
    seen: list[object] = []

    def fail(event: Rang) -> None:
        raise ValueError(event.number)

    event_bus.subscribe(Rang, fail)
    event_bus.subscribe(Rang, seen.append)
    event_bus.publish(Rang(1))
    event_bus.publish(RangTwice(2))
    event_bus.publish("unknown")
    assert seen == [Rang(1)]
    assert [str(fault) for fault in faults] == ["1"]


# ---- record log


async def test_records_are_applied_in_order_by_kind(records: LoggedRecords) -> None:
    applied: dict[str, list[bytes]] = {"a": [], "b": []}

    def handler(kind: str):
        async def apply(uow: UnitOfWork, batch: list[bytes]) -> None:
            applied[kind] += [record for record in batch if record not in applied[kind]]

        return apply

    for kind in applied:
        records.log.register_handler(kind, handler(kind))
    for number in range(10):
        records.log.append("ab"[number % 2], b"%d" % number)
    await records.settle()
    assert applied == {"a": [b"0", b"2", b"4", b"6", b"8"], "b": [b"1", b"3", b"5", b"7", b"9"]}


async def test_a_record_without_handler_or_space_is_refused(records: LoggedRecords) -> None:
    async def apply(uow: UnitOfWork, batch: list[bytes]) -> None: ...

    with pytest.raises(LookupError):
        records.log.append("unknown", b"record")
    records.log.register_handler("a", apply)
    assert not records.log.nearly_full
    records.log.append("a", bytes(95_000))
    assert records.log.nearly_full
    with pytest.raises(SpoolFull):
        records.log.append("a", bytes(95_000))
    await records.settle()
    assert not records.log.nearly_full


# ---- call journal


def entry(call_id: str, content: bytes = b"any \x00 \n bytes") -> JournalEntry:
    return JournalEntry(call_id, "tenant", "key", "00", SEAL_MARK + content)


async def test_the_next_process_finds_the_calls_that_had_not_ended(call_journal: JournalOfTwoProcesses) -> None:
    journal = call_journal.journal
    assert await journal.entries() == []
    for call_id in ("one", "two", "three", "four"):
        journal.put(entry(call_id))
    journal.put(entry("two", b"changed"))
    journal.remove("three")
    journal.remove("three")
    journal.put(entry("five"), absorbed="four")
    found = sorted(await (await call_journal.die()).entries(), key=lambda each: each.call_id)
    assert found == [entry("five"), entry("one"), entry("two", b"changed")]
    following = await call_journal.die()
    following.remove("one")
    following.put(entry("two", b"again"), absorbed="five")
    assert await (await call_journal.die()).entries() == [entry("two", b"again")]


# ---- location


def binding(extension: str, device: str, connection: int = 0, **changes: object) -> Binding:
    flow = Flow("tcp" if connection else "udp", "192.0.2.1", 5060, connection)
    return replace(EXAMPLE, extension_id=extension, device_id=device, flow=flow, **changes)  # pyright: ignore[reportArgumentType]


EXAMPLE = Binding(
    id="binding",
    tenant_id="tenant",
    extension_id="",
    device_id="",
    contact="sip:ada@192.0.2.1",
    flow=Flow("udp", "192.0.2.1", 5060),
    expires_at=NOW + 60,
    call_id="call",
    cseq=1,
)


def test_bindings_are_found_by_extension_and_device(location: Location[Binding]) -> None:
    low, high = binding("1001", "a", q=0.1), binding("1001", "b", q=0.9)
    location.set_bindings("1001", "a", (low,))
    location.set_bindings("1001", "b", (high,))
    assert location.contacts("1001", NOW) == (high, low)
    assert location.device_bindings("1001", "a") == (low,)
    assert location.contacts("1002", NOW) == location.device_bindings("1002", "a") == ()
    assert location.is_reachable("1001", "a", NOW)
    assert not location.is_reachable("1001", "c", NOW)
    assert location.current_flow("1001", "a", low.contact, "udp", NOW) == low.flow
    assert location.current_flow("1001", "a", low.contact, "tcp", NOW) is None
    assert (len(location), set(location)) == (2, {low, high})
    location.set_bindings("1001", "a", ())
    assert location.contacts("1001", NOW) == (high,)


def test_expired_bindings_are_not_dialled_and_are_reported(location: Location[Binding]) -> None:
    old = binding("1001", "a", expires_at=NOW)
    location.set_bindings("1001", "a", (old,))
    assert location.contacts("1001", NOW) == ()
    assert not location.is_reachable("1001", "a", NOW)
    assert location.expired(NOW) == location.device_bindings("1001", "a") == (old,)


def test_a_lost_connection_disconnects_its_bindings(location: Location[Binding]) -> None:
    lost, other = binding("1001", "a", connection=7), binding("1002", "b", connection=8)
    location.set_bindings("1001", "a", (lost,))
    location.set_bindings("1002", "b", (other,))
    assert location.disconnect(lost.flow) == (lost,)
    assert not location.is_reachable("1001", "a", NOW)
    assert location.device_bindings("1001", "a") == (replace(lost, disconnected=True),)
    assert location.contacts("1002", NOW) == (other,)
    assert location.disconnect(lost.flow) == ()
