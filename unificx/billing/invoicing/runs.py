"""Runs: the invoices of a month for all tenants.

A run is a row of its month, with a row for each tenant that waits. It is worked off tenant after tenant, so its memory
does not grow with their number. A process that ends leaves the rest waiting: the next one goes on. An invoice is never
issued twice, whatever is repeated (`Invoices.run`).
"""

import asyncio
from datetime import date, timedelta
from typing import Final

import structlog

from unificx.billing.invoicing import run_repository
from unificx.billing.invoicing.details import Details
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.schemas import InvoiceRun, RunOutcome
from unificx.billing.locks import Lock, lock
from unificx.billing.machine.months import beginning, month_of
from unificx.billing.seller import seller_of
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.errors import Conflict, DomainError, NotFound
from unificx.core.faults import describe_fault
from unificx.db import Database
from unificx.db.pagination import Page, PageById
from unificx.identity import DirectoryCache

log = structlog.get_logger()
SHOWN: Final = 24
"""Runs of a list."""
_STORED = timedelta(days=2 * 366)


class InvoiceRuns:
    """The runs of the seller. Any node works them off; two at once only repeat work."""

    def __init__(self, database: Database, directory: DirectoryCache, details: Details, invoices: Invoices) -> None:
        self._database, self._directory, self._details, self._invoices = database, directory, details, invoices
        self._tasks = BackgroundTasks(Access("billing", "invoice runs"))
        # Owner: this node, whose tasks they are.
        self._turn = asyncio.Lock()
        self._is_closing = False

    async def start(self, month: date, *, dry_run: bool = False) -> InvoiceRun:
        """Begin a run for all tenants; one that has ended begins again. Return the one in progress if there is one.

        A dry run stores what would be issued. Raise Conflict while the month of the seller lasts."""
        seller, period, now = seller_of(self._directory), month_of(month), self._database.clock.now()
        if beginning(period.until, self._directory.time_zone(seller.id)) > now:
            raise Conflict("The month is not over yet.", hint="Invoices are issued for past months.", field="month")
        run = period.since, dry_run
        async with self._database.begin() as uow:
            await lock(uow.session, Lock.RUNS, seller.id)
            present = await run_repository.find(uow.session, seller.id, run)
            if present is None or present.finished is not None:
                tenants = [each.id for each in self._directory.tenants() if each.id != seller.id]
                await run_repository.delete_before(uow.session, seller.id, period.since - _STORED)
                await run_repository.begin(uow.session, seller.id, run, now, tenants)
        self._tasks.spawn(self._work(seller.id))
        return await self.get(month, dry_run=dry_run)

    async def get(self, month: date, *, dry_run: bool = False) -> InvoiceRun:
        """Return a run. Raise NotFound."""
        async with self._database.read() as session:
            run = month_of(month).since, dry_run
            found = await run_repository.find(session, seller_of(self._directory).id, run)
        if found is None:
            raise NotFound("There is no run of this month.", hint="Begin it by `unificx invoice run`.")
        return found

    async def list(self) -> tuple[InvoiceRun, ...]:
        """Return the runs of the last months, without dry ones, newest first."""
        async with self._database.read() as session:
            return tuple(await run_repository.list_runs(session, seller_of(self._directory).id, SHOWN))

    async def outcomes(self, month: date, page: PageById, *, dry_run: bool = False) -> Page[RunOutcome]:
        """Return what a run has led to so far, by tenant, without tenants that have nothing to pay. Raise NotFound."""
        await self.get(month, dry_run=dry_run)
        run, seller_id = (month_of(month).since, dry_run), seller_of(self._directory).id
        async with self._database.read() as session:
            found = await run_repository.outcomes(session, seller_id, run, page.after or "", page.size + 1)
        return page.of_rows(found, lambda each: each.tenant_id)

    async def resume(self) -> None:
        """Begin the run that the seller wants on this day of the month, and go on with what waits. For maintenance."""
        seller = self._directory.operator()
        if seller is not None:
            await self._start_due(seller.id)
            self._tasks.spawn(self._work(seller.id))

    async def join(self) -> None:
        """Wait until nothing waits."""
        await self._tasks.join()

    async def close(self) -> None:
        """Stop after the present tenant."""
        self._is_closing = True
        await self._tasks.join()

    # ---- inside

    async def _start_due(self, seller_id: str) -> None:
        """Begin the run of the last month from the chosen day on, unless there is one, once it is over everywhere."""
        details, today = await self._details.find(seller_id), self._invoices.today()
        if details is None or not details.issue_day or today.day < details.issue_day:
            return
        last = month_of(today.replace(day=1) - timedelta(days=1))
        zones = [self._directory.time_zone(each.id) for each in self._directory.tenants()]
        if any(beginning(last.until, zone) > self._database.clock.now() for zone in zones):
            return
        async with self._database.read() as session:
            if await run_repository.find(session, seller_id, (last.since, False)) is not None:
                return
        await self.start(last.since)

    async def _work(self, seller_id: str) -> None:
        """Work off what waits."""
        async with self._turn:
            while not self._is_closing:
                async with self._database.read() as session:
                    waiting = await run_repository.next_waiting(session, seller_id)
                if waiting is None:
                    break
                run, tenant_id = waiting
                outcome = await self._outcome(run, tenant_id)
                async with self._database.begin() as uow:
                    await run_repository.save(uow.session, seller_id, run, outcome)
            async with self._database.begin() as uow:
                await run_repository.finish(uow.session, seller_id, self._database.clock.now())

    async def _outcome(self, run: tuple[date, bool], tenant_id: str) -> RunOutcome:
        """Issue the invoices of a tenant. A fault of one does not stop the others."""
        if self._directory.tenant(tenant_id) is None:
            return RunOutcome(tenant_id, "done")  # deleted meanwhile
        month, dry_run = run
        try:
            issues = await self._invoices.run(tenant_id, month, dry_run=dry_run)
            unrated = await self._invoices.unrated(tenant_id, month)
        except DomainError as refused:
            return RunOutcome(tenant_id, "refused", f"{refused.message} {refused.hint}".strip())
        except Exception as fault:
            log.error("invoices_not_issued", tenant=tenant_id, **describe_fault(fault))
            return RunOutcome(tenant_id, "refused", "An internal error occurred. Repeat the run; the log has details.")
        return RunOutcome(tenant_id, "done", "", tuple(issues), unrated)
