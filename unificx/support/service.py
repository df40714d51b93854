"""Stores and lists diagnostics reports."""

from collections.abc import Sequence

from unificx.core.clock import Clock
from unificx.core.errors import NotFound
from unificx.db import Database, Keys, UnitOfWork
from unificx.identity.events import PersonClosed, TenantDeleted
from unificx.privacy import Expiry
from unificx.support import repository
from unificx.support.schemas import DiagnosticsReport

MAX_PER_PERSON = 20


class SupportService:
    """Accepts reports from users and lists them for administrators."""

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def submit(self, tenant_id: str, person_id: str, subject: str, text: str) -> DiagnosticsReport:
        """Store a report that was shown to its sender in full. Raises ErasedSubject."""
        report = DiagnosticsReport(self._clock.new_id(), tenant_id, person_id, self._clock.now(), text)
        async with self._database.begin() as uow:
            await repository.insert_report(uow.session, self._keys, report, subject)
            await uow.session.flush()
            await repository.delete_oldest_reports(uow.session, tenant_id, person_id, MAX_PER_PERSON)
        return report

    async def list(self, tenant_id: str, limit: int = 100) -> tuple[DiagnosticsReport, ...]:
        """Return the latest reports, newest first."""
        async with self._database.read() as session:
            return tuple(await repository.list_reports(session, self._keys, tenant_id, limit))

    async def count(self, tenant_id: str) -> int:
        """Return how many reports there are."""
        async with self._database.read() as session:
            return await repository.count_reports(session, tenant_id)

    async def delete(self, tenant_id: str, report_id: str) -> None:
        """Delete a processed report. Raises NotFound."""
        async with self._database.begin() as uow:
            if not await repository.delete_report(uow.session, tenant_id, report_id):
                raise NotFound("Report not found.")

    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """Reports; administrators delete processed ones earlier."""
        return (Expiry("report", "diagnostics reports", repository.report_rows, self._delete_by_id),)

    async def _delete_by_id(self, tenant_id: str, report_ids: Sequence[str]) -> None:
        async with self._database.begin() as uow:
            await repository.delete_by_id(uow.session, tenant_id, report_ids)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the reports of an erased subject. Idempotent."""
        async with self._database.begin() as uow:
            await repository.delete_reports(uow.session, tenant_id, subject=subject)

    async def on_person_closed(self, event: PersonClosed, uow: UnitOfWork) -> None:
        """Delete the reports of a closed account. Outbox handler."""
        await repository.delete_reports(uow.session, event.tenant, person_id=event.person_id)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the reports of a deleted tenant. Outbox handler."""
        await repository.delete_reports(uow.session, event.tenant)
