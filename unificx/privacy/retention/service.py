"""Retention of all tenants: data that ends next, and the sweep that removes what has ended."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from unificx.db import Database, lock_scope, log_and_continue
from unificx.privacy.retention import repository
from unificx.privacy.retention.expiry import Expiry
from unificx.privacy.retention.periods import Period
from unificx.privacy.retention.schedule import SweepState, decide, is_overdue
from unificx.privacy.retention.schemas import DueRows, SweepStatus
from unificx.privacy.retention.tenant_periods import TenantPeriods

log = structlog.get_logger()
BATCH = 500
"""Rows removed per unit of work."""
PREVIEW_DAYS = (0, 1, 7, 30)


class Deadlines(Protocol):
    """Other data with a time of its erasure, such as that of people with a scheduled one."""

    async def is_any_due(self) -> bool: ...


class Retention:
    """Removes the data of these expiries after the periods of its tenant. A clock that jumped is trusted without an
    operator if nothing ends by it, among the `deadlines` either."""

    def __init__(
        self, database: Database, periods: TenantPeriods, expiries: Sequence[Expiry], deadlines: Sequence[Deadlines]
    ) -> None:
        self.periods = periods
        self._expiries, self._deadlines = expiries, deadlines
        self._database, self._clock = database, database.clock
        # Owner: this node: what its latest sweep has left.
        self._stalled: frozenset[str] = frozenset()
        self._state: SweepState | None = None
        self.lags: Mapping[str, float] = {}
        """Seconds since the oldest row that is left should have gone, by retention class."""

    async def start(self) -> None:
        """Load periods and state."""
        await self.periods.start()
        async with self._database.read() as session:
            self._state = await repository.load_state(session)

    async def preview(self, tenant_id: str) -> list[DueRows]:
        """Return how many rows end now, and within the next days."""
        now = self._clock.now()
        times = [now + timedelta(days=days) for days in PREVIEW_DAYS]
        found: list[DueRows] = []
        async with self._database.read() as session:
            for expiry in self._expiries:
                period = self._period_of(expiry, tenant_id)
                cutoffs = [period.before(each) for each in times]
                counts = await repository.count_due(session, expiry, tenant_id, cutoffs)
                found.append(DueRows(expiry.retention, expiry.kind, tuple(zip(times, counts, strict=True))))
        return found

    @property
    def status(self) -> SweepStatus:
        """State as this node knows it."""
        state = self._state
        overdue = is_overdue(state, self._clock.now())
        ran, asked = (None, None) if state is None else (state.ran, state.asked)
        return SweepStatus(ran, asked, overdue, tuple(sorted(self._stalled)))

    async def run(self) -> None:
        """Remove what has ended, unless a sweep ran within the hour or the clock may be wrong. Called every few
        minutes, by any number of nodes."""
        if await self._claim():
            await self.sweep(self._clock.now())
        if self.status.overdue:
            log.error("retention_overdue", last_run=str(self.status.last_run), asked=str(self.status.waiting_since))

    async def trusts_clock(self) -> bool:
        """Whether anything may be erased because its time has come: not after a jump of the clock, until a sweep finds
        that it erases nothing, or an operator confirms it."""
        async with self._database.read() as session:
            state = await repository.load_state(session)
        return decide(state, self._clock.now()) != "ask"

    async def confirm(self) -> SweepStatus:
        """Accept the time of the clock, after an operator has checked it."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "retention sweep")
            confirmed = SweepState(self._clock.now())
            await repository.save_state(uow.session, confirmed)
            self._state = confirmed
        log.warning("retention_clock_confirmed", time=confirmed.seen.isoformat())
        return self.status

    async def sweep(self, now: datetime) -> None:
        """Remove what has ended before `now`, kind by kind; a failing one does not stop the others."""
        lags: dict[str, float] = dict.fromkeys((each.retention for each in self._expiries), 0.0)
        stalled: set[str] = set()
        for expiry in self._expiries:
            removed, lag, unknown = 0, 0.0, False
            for tenant in self.periods.tenants():
                cutoff = self._period_of(expiry, tenant.id).before(now)
                with log_and_continue("retention_sweep_failed", kind=expiry.kind, tenant=tenant.id):
                    removed += await self._sweep_rows(expiry, tenant.id, cutoff)
                found = None
                with log_and_continue("retention_sweep_failed", kind=expiry.kind, tenant=tenant.id):
                    found = await self._lag(expiry, tenant.id, cutoff)
                lag, unknown = max(lag, found or 0.0), unknown or found is None
            if removed:
                log.info("retention_swept", kind=expiry.kind, removed=removed)
            elif lag or unknown:
                stalled.add(expiry.kind)
                log.error("retention_stalled", kind=expiry.kind, lag_seconds=round(lag))
            lags[expiry.retention] = max(lags[expiry.retention], lag)
        self.lags, self._stalled = lags, frozenset(stalled)

    async def _claim(self) -> bool:
        """Return whether to sweep now, and let no other node do so within the hour."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "retention sweep")
            state = await repository.load_state(uow.session)
            decision = decide(state, now)
            if decision == "ask" and state is not None and state.asked is None and not await self._is_due(now):
                state, decision = SweepState(now, state.ran), "run"  # nothing that a wrong clock could delete
            if decision == "run":
                state = SweepState(now, now)
            elif decision == "ask" and state is not None and state.asked is None:
                state = replace(state, asked=now)
                log.error("retention_asks", seen=state.seen.isoformat(), now=now.isoformat())
            elif decision == "wait" and state is not None and now > state.seen:
                state = replace(state, seen=now, asked=None)
            if state is not None:
                await repository.save_state(uow.session, state)
            self._state = state
        return decision == "run"

    async def _is_due(self, now: datetime) -> bool:
        for each in self._deadlines:
            if await each.is_any_due():
                return True
        async with self._database.read() as session:
            for tenant in self.periods.tenants():
                for expiry in self._expiries:
                    cutoff = self._period_of(expiry, tenant.id).before(now)
                    if await repository.oldest(session, expiry, tenant.id, cutoff) is not None:
                        return True
        return False

    async def _sweep_rows(self, expiry: Expiry, tenant_id: str, cutoff: datetime) -> int:
        removed, before = 0, None
        while True:
            async with self._database.read() as session:
                ids = await repository.due_ids(session, expiry, tenant_id, cutoff, BATCH)
            if not ids:
                return removed
            if ids == before:
                return removed - len(ids)
            await expiry.remove(tenant_id, ids)
            removed += len(ids)
            before = ids
            await asyncio.sleep(0)  # other work goes first

    async def _lag(self, expiry: Expiry, tenant_id: str, cutoff: datetime) -> float:
        """Return the seconds since the oldest row that is left should have gone."""
        async with self._database.read() as session:
            left = await repository.oldest(session, expiry, tenant_id, cutoff)
        return (cutoff - left).total_seconds() if left is not None else 0.0

    def _period_of(self, expiry: Expiry, tenant_id: str) -> Period:
        return self.periods.of(tenant_id, expiry.retention) if expiry.period is None else expiry.period(tenant_id)
