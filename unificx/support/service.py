"""Stores and lists diagnostics reports."""

from datetime import timedelta

from unificx.core.clock import Clock
from unificx.core.errors import NotFound
from unificx.db import Database, Keys, UnitOfWork
from unificx.identity.events import PersonClosed, TenantDeleted
from unificx.support import repository
from unificx.support.schemas import Report

KEPT = timedelta(days=30)
MOST_OF_ONE = 20


class Desk:
    """Accepts reports from users and lists them for administrators."""

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def take(self, tenant_id: str, person_id: str, subject: str, text: str) -> Report:
        """Store a report that was shown to its sender in full. Raises ErasedSubject."""
        report = Report(self._clock.new_id(), tenant_id, person_id, self._clock.now(), text)
        async with self._database.begin() as uow:
            await repository.add(uow.session, self._keys, report, subject)
            await uow.session.flush()
            await repository.drop_beyond(uow.session, tenant_id, person_id, MOST_OF_ONE)
        return report

    async def list(self, tenant_id: str, limit: int = 100) -> tuple[Report, ...]:
        """Return the latest reports, newest first."""
        async with self._database.read() as session:
            return tuple(await repository.reports(session, self._keys, tenant_id, limit))

    async def drop(self, tenant_id: str, report_id: str) -> None:
        """Delete a processed report. Raises NotFound."""
        async with self._database.begin() as uow:
            if not await repository.drop(uow.session, tenant_id, report_id):
                raise NotFound("Report not found.")

    async def tidy(self) -> None:
        """Delete reports past their retention period. To be called periodically."""
        async with self._database.begin() as uow:
            await repository.drop_older(uow.session, self._clock.now() - KEPT)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the reports of an erased subject. Idempotent."""
        async with self._database.begin() as uow:
            await repository.drop_of(uow.session, tenant_id, subject=subject)

    async def forget_person(self, fact: PersonClosed, uow: UnitOfWork) -> None:
        """Delete the reports of a closed account. Outbox handler."""
        await repository.drop_of(uow.session, fact.tenant, person_id=fact.person_id)

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the reports of a deleted tenant. Outbox handler."""
        await repository.drop_of(uow.session, fact.tenant)
