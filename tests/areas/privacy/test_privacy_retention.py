"""Retention: periods, limits, the sweep, a clock that jumps, and the alarm of a sweep that does nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, func, literal_column, select
from sweeping import SweptTenant, retention_of, sweep

from tests.outside_numbers import in_germany
from unificx.calls.events import CallEnded, CallParty, CallStep
from unificx.cdr import CdrService, call_record_expiries
from unificx.cdr.models import CallPartyRow, CallRow, CallStepRow
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid
from unificx.db import Base, Database, Spool
from unificx.privacy import Expiry, KeyStore, Period, describe, personal_fields
from unificx.privacy.retention.schedule import SweepState, decide
from unificx.queues import queue_expiries
from unificx.queues.models import QueueAgentEventRow, QueueVisitRow
from unificx.recording.models import MonitoringRow
from unificx.recording.monitoring_repository import MonitoringLog
from unificx.support import SupportService
from unificx.webhooks import WebhookService
from unificx.webhooks.models import DeliveryRow

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before", "words"),
    [
        ("P14D", datetime(2026, 3, 17, 12, tzinfo=UTC), "14 days"),
        ("P1M", datetime(2026, 2, 28, 12, tzinfo=UTC), "1 month"),
        ("P12M", datetime(2025, 3, 31, 12, tzinfo=UTC), "12 months"),
        ("P1Y6M", datetime(2024, 9, 30, 12, tzinfo=UTC), "1 year 6 months"),
        ("P2W", datetime(2026, 3, 17, 12, tzinfo=UTC), "14 days"),
    ],
)
def test_periods_count_in_the_calendar(text: str, before: datetime, words: str) -> None:
    period = Period.parse(text)
    assert (period.before(NOON), period.text) == (before, words)
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    "text",
    ["", "P", "P0D", "6M", "p6m", "P6M ", "P-1D", "P1.5D", "PT1H", "P1W1D", "P1D1M", "P101Y", "P99999D", "P\u0661D"],
)
def test_other_text_is_no_period(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Period.parse(text)
    assert refused.value.hint


async def test_a_tenant_sets_periods_within_the_limits_of_its_country(database: Database, clock: ManualClock) -> None:
    tenants = (SweptTenant("acme", "DE"), SweptTenant("globex", "US"), SweptTenant("initech", "FR"))
    retention = retention_of(database, (), *tenants)
    found = {each.id: str(retention.periods.of(each.id, "history")) for each in tenants}
    assert found == {"acme": "P6M", "globex": "P18M", "initech": "P12M"}
    for tenant, wrong in (("acme", "P7M"), ("globex", "P12M"), ("initech", "P11Y")):
        with pytest.raises(Invalid) as refused:
            await retention.periods.change(tenant, {"history": wrong})
        assert refused.value.field == "periods"
    with pytest.raises(Invalid, match="no period"):
        await retention.periods.change("initech", {"history": "P3M", "account": "P1Y"})
    with pytest.raises(Invalid, match="no period"):
        retention.periods.of("initech", "account")
    assert str(retention.periods.of("initech", "history")) == "P12M", "nothing half stored"
    await retention.periods.change("initech", {"history": "P3M"})
    again = retention_of(database, (), *tenants)
    await again.start()
    assert (str(again.periods.of("initech", "history")), str(again.periods.of("acme", "history"))) == (
        "P3M",
        "P6M",
    )
    [address] = [each for each in personal_fields() if (each.table, each.column) == ("call_party", "sealed_address")]
    assert describe(address, again.periods.texts("initech")).endswith(
        "kept for 14 days after the start of the call, or the sign-in"
    )


async def count(database: Database, statement: Select[Any]) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def call(clock: ManualClock, number: str = "+4930123456") -> CallEnded:
    """An external caller reaches Ada."""
    now = clock.now()
    parties = (
        CallParty("caller", number=number, name="Zoltan Outside", address="192.0.2.1"),
        CallParty("callee", "ada", "ext-ada", number="1001", name="Ada"),
    )
    steps = (CallStep("extension", "dialled", now, now, "missed", parties[1]),)
    return CallEnded(clock.new_id(), "acme", "inbound", now, None, now, "missed", 19, parties, steps=steps)


@pytest.fixture
async def history(tmp_path: Path, database: Database, keys: KeyStore) -> Any:
    spool = Spool(tmp_path / "spool", database)
    yield CdrService(database, keys, in_germany(keys), spool)
    await spool.close()


async def record(history: CdrService, *calls: CallEnded) -> None:
    for each in calls:
        history.record(each)
    await history._spool.drain()


@pytest.mark.promise("R3", "R4", "C13")
async def test_addresses_go_first_and_calls_later(database: Database, history: CdrService, clock: ManualClock) -> None:
    expiries = call_record_expiries(database)
    await record(history, call(clock))
    addresses = select(CallPartyRow.id).where(CallPartyRow.sealed_address.is_not(None))
    clock.advance(timedelta(days=14).total_seconds())
    await sweep(database, clock, expiries)
    assert await count(database, addresses) == 1
    clock.advance(1)
    await sweep(database, clock, expiries)
    assert (await count(database, addresses), len((await history.list("acme")).items)) == (0, 1)
    clock.at = Period.parse("P12M").after(ManualClock().at)
    await sweep(database, clock, expiries)
    assert len((await history.list("acme")).items) == 1
    clock.advance(1)
    await sweep(database, clock, expiries)
    for row in (CallRow, CallPartyRow, CallStepRow):
        assert await count(database, select(row.id)) == 0


def rows_of(clock: ManualClock) -> dict[str, tuple[Base, str]]:
    """A row of each other kind that ends, and its period."""
    common = {"id": "one", "tenant_id": "acme"}
    queue = {**common, "queue_id": "queue"}
    now = clock.now()
    visit = {"arrived": now, "outcome": "abandoned", "waited": 1.0, "talked": 0.0, "agent_id": None}
    entry = {"kind": "listen", "call_id": "call", "caller_extension": "", "callee_extension": "e", "subject_id": "s"}
    message = {"webhook_id": "w", "event": "call.ended", "body": "{}", "attempts": 9, "status": 500, "dead": True}
    return {
        "visits to queues": (QueueVisitRow(**queue, call_id="call", subject_id="s", sealed=None, **visit), "P12M"),
        "events of queue agents": (
            QueueAgentEventRow(**queue, extension_id="e", at=now, kind="missed", reason=None),
            "P12M",
        ),
        "entries of the monitoring log": (MonitoringRow(**common, at=now, sealed=None, **entry), "P12M"),
        "failed webhook messages": (DeliveryRow(**common, created=now, due=now, **message), "P7D"),
    }


@pytest.mark.promise("R3", "R4")
@pytest.mark.parametrize("kind", rows_of(ManualClock()))
async def test_each_other_kind_goes_after_its_period(
    database: Database, keys: KeyStore, clock: ManualClock, kind: str
) -> None:
    log = MonitoringLog(database, keys, clock)
    known = (
        *queue_expiries(database),
        Expiry("history", "entries of the monitoring log", log.rows, log.drop),
        *WebhookService(database, keys, clock).expiries,
    )
    [expiry] = [each for each in known if each.kind == kind]
    row, period = rows_of(clock)[kind]
    async with database.begin() as uow:
        uow.session.add(row)
    clock.at = Period.parse(period).after(clock.at)
    await sweep(database, clock, [expiry])
    assert await count(database, expiry.rows("acme")) == 1
    clock.advance(1)
    await sweep(database, clock, [expiry])
    assert await count(database, expiry.rows("acme")) == 0


async def test_the_preview_counts_what_goes_next(database: Database, history: CdrService, clock: ManualClock) -> None:
    await record(history, call(clock))
    clock.advance(timedelta(days=10).total_seconds())
    await record(history, call(clock), call(clock))
    clock.advance(timedelta(days=4, seconds=1).total_seconds())
    retention = retention_of(database, call_record_expiries(database))
    counts = {each.kind: [count for _, count in each.counts] for each in await retention.preview("acme")}
    assert counts == {"network addresses of calls": [1, 1, 1, 3], "calls": [0, 0, 0, 0]}


@pytest.fixture
async def support(database: Database, keys: KeyStore, clock: ManualClock) -> SupportService:
    service = SupportService(database, keys, clock)
    await service.submit("acme", "ada", "subject-a", "old")
    return service


async def test_two_nodes_and_a_clock_that_jumps_back_run_no_sweep_twice(
    database: Database, support: SupportService, clock: ManualClock
) -> None:
    runs: list[str] = []
    nodes = [retention_of(database, support.expiries) for _ in range(2)]
    for name, node in zip("ab", nodes, strict=True):
        node.sweep = _counting(runs, name)
    for _ in range(2):
        for node in nodes:
            await node.run()
    assert runs == ["a"]
    clock.advance(3600)
    await nodes[1].run()
    clock.advance(-7200)
    for _ in range(2):
        await nodes[0].run()
    assert runs == ["a", "b"]
    clock.advance(7200 + 3600)
    await nodes[0].run()
    assert runs == ["a", "b", "a"]


def _counting(runs: list[str], name: str) -> Callable[[datetime], Any]:
    async def counted(now: datetime) -> None:
        runs.append(name)

    return counted


@pytest.mark.promise("R3")
async def test_a_jump_of_more_than_a_day_asks_before_anything_is_deleted(
    database: Database, support: SupportService, clock: ManualClock
) -> None:
    retention = retention_of(database, support.expiries)
    await retention.run()
    for _ in range(29):  # a clock that goes on is trusted
        clock.advance(86400)
        await retention.run()
    assert (len(await support.list("acme")), retention.status.alarm) == (1, False)
    clock.advance(400 * 86400)
    again = retention_of(database, support.expiries)  # after a restart too
    await again.start()
    await again.run()
    await again.run()
    assert (len(await support.list("acme")), again.status.waiting_since, again.status.alarm) == (1, clock.now(), True)
    assert (await again.confirm()).alarm is False
    await again.run()
    assert await support.list("acme") == ()


async def test_a_jump_is_accepted_where_nothing_would_be_deleted(
    database: Database, clock: ManualClock, support
) -> None:
    retention = retention_of(database, support.expiries)
    await retention.run()
    clock.advance(20 * 86400)
    await retention.run()
    assert retention.status.alarm is False


def test_a_clock_that_is_corrected_needs_no_confirmation() -> None:
    state = SweepState(NOON, NOON, asked=NOON + timedelta(days=9))
    assert decide(state, NOON + timedelta(days=9)) == "ask"
    assert decide(state, NOON + timedelta(hours=2)) == "run"
    assert decide(state, NOON - timedelta(seconds=1)) == "wait"


def test_a_clock_that_is_back_runs_no_sweep_even_hours_after_the_latest() -> None:
    state = SweepState(NOON, NOON - timedelta(hours=5))
    assert decide(state, NOON - timedelta(seconds=1)) == "wait"
    assert decide(state, NOON) == "run"


@pytest.mark.promise("R3")
async def test_a_sweep_that_does_nothing_over_a_backlog_alarms(
    database: Database, support: SupportService, clock: ManualClock
) -> None:
    [whole] = support.expiries

    async def fails(tenant_id: str, ids: Sequence[str]) -> None:
        raise OSError("disk")

    async def does_nothing(tenant_id: str, ids: Sequence[str]) -> None:
        del ids

    clock.advance(31 * 86400)
    for broken in (fails, does_nothing):
        retention = retention_of(database, [Expiry(whole.retention, whole.kind, whole.rows, broken)])
        await retention.sweep(clock.now())
        assert (retention.status.stalled, retention.lags) == (("diagnostics reports",), {"report": 86400.0})
    retention = retention_of(database, support.expiries)
    await retention.sweep(clock.now())
    assert (retention.status.alarm, retention.lags) == (False, {"report": 0.0})


@pytest.mark.promise("R3")
async def test_rows_that_cannot_be_found_do_not_stop_the_sweep_of_others(
    database: Database, support: SupportService, clock: ManualClock
) -> None:
    [whole] = support.expiries
    missing = literal_column("missing")
    broken = replace(whole, kind="broken", rows=lambda _: select(missing.label("id"), missing.label("at")))
    clock.advance(31 * 86400)
    retention = retention_of(database, [broken, whole])
    await retention.sweep(clock.now())
    assert (retention.status.stalled, retention.lags) == (("broken",), {"report": 0.0})


async def test_a_sweep_that_never_runs_alarms(database: Database, support: SupportService, clock: ManualClock) -> None:
    retention = retention_of(database, support.expiries)
    await retention.run()
    clock.advance(3 * 3600)
    assert retention.status.overdue is False
    clock.advance(1)
    assert retention.status.overdue is True


async def test_many_rows_go_in_batches(database: Database, clock: ManualClock) -> None:
    async with database.begin() as uow:
        uow.session.add_all(
            QueueAgentEventRow(
                id=f"e{at}",
                tenant_id="acme",
                queue_id="q",
                extension_id="e",
                at=clock.now(),
                kind="missed",
                reason=None,
            )
            for at in range(1100)
        )
    [_, events] = queue_expiries(database)
    sizes: list[int] = []

    async def remove(tenant_id: str, ids: Sequence[str]) -> None:
        sizes.append(len(ids))
        await events.remove(tenant_id, ids)

    clock.advance(366 * 86400)
    await sweep(database, clock, [Expiry(events.retention, events.kind, events.rows, remove)])
    assert sizes == [500, 500, 100]
