"""Schedules of reports: at most one of each interval per administrator, and each period once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Database, UnitOfWork, lock_scope
from unificx.identity import DirectoryCache
from unificx.identity.events import PersonClosed
from unificx.notifications.email_outcomes import StoredState
from unificx.notifications.models import EmailRow
from unificx.notifications.reports.models import ReportScheduleRow
from unificx.notifications.reports.periods import Every, Period, newest_period, next_sending, period_before


@dataclass(frozen=True, slots=True)
class ReportSchedule:
    """A report that an administrator gets. `next`: when it is sent next. `state`: that of the newest e-mail with it;
    None if none was queued in the last days."""

    person_id: str
    every: Every
    next: datetime
    state: StoredState | None = None


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that is to be sent now."""

    tenant_id: str
    person_id: str
    every: Every
    period: Period


class ReportSchedules:
    """The schedules of all tenants."""

    def __init__(self, database: Database, directory: DirectoryCache) -> None:
        self._database, self._directory = database, directory

    async def list(self, tenant_id: str) -> Sequence[ReportSchedule]:
        """Return the schedules of a tenant, by person."""
        query = select(ReportScheduleRow).where(ReportScheduleRow.tenant_id == tenant_id)
        async with self._database.read() as session:
            rows = (await session.scalars(query.order_by(ReportScheduleRow.person_id, ReportScheduleRow.every))).all()
            states = await _states(session, tenant_id)
        zone, found = self._directory.time_zone(tenant_id), list[ReportSchedule]()
        for row in rows:
            every = cast("Every", row.every)
            state = states.get((row.person_id, every))
            found.append(ReportSchedule(row.person_id, every, next_sending(every, _sent(row), zone), state))
        return found

    async def add(self, tenant_id: str, person_id: str, every: Every) -> None:
        """Send reports to a person, beginning with the period that is in progress. Idempotent."""
        newest = newest_period(every, self._database.clock.now(), self._directory.time_zone(tenant_id))
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "report schedule", person_id)
            key = {"tenant_id": tenant_id, "person_id": person_id, "every": every}
            if await uow.session.get(ReportScheduleRow, key) is None:
                uow.session.add(ReportScheduleRow(**key, last=newest.end.isoformat()))

    async def remove(self, tenant_id: str, person_id: str, every: Every) -> None:
        """End a report. Idempotent."""
        async with self._database.begin() as uow:
            chosen = ReportScheduleRow.tenant_id == tenant_id, ReportScheduleRow.person_id == person_id
            await uow.session.execute(delete(ReportScheduleRow).where(*chosen, ReportScheduleRow.every == every))

    async def on_person_closed(self, event: PersonClosed, uow: UnitOfWork) -> None:
        """End the reports to a closed account. Outbox handler."""
        chosen = ReportScheduleRow.tenant_id == event.tenant, ReportScheduleRow.person_id == event.person_id
        await uow.session.execute(delete(ReportScheduleRow).where(*chosen))

    async def due(self) -> Sequence[DueReport]:
        """Return the reports that are to be sent now; after a time without a server, of the newest period only."""
        # scope: all tenants, because the reports of all are sent by one job
        async with self._database.read() as session:
            rows = (await session.scalars(select(ReportScheduleRow))).all()
        now, found = self._database.clock.now(), list[DueReport]()
        for row in rows:
            tenant = self._directory.tenant(row.tenant_id)
            if tenant is None or not tenant.active:
                continue
            every = cast("Every", row.every)
            period = newest_period(every, now, self._directory.time_zone(row.tenant_id))
            if date.fromisoformat(row.last) < period.end:
                found.append(DueReport(row.tenant_id, row.person_id, every, period))
        return found

    async def mark(self, due: DueReport, uow: UnitOfWork) -> bool:
        """Note within `uow` that a report is sent; return False if it was already."""
        end = due.period.end.isoformat()
        marked = await uow.session.execute(
            update(ReportScheduleRow)
            .where(
                ReportScheduleRow.tenant_id == due.tenant_id,
                ReportScheduleRow.person_id == due.person_id,
                ReportScheduleRow.every == due.every,
                ReportScheduleRow.last < end,
            )
            .values(last=end)
        )
        return marked.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


async def _states(session: AsyncSession, tenant_id: str) -> dict[tuple[str, Every], StoredState]:
    """Return the state of the newest e-mail of each report."""
    query = select(EmailRow.report, EmailRow.state).where(EmailRow.tenant_id == tenant_id, EmailRow.report.is_not(None))
    found: dict[tuple[str, Every], StoredState] = {}
    for text, state in await session.execute(query.order_by(EmailRow.id)):
        every, _, person_id = of_reference(text or "")
        found[person_id, every] = cast("StoredState", state)
    return found


def _sent(row: ReportScheduleRow) -> Period:
    return Period(date.min, date.fromisoformat(row.last))


def reference(due: DueReport) -> str:
    """Return what the queue of e-mails stores instead of the numbers."""
    return f"{due.every} {due.period.end.isoformat()} {due.person_id}"


def of_reference(text: str) -> tuple[Every, Period, str]:
    """Return interval, period and recipient of a reference."""
    interval, end, person_id = text.split(" ")
    every = cast("Every", interval)
    return every, period_before(every, date.fromisoformat(end)), person_id
