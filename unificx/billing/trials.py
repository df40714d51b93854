"""Trials: days at the beginning on which a tenant pays nothing.

A trial begins with the first plan of a tenant, once. Its rules are in `machine/trial.py`. Calls outside are refused
after its end until it is decided to continue (`credit.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from unificx.billing import plan_repository, trial_repository
from unificx.billing.counts import Counts
from unificx.billing.invoicing import notice_repository
from unificx.billing.machine import trial as rules
from unificx.billing.machine.trial import Trial
from unificx.billing.plans import LOCK_SCOPE
from unificx.core.errors import Conflict, NotFound
from unificx.db import Database, UnitOfWork, lock_scope


@dataclass(frozen=True, slots=True)
class TrialReminder:
    """A reminder to the administrators of a tenant: `days` before the end, 0 after it."""

    tenant_id: str
    days: int
    until: date


class Trials:
    """The trials of all tenants."""

    def __init__(self, database: Database, counts: Counts) -> None:
        self._database, self._counts = database, counts

    async def find(self, tenant_id: str) -> Trial | None:
        """Return the trial of a tenant, None if it never had one."""
        async with self._database.read() as session:
            return await trial_repository.find(session, tenant_id)

    async def extend(self, tenant_id: str, until: date) -> Trial:
        """Let a trial end before another day. Raise NotFound; Invalid; Conflict once the plan is charged."""
        async with self._database.begin() as uow:
            found = await self._locked(uow, tenant_id)
            changed = rules.with_end(found, until, self._counts.today(tenant_id))
            await trial_repository.save(uow.session, tenant_id, changed)
        return changed

    async def go_on(self, tenant_id: str) -> Trial:
        """Let the plan be charged after the trial. Raise NotFound; Conflict without a plan or billing details."""
        today = self._counts.today(tenant_id)
        async with self._database.begin() as uow:
            found = await self._locked(uow, tenant_id)
            if await notice_repository.subject_of_details(uow.session, tenant_id) is None:
                raise Conflict("The billing details are missing.", hint="Enter name and address for invoices first.")
            assigned = await plan_repository.list_assignments(uow.session, tenant_id)
            if not assigned or assigned[-1].plan_id is None:
                raise Conflict("No plan is assigned.", hint="An operator assigns one.")
            changed = rules.continued(found, today)
            await trial_repository.save(uow.session, tenant_id, changed)
        return changed

    # ---- reminders

    async def due(self) -> Sequence[TrialReminder]:
        """Return the reminders that are due."""
        async with self._database.read() as session:
            found = await trial_repository.undecided(session)
        days = {tenant_id: each.reminder(self._counts.today(tenant_id)) for tenant_id, each in found.items()}
        return [TrialReminder(each, left, found[each].until) for each, left in days.items() if left is not None]

    async def mark(self, reminder: TrialReminder, uow: UnitOfWork) -> bool:
        """Mark a reminder as sent within the transaction that queues it. Return False if it is not due any more."""
        found = await self._locked(uow, reminder.tenant_id)
        if found.reminder(self._counts.today(reminder.tenant_id)) != reminder.days:
            return False
        await trial_repository.save(uow.session, reminder.tenant_id, replace(found, reminded=reminder.days))
        return True

    async def _locked(self, uow: UnitOfWork, tenant_id: str) -> Trial:
        await lock_scope(uow.session, LOCK_SCOPE)
        found = await trial_repository.find(uow.session, tenant_id)
        if found is None:
            raise NotFound("This tenant has no trial.", hint="A trial begins with its first plan.")
        return found
