"""Statistics of calls: by hour and outcome, speed of answer, quality; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ended_calls import answered_call, missed_call

from unificx.calls.events import MediaQuality
from unificx.cdr import CdrService
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid
from unificx.db import Spool

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


async def test_calls_are_counted_by_hour_and_outcome(history: CdrService, spool: Spool, clock: ManualClock) -> None:
    clock.at = NINE + timedelta(minutes=10)
    first = answered_call(clock, seconds=60)
    parties = (replace(first.parties[0], quality=MediaQuality(mos=4.0)), first.parties[1])
    history.record(replace(first, parties=parties))
    clock.at = NINE + timedelta(minutes=50)
    history.record(replace(answered_call(clock, seconds=30), tenant="other"))
    history.record(missed_call(clock, "+15550100"))
    history.record(replace(missed_call(clock, "+15550100"), answered_by="voicemail"))
    clock.at = NINE + timedelta(hours=3, minutes=59, seconds=40)
    slow = answered_call(clock, seconds=5)
    history.record(replace(slow, started=slow.started - timedelta(seconds=6)))
    await spool.drain()

    found = await history.statistics("acme", NINE, NINE + timedelta(days=1))
    morning, noon = found.hours
    assert (morning.start, noon.start) == (NINE, NINE + timedelta(hours=3))
    assert (morning.calls, morning.outcomes, morning.voicemail) == (3, {"answered": 1, "missed": 2}, 1)
    assert (morning.talk_seconds, morning.mos) == (60, 4.0)
    assert (noon.calls, noon.outcomes, noon.talk_seconds, noon.mos) == (1, {"answered": 1}, 5, None)
    assert found.median_answer_seconds == 7.0  # of 4 and 10 seconds

    assert (await history.statistics("acme", NINE + timedelta(hours=1), NINE + timedelta(hours=3))).hours == ()
    assert (await history.statistics("empty", NINE, NINE + timedelta(days=1))).median_answer_seconds is None


@pytest.mark.parametrize("days", [0, -1, 93])
async def test_a_period_without_end_is_refused(history: CdrService, days: int) -> None:
    with pytest.raises(Invalid):
        await history.statistics("acme", NINE, NINE + timedelta(days=days))
