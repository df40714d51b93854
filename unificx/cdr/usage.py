"""Usage of the call history: the parties called most, when these calls are answered, and with which device. Nothing is
stored."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cdr.models import CallPartyRow, CallRow, CallStepRow
from unificx.cdr.repository import PARTY_CODEC
from unificx.db import Erased, owned_by
from unificx.privacy import KeyStore

USAGE_PERIOD = timedelta(days=90)
MOST_CALLS = 2000
"""Latest calls that are read of each extension."""
_MOST_PARTIES = 20
_LEAST_CALLS = 5
"""From this many calls on, a best time is given."""
_LEAST_ANSWERED = 3
"""Answered calls that a best time rests on, at least."""
_SATURDAY = 5
_WINDOW = 2
"""Length of a best time in hours."""

_BATCH = 500
"""Extensions in one query."""

Days = Literal["weekdays", "weekend"]


@dataclass(frozen=True, slots=True)
class BestTime:
    """The hours in which most calls were answered, in local time; `until_hour` is exclusive, at most 24."""

    days: Days
    from_hour: int
    until_hour: int


@dataclass(frozen=True, slots=True)
class FrequentParty:
    """An extension, or a number outside in E.164, that was called often."""

    extension_id: str | None
    number: str = field(repr=False)
    """"" for an extension."""
    calls: int
    best_time: BestTime | None


async def frequent_parties(
    session: AsyncSession,
    keys: KeyStore,
    tenant_id: str,
    extensions: Sequence[str],
    *,
    since: datetime,
    zone: tzinfo | None,
) -> list[FrequentParty]:
    """Return the parties that these extensions have called most since a time, most calls first.

    Calls removed from the own list do not count. Only the numbers outside that are returned are opened.
    """
    rows = [row for each in extensions for row in await _dialled(session, tenant_id, each, since)]
    by_party = defaultdict[str, list[Any]](list)
    for row in rows:
        if row.extension_id not in extensions:
            by_party[row.extension_id or row.subject_id].append(row)
    most = sorted(by_party.values(), key=lambda calls: (-len(calls), calls[0].id))
    outside = [calls[0] for calls in most[: 2 * _MOST_PARTIES] if calls[0].extension_id is None]
    sealed = [(row.subject_id, row.id, row.sealed) for row in outside if row.sealed is not None]
    parts = PARTY_CODEC.open_by_row(keys, tenant_id, sealed)
    found: list[FrequentParty] = []
    for calls in most[: 2 * _MOST_PARTIES]:
        first, number = calls[0], ""
        if first.extension_id is None:
            part = parts.get(first.id)
            if part is None or isinstance(part, Erased) or part.withheld or not part.number.startswith("+"):
                continue  # erased, hidden, or a service of the telephone system
            number = part.number
        times = [(row.started.astimezone(zone), row.outcome == "answered" and not row.answered_by) for row in calls]
        found.append(FrequentParty(first.extension_id, number, len(calls), best_time(times)))
    return found[:_MOST_PARTIES]


@dataclass(frozen=True, slots=True)
class CallUse:
    """How an extension took part in an answered call: with which device, to outside, to a conference room."""

    extension_id: str
    device_id: str | None
    is_outside: bool
    is_meeting: bool


async def uses_of(
    session: AsyncSession, tenant_id: str, extensions: Sequence[str], since: datetime, until: datetime
) -> set[CallUse]:
    """Return how these extensions have taken part in the answered calls of a period. Nothing sealed is opened."""
    found: set[CallUse] = set()
    room = exists().where(
        CallStepRow.tenant_id == tenant_id, CallStepRow.call_id == CallRow.id, CallStepRow.kind == "room"
    )
    columns = (CallPartyRow.extension_id, CallPartyRow.device_id, CallPartyRow.place, CallRow.direction, room)
    period = (CallRow.started >= since, CallRow.started < until, CallRow.answered.is_not(None))
    for start in range(0, len(extensions), _BATCH):
        query = (
            select(*columns)
            .join(CallRow, CallRow.id == CallPartyRow.call_id)
            .where(owned_by(CallPartyRow.tenant_id, tenant_id), CallRow.tenant_id == tenant_id, *period)
            .where(CallPartyRow.extension_id.in_(extensions[start : start + _BATCH]))
            .distinct()
        )
        for extension_id, device_id, place, direction, is_room in await session.execute(query):
            is_caller = place == 0
            assert extension_id is not None, "it is one of those asked for"
            found.add(CallUse(extension_id, device_id, is_caller and direction == "outbound", is_caller and is_room))
    return found


async def _dialled(session: AsyncSession, tenant_id: str, extension_id: str, since: datetime) -> Sequence[Any]:
    """Return the first callees of the calls that an extension made, of its latest `MOST_CALLS`."""
    latest = (
        select(CallPartyRow.call_id, CallPartyRow.place, CallPartyRow.hidden)
        .where(CallPartyRow.tenant_id == tenant_id, CallPartyRow.extension_id == extension_id)
        .order_by(CallPartyRow.call_id.desc())  # ids are in the order of time
        .limit(MOST_CALLS)
    )
    made = [row.call_id for row in await session.execute(latest) if row.place == 0 and row.hidden is None]
    columns = (CallPartyRow.id, CallPartyRow.extension_id, CallPartyRow.subject_id, CallPartyRow.sealed)
    # By id alone: with a condition on the start, SQLite reads all calls of the tenant in the period.
    query = (
        select(CallRow.started, CallRow.outcome, CallRow.answered_by, *columns)
        .join(CallPartyRow, CallPartyRow.call_id == CallRow.id)
        .where(owned_by(CallRow.tenant_id, tenant_id), CallRow.id.in_(made))
        .where(CallPartyRow.tenant_id == tenant_id, CallPartyRow.place == 1)
    )
    found = (await session.execute(query)).all() if made else []
    return sorted((row for row in found if row.started >= since), key=lambda row: row.started, reverse=True)


def best_time(calls: Iterable[tuple[datetime, bool]]) -> BestTime | None:
    """Return the two hours, on weekdays or at the weekend, in which most calls were answered; the earliest of several.

    `calls`: local start, and whether the party answered. None for too few calls.
    """
    all_calls = list(calls)
    answered: Counter[tuple[Days, int]] = Counter()
    for started, was_answered in all_calls:
        if was_answered:
            answered["weekend" if started.weekday() >= _SATURDAY else "weekdays", started.hour] += 1
    windows: dict[tuple[Days, int], int] = {
        (days, hour): sum(answered[days, hour + each] for each in range(_WINDOW))
        for days in ("weekdays", "weekend")
        for hour in range(25 - _WINDOW)
    }
    (days, hour), count = max(windows.items(), key=lambda each: (each[1], answered[each[0]], each[0][0] == "weekdays"))
    if len(all_calls) < _LEAST_CALLS or count < _LEAST_ANSWERED:
        return None
    return BestTime(days, hour, hour + _WINDOW)
