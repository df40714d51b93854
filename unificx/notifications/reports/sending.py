"""Queues reports: those that are due, each period once, and one that was requested."""

from typing import Protocol

import structlog

from unificx.core.errors import DomainError, Invalid, TooManyRequests
from unificx.db import Database, UnitOfWork, log_and_continue
from unificx.identity import Action, DirectoryCache, Person, may
from unificx.notifications.policies.emails import Language, format_date
from unificx.notifications.reports.periods import Every, Period, newest_period
from unificx.notifications.reports.service import DueReport, ReportSchedules, reference
from unificx.notifications.service import NotificationService

log = structlog.get_logger()


class Accounts(Protocol):
    """Accounts of all tenants."""

    async def get(self, tenant_id: str, person_id: str) -> Person:
        """Return an account. Raise NotFound."""
        ...


def may_receive(person: Person) -> bool:
    """Whether a person may read the numbers of their tenant, and can be reached by e-mail."""
    may_read = may(person.principal, Action.HISTORY_READ, person.tenant_id)
    return person.state == "active" and bool(person.email) and may_read


class ReportEmails:
    """Sends reports to people with the right to read them. The numbers are read when the e-mail leaves."""

    def __init__(
        self, database: Database, directory: DirectoryCache, accounts: Accounts, notifications: NotificationService
    ) -> None:
        self._database, self._directory = database, directory
        self._accounts, self._notifications = accounts, notifications
        self.schedules = ReportSchedules(database, directory)

    async def recipient(self, tenant_id: str, person_id: str) -> Person:
        """Return a person who can get reports. Raise NotFound; Invalid for one who cannot."""
        person = await self._accounts.get(tenant_id, person_id)
        if not may_receive(person):
            raise Invalid(
                "Only an active administrator with an e-mail address can get reports.",
                hint="Choose another person.",
                field="person_id",
            )
        return person

    async def send_due(self) -> None:
        """Queue the reports that are due. To be called periodically: one that cannot be queued now is so later."""
        for due in await self.schedules.due():
            with log_and_continue("report_not_sent", person=due.person_id, every=due.every):
                await self._send(due)

    async def _send(self, due: DueReport) -> None:
        try:
            person = await self.recipient(due.tenant_id, due.person_id)
            async with self._database.begin() as uow:
                if await self.schedules.mark(due, uow):
                    await self._queue(due, person, uow)
        except DomainError:  # its mark is rolled back
            log.info("report_not_sent", person=due.person_id, every=due.every)

    async def send_now(self, tenant_id: str, person_id: str, every: Every) -> None:
        """Queue the report of the newest whole period again. Raise NotFound, Invalid, TooManyRequests."""
        person = await self.recipient(tenant_id, person_id)
        period = newest_period(every, self._database.clock.now(), self._directory.time_zone(tenant_id))
        async with self._database.begin() as uow:
            await self._queue(DueReport(tenant_id, person_id, every, period), person, uow)

    async def _queue(self, due: DueReport, person: Person, uow: UnitOfWork) -> None:
        language = self._directory.language(due.tenant_id, person.id)
        detail = describe_period(due.period, language)
        if not await self._notifications.send_report(person, reference(due), uow, language=language, detail=detail):
            raise TooManyRequests("Too many reports to this person.", retry_after=3600)


def describe_period(period: Period, language: Language) -> str:
    """Return the first and the last day of a period in words."""
    first, last = [format_date(day, language) for day in (period.first, period.last)]
    return first if period.first == period.last else f"{first} – {last}"
