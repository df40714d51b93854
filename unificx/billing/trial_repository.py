"""All SQL on trials of tenants."""

from collections.abc import Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.machine.trial import Trial
from unificx.billing.models import TrialRow


async def find(session: AsyncSession, tenant_id: str) -> Trial | None:
    row = await session.scalar(select(TrialRow).where(TrialRow.tenant_id == tenant_id))
    return None if row is None else _to_trial(row)


async def undecided(session: AsyncSession) -> Mapping[str, Trial]:
    """Return the trials after which nothing is charged yet, by tenant."""
    # scope: all tenants, because each of them is reminded and its calls are checked from memory.
    rows = await session.scalars(select(TrialRow).where(TrialRow.charged_since.is_(None)))
    return {row.tenant_id: _to_trial(row) for row in rows}


async def insert(session: AsyncSession, tenant_id: str, trial: Trial) -> None:
    session.add(TrialRow(tenant_id=tenant_id, **_values(trial)))
    await session.flush()


async def save(session: AsyncSession, tenant_id: str, trial: Trial) -> None:
    await session.execute(update(TrialRow).where(TrialRow.tenant_id == tenant_id).values(**_values(trial)))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(TrialRow).where(TrialRow.tenant_id == tenant_id))


def _values(trial: Trial) -> dict[str, object]:
    return {
        "since": trial.since,
        "until": trial.until,
        "charged_since": trial.charged_since,
        "reminded": trial.reminded,
    }


def _to_trial(row: TrialRow) -> Trial:
    return Trial(row.since, row.until, row.charged_since, row.reminded)
