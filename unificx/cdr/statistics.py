"""Statistics over the calls of a tenant: counts by hour and by extension, speed of answer, sound quality."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.calls.events import Outcome
from unificx.cdr.models import CallPartyRow, CallRow

ANSWER_SAMPLE = 2000
"""The speed of answer is that of this many latest answered calls."""


@dataclass(slots=True)
class HourlyCalls:
    """The calls that started in the hour that begins at `start` (UTC)."""

    start: datetime
    calls: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    """Calls by outcome; those that a mailbox answered are counted by the outcome of their phones."""
    voicemail: int = 0
    """Calls that a mailbox answered."""
    talk_seconds: int = 0
    mos: float | None = None
    """Mean opinion score of all parties measured (ITU-T G.107), 1.0 to 5.0."""


@dataclass(frozen=True, slots=True)
class CallStatistics:
    """Statistics of a period. `hours` are in order; hours without calls are left out."""

    hours: tuple[HourlyCalls, ...]
    median_answer_seconds: float | None
    """Median time from call to answer by a person, of the latest `ANSWER_SAMPLE` answered calls."""


@dataclass(slots=True)
class ExtensionCalls:
    """The calls of an extension in a period. It may be deleted since."""

    extension_id: str
    made: int = 0
    received: int = 0
    answered: int = 0
    """Calls received that it, or its mailbox, answered."""
    talk_seconds: int = 0


async def by_extension(session: AsyncSession, tenant_id: str, since: datetime, until: datetime) -> list[ExtensionCalls]:
    """Return the extensions with calls that started from `since` up to, and without, `until`."""
    answered = CallRow.answered.is_not(None)
    query = (
        select(CallPartyRow.extension_id, CallPartyRow.role, answered, func.count(), func.sum(CallRow.talk_seconds))
        .join(CallPartyRow, CallPartyRow.call_id == CallRow.id)
        .where(CallRow.tenant_id == tenant_id, CallRow.started >= since, CallRow.started < until)
        .where(CallPartyRow.tenant_id == tenant_id, CallPartyRow.extension_id.is_not(None))
        .group_by(CallPartyRow.extension_id, CallPartyRow.role, answered)
    )
    found: dict[str, ExtensionCalls] = {}
    for extension, role, was_answered, calls, seconds in await session.execute(query):
        assert extension is not None
        row = found.setdefault(extension, ExtensionCalls(extension))
        row.talk_seconds += int(seconds)
        if role == "caller":
            row.made += calls
            continue
        row.received += calls
        row.answered += calls if was_answered else 0
    return list(found.values())


async def collect(session: AsyncSession, tenant_id: str, since: datetime, until: datetime) -> CallStatistics:
    """Return the statistics of the calls that started from `since` up to, and without, `until`."""
    hour = _utc_hour((await session.connection()).dialect.name)
    in_period = (CallRow.tenant_id == tenant_id, CallRow.started >= since, CallRow.started < until)
    counts = (
        select(hour, CallRow.outcome, CallRow.answered_by, func.count(), func.sum(CallRow.talk_seconds))
        .where(*in_period)
        .group_by(hour, CallRow.outcome, CallRow.answered_by)
    )
    scores = (
        select(hour, func.avg(CallPartyRow.mos))
        .join(CallPartyRow, CallPartyRow.call_id == CallRow.id)
        .where(*in_period, CallPartyRow.tenant_id == tenant_id, CallPartyRow.mos.is_not(None))
        .group_by(hour)
    )
    answers = (
        select(CallRow.started, CallRow.answered)
        .where(*in_period, CallRow.outcome == "answered", CallRow.answered.is_not(None))
        .order_by(CallRow.started.desc())
        .limit(ANSWER_SAMPLE)
    )
    hours = _by_hour((await session.execute(counts)).all())
    for label, mos in (await session.execute(scores)).all():
        hours[label].mos = round(float(mos), 2)
    waits = [
        max(0.0, (row.answered - row.started).total_seconds())
        for row in await session.execute(answers)
        if row.answered is not None
    ]
    return CallStatistics(tuple(hours[label] for label in sorted(hours)), round(median(waits), 1) if waits else None)


def _by_hour(rows: Iterable[Any]) -> dict[str, HourlyCalls]:
    """Return the hours by label, such as "2026-01-05 09"."""
    hours: dict[str, HourlyCalls] = {}
    for label, outcome, answered_by, calls, seconds in rows:
        start = datetime.strptime(label, "%Y-%m-%d %H").replace(tzinfo=UTC)
        hour = hours.setdefault(label, HourlyCalls(start))
        hour.calls += calls
        hour.outcomes[outcome] = hour.outcomes.get(outcome, 0) + calls
        hour.talk_seconds += int(seconds)
        if answered_by == "voicemail":
            hour.voicemail += calls
    return hours


def _utc_hour(dialect: str) -> ColumnElement[str]:
    if dialect == "postgresql":
        return func.to_char(func.timezone("UTC", CallRow.started), "YYYY-MM-DD HH24")
    return func.strftime("%Y-%m-%d %H", CallRow.started)
