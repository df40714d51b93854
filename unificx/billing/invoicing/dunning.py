"""Dunning after the last reminder: the announcement that calls outside end, and their end.

Its rules are in `unificx/billing/machine/dunning.py`. Whether calls outside are refused is not stored: it follows from
the announced day and the state of the invoice, so any payment ends it in the transaction that posts it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.invoicing import dunning_repository, notice_repository
from unificx.billing.invoicing.invoices import Invoices
from unificx.billing.invoicing.schemas import Invoice
from unificx.billing.machine import dunning as rules
from unificx.db import Database, UnitOfWork, log_and_continue
from unificx.identity import DirectoryCache


@dataclass(frozen=True, slots=True)
class DunningNotice:
    """A notice to the administrators of a tenant: calls outside end on a day, or have ended (`ended`)."""

    tenant_id: str
    number: str
    calls_end: date
    ended: bool


@dataclass(frozen=True, slots=True)
class _Step:
    level: int
    calls_end: date


class Dunning:
    """The steps after the last reminder of all tenants."""

    def __init__(self, database: Database, directory: DirectoryCache, invoices: Invoices) -> None:
        self._database, self._directory, self._invoices = database, directory, invoices

    async def has_ended(self, session: AsyncSession, tenant_id: str) -> bool:
        """Return whether calls outside of a tenant are refused, as a transaction sees it."""
        seller_id = self._seller_id()
        if seller_id in (None, tenant_id):
            return False
        if not await dunning_repository.announced(session, self._invoices.books(tenant_id)):
            return False
        today = self._invoices.today()
        found = await self._invoices.list_within(session, self._invoices.books(tenant_id))
        return any(rules.has_ended(each.calls_end, today) for each in found)

    async def ended(self) -> frozenset[str]:
        """Return the tenants whose calls outside are refused, and those of which that could not be read: `has_ended`
        is asked at their calls."""
        announced = await self._customers(rules.ANNOUNCED)
        found = set(announced)
        for tenant_id in announced:
            with log_and_continue("dunning_not_read", tenant=tenant_id):
                async with self._database.read() as session:
                    if not await self.has_ended(session, tenant_id):
                        found.remove(tenant_id)
        return frozenset(found)

    async def withdraw(self) -> None:
        """Forget the steps of invoices that are not overdue any more, and all if the seller has switched them off."""
        seller_id = self._seller_id()
        if seller_id is None:
            return
        async with self._database.begin() as uow:
            if not await dunning_repository.stop_days(uow.session, seller_id):
                await dunning_repository.delete_all_steps(uow.session, seller_id)
                return
        for tenant_id in await self._customers(rules.ANNOUNCED):
            with log_and_continue("dunning_not_withdrawn", tenant=tenant_id):
                async with self._database.begin() as uow:
                    found = await self._with_levels(uow.session, tenant_id)
                    paid = [each.number for each, sent in found if rules.is_withdrawn(each.state, sent)]
                    await dunning_repository.delete_steps(uow.session, seller_id, paid)

    async def due(self) -> Sequence[DunningNotice]:
        """Return the notices that are due."""
        found: list[DunningNotice] = []
        for tenant_id in await self._customers(rules.LAST_REMINDER):
            with log_and_continue("dunning_not_read", tenant=tenant_id):
                async with self._database.read() as session:
                    steps = await self._steps(session, tenant_id)
                found += [
                    DunningNotice(tenant_id, number, step.calls_end, step.level == rules.ENDED)
                    for number, step in steps.items()
                ]
        return found

    async def mark(self, notice: DunningNotice, uow: UnitOfWork) -> bool:
        """Mark a notice as sent within the transaction that queues it. Return False if it is not due any more."""
        step = (await self._steps(uow.session, notice.tenant_id)).get(notice.number)
        level = rules.ENDED if notice.ended else rules.ANNOUNCED
        if step != _Step(level, notice.calls_end):
            return False
        seller_id, now = self._invoices.books(notice.tenant_id).seller_id, self._database.clock.now()
        await dunning_repository.add_step(
            uow.session, seller_id, notice.number, level=level, at=now, calls_end=notice.calls_end
        )
        return True

    # ---- inside

    def _seller_id(self) -> str | None:
        operator = self._directory.operator()
        return None if operator is None else operator.id

    async def _customers(self, level: int) -> list[str]:
        """Return the tenants about whose invoices a notice of this level was sent, except deleted ones."""
        seller_id = self._seller_id()
        if seller_id is None:
            return []
        async with self._database.read() as session:
            found = await dunning_repository.customers(session, seller_id, level)
        return [each for each in found if self._directory.tenant(each) is not None]

    async def _steps(self, session: AsyncSession, tenant_id: str) -> Mapping[str, _Step]:
        """Return the steps of a tenant that are due, by the number of the invoice."""
        days = await dunning_repository.stop_days(session, self._invoices.books(tenant_id).seller_id)
        if not days:
            return {}
        today, found = self._invoices.today(), dict[str, _Step]()
        for each, sent in await self._with_levels(session, tenant_id):
            level = rules.step_due(each.state, sent, each.calls_end, today)
            if level:
                found[each.number] = _Step(level, each.calls_end or rules.announced_end(today, days))
        return found

    async def _with_levels(self, session: AsyncSession, tenant_id: str) -> list[tuple[Invoice, set[int]]]:
        """Return the invoices of a tenant with the levels of the notices that were sent about each."""
        books, levels = self._invoices.books(tenant_id), defaultdict[str, set[int]](set)
        for number, level in await notice_repository.sent(session, books):
            levels[number].add(level)
        return [(each, levels[each.number]) for each in await self._invoices.list_within(session, books)]
