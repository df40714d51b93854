"""How many bytes are stored for each tenant on each day: plans charge the mean of the days that were measured.

A day is measured once, soon after it begins or when the server starts. It is missing if the server did not run.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.counts import Counts
from unificx.billing.machine.months import Period
from unificx.billing.models import MeasuredStorageRow
from unificx.billing.ports import MeasureStorage
from unificx.billing.schemas import DaySize
from unificx.db import Database, insert_into
from unificx.identity import DirectoryCache

_MEASURED = cast("Table", MeasuredStorageRow.__table__)


class StorageMeter:
    """Stores the bytes of all tenants by day."""

    def __init__(self, database: Database, directory: DirectoryCache, counts: Counts) -> None:
        self._database = database
        self._directory = directory
        self._counts = counts

    async def measure_if_due(self, measure: MeasureStorage) -> None:
        """Store the bytes of the tenants whose present day was not measured. Raises what `measure` raises."""
        days = {each.id: self._counts.today(each.id) for each in self._directory.tenants()}
        if not days:
            return
        async with self._database.read() as session:
            measured = await _measured_since(session, min(days.values()))
        due = {tenant_id: day for tenant_id, day in days.items() if (tenant_id, day) not in measured}
        sizes = await measure() if due else None
        if sizes is not None:
            async with self._database.begin() as uow:
                await _store(uow.session, due, sizes)


async def sizes_of_month(session: AsyncSession, tenant_id: str, month: Period) -> Sequence[DaySize]:
    """Return the bytes of the days of a month that were measured, in order."""
    query = select(MeasuredStorageRow.day, MeasuredStorageRow.size).where(
        MeasuredStorageRow.tenant_id == tenant_id,
        MeasuredStorageRow.day >= month.since,
        MeasuredStorageRow.day < month.until,
    )
    return [DaySize(day, size) for day, size in await session.execute(query.order_by(MeasuredStorageRow.day))]


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(MeasuredStorageRow).where(MeasuredStorageRow.tenant_id == tenant_id))


async def _measured_since(session: AsyncSession, day: date) -> set[tuple[str, date]]:
    """Return the tenants and days that were measured, from a day on."""
    # scope: all tenants, because they are measured together
    query = select(MeasuredStorageRow.tenant_id, MeasuredStorageRow.day).where(MeasuredStorageRow.day >= day)
    return {(tenant_id, found) for tenant_id, found in await session.execute(query)}


async def _store(session: AsyncSession, due: Mapping[str, date], sizes: Mapping[str, int]) -> None:
    """Store the bytes of tenants, 0 for those without any. A day that another node has stored meanwhile stays."""
    connection = await session.connection()
    insert = insert_into(_MEASURED, connection.dialect.name)
    rows = [{"tenant_id": each, "day": day, "size": sizes.get(each, 0)} for each, day in due.items()]
    await connection.execute(insert.on_conflict_do_nothing(index_elements=["tenant_id", "day"]), rows)
