"""How many extensions and numbers a tenant has on each day: plans charge the greatest number.

Counted every hour while the server runs, and when it stops. Days without a count have that of the day before them.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing import plan_repository
from unificx.billing.machine.months import Period
from unificx.billing.ports import CountNumbers
from unificx.billing.schemas import DayCount
from unificx.db import Database
from unificx.identity import DirectoryCache

INTERVAL = 3600.0
"""Between two counts, in seconds."""


class Counts:
    """Counts the extensions and numbers of all tenants."""

    def __init__(self, database: Database, directory: DirectoryCache, count_numbers: CountNumbers) -> None:
        self._database = database
        self._directory = directory
        self._count_numbers = count_numbers
        # Owner: the node that holds the lease of the cleanup.
        self._next = float("-inf")

    def today(self, tenant_id: str) -> date:
        """Return the present day in the time zone of a tenant."""
        return self._database.clock.now().astimezone(self._directory.time_zone(tenant_id)).date()

    async def store_if_due(self) -> None:
        """Store the present counts of all tenants, at most once an hour."""
        now = self._database.clock.monotonic()
        if now >= self._next:
            await self.store()
            self._next = now + INTERVAL

    async def store(self) -> None:
        """Store the present counts of all tenants."""
        extensions = self._directory.extension_counts()
        counts = {
            tenant.id: DayCount(self.today(tenant.id), extensions.get(tenant.id, 0), self._count_numbers(tenant.id))
            for tenant in self._directory.tenants()
        }
        async with self._database.begin() as uow:
            await plan_repository.raise_counts(uow.session, counts)

    async def of_month(self, session: AsyncSession, tenant_id: str, month: Period) -> Sequence[DayCount]:
        """Return the counts of the days of a month and the last one before it, with the present one, in order."""
        found = await plan_repository.counts_between(session, tenant_id, month.since, month.until)
        present = DayCount(
            self.today(tenant_id), len(self._directory.extensions(tenant_id)), self._count_numbers(tenant_id)
        )
        return sorted([*found, present], key=lambda count: count.day)


def greatest(counts: Sequence[DayCount], period: Period) -> tuple[int, int]:
    """Return the greatest numbers of extensions and of numbers on the days of a period. Its first days without a count
    have the last one before them."""
    within = [each for each in counts if period.since <= each.day < period.until]
    if not any(each.day == period.since for each in within):
        within += [each for each in counts if each.day < period.since][-1:]
    return max((each.extensions for each in within), default=0), max((each.numbers for each in within), default=0)
