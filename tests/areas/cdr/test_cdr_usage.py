"""Usage of the own history: the parties called most, and their best time; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ended_calls import ADA, answered_call

from tests.outside_numbers import in_germany
from unificx.calls.events import CallEnded, CallParty
from unificx.cdr import CdrService, usage
from unificx.cdr.usage import BestTime, best_time
from unificx.core.clock import ManualClock
from unificx.db import Spool
from unificx.privacy import KeyStore

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday


def call_to(clock: ManualClock, number: str, at: datetime) -> CallEnded:
    """Ada calls a number outside, which answers."""
    clock.at = at + timedelta(seconds=30)
    call = answered_call(clock, seconds=20)
    return replace(call, direction="outbound", parties=(call.parties[0], CallParty("callee", number=number)))


async def test_the_parties_called_most_come_first_with_their_best_time(
    history: CdrService, keys: KeyStore, spool: Spool, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.record(call_to(clock, "+4930111", NINE - timedelta(days=91)))
    for day in range(5):
        history.record(call_to(clock, "+4930222", NINE + timedelta(days=day)))
    clock.at = NINE + timedelta(days=5)
    history.record(answered_call(clock))
    ben = answered_call(clock)
    history.record(ben)
    history.record(replace(answered_call(clock), parties=tuple(reversed(ben.parties))))  # Ben calls Ada
    history.record(call_to(clock, "*97", clock.now()))
    removed = call_to(clock, "+4930333", clock.now())
    history.record(removed)
    history.record(replace(call_to(clock, "+4930444", clock.now()), tenant="other"))
    await spool.drain()
    await history.set_listed(await history.get("acme", removed.id), ["ext-ada"], clock.now())

    async def found() -> list[tuple[str | None, str, int]]:
        parties = await history.frequent_parties("acme", ["ext-ada"], UTC)
        return [(each.extension_id, each.number, each.calls) for each in parties]

    assert await found() == [(None, "+4930222", 5), ("ext-ben", "", 2)]
    first, second = await history.frequent_parties("acme", ["ext-ada"], UTC)
    assert (first.best_time, second.best_time) == (BestTime("weekdays", 9, 11), None)
    await history.erase("acme", in_germany(keys).subject("acme", "+4930222"))
    assert await found() == [("ext-ben", "", 2)]
    monkeypatch.setattr(usage, "MOST_CALLS", 0)
    assert await found() == []
    assert await history.frequent_parties("acme", [], UTC) == []
    assert ADA not in str(first)


def test_a_best_time_needs_five_calls_and_three_answers() -> None:
    def at(day: int, hour: int, *, answered: bool = True) -> tuple[datetime, bool]:
        return NINE + timedelta(days=day, hours=hour - 9), answered

    morning = [at(0, 9), at(1, 10), at(2, 9), at(0, 15), at(5, 9)]
    assert best_time(morning) == BestTime("weekdays", 9, 11)
    assert best_time(morning[:4]) is None
    assert best_time([at(day, 9, answered=day < 2) for day in range(5)]) is None
    assert best_time([at(day, 23) for day in (5, 6, 12, 13, 19)]) == BestTime("weekend", 22, 24)
    assert best_time([*(at(0, 9, answered=False) for _ in range(9)), *(at(1, 14) for _ in range(3))]) == BestTime(
        "weekdays", 14, 16
    )
