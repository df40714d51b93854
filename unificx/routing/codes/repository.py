"""All SQL on feature codes."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.routing.codes.models import FeatureCodeRow
from unificx.routing.codes.schemas import StoredCode


async def all_codes(session: AsyncSession) -> list[StoredCode]:
    """Return the changed codes of all tenants, for the in-memory cache."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(FeatureCodeRow))).all()
    return [StoredCode(row.tenant_id, row.name, row.code) for row in rows]


async def codes_of(session: AsyncSession, tenant_id: str) -> dict[str, str]:
    """Return the changed codes of a tenant, by the name of the feature."""
    rows = (await session.scalars(select(FeatureCodeRow).where(FeatureCodeRow.tenant_id == tenant_id))).all()
    return {row.name: row.code for row in rows}


async def replace_code(session: AsyncSession, tenant_id: str, name: str, code: str | None) -> None:
    """Store the code of a feature, None for the default one."""
    own = (FeatureCodeRow.tenant_id == tenant_id, FeatureCodeRow.name == name)
    await session.execute(delete(FeatureCodeRow).where(*own))
    if code is not None:
        await session.execute(insert(FeatureCodeRow).values(tenant_id=tenant_id, name=name, code=code))


async def delete_tenant_codes(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(FeatureCodeRow).where(FeatureCodeRow.tenant_id == tenant_id))
