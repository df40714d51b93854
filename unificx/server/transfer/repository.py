"""All SQL of a move: rows of the tables that move, by their declarations."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Table, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.base import Base
from unificx.db.models import OutboxRow
from unificx.server.transfer.moved_rows import tenant_column

_BATCH = 500
_UNIQUE = ("id", "slug", "domain")


async def rows_of_tenant(session: AsyncSession, table: Table, tenant_id: str) -> AsyncIterator[Sequence[Any]]:
    """Yield batches of rows of a tenant, in the order of the primary key."""
    query = select(table).where(tenant_column(table) == tenant_id).order_by(*table.primary_key.columns)
    found = await session.stream(query.execution_options(yield_per=_BATCH))
    async for batch in found.partitions(_BATCH):
        yield batch


async def insert_rows(session: AsyncSession, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await session.execute(insert(table), rows)


async def has_events(session: AsyncSession, tenant_id: str) -> bool:
    """Whether events of the tenant wait for their handlers."""
    query = select(OutboxRow.seq).where(OutboxRow.tenant_id == tenant_id).limit(1)
    return await session.scalar(query) is not None


async def present(session: AsyncSession, tenant: dict[str, Any]) -> str:
    """Return what another tenant, or this one, has already: "id", "slug" or "domain"; "" if nothing."""
    table = Base.metadata.tables["tenant"]
    for name in _UNIQUE:
        # scope: all tenants, because their names are unique in the installation
        if (await session.execute(select(table.c.id).where(table.c[name] == tenant[name]))).first() is not None:
            return name
    return ""


async def only_or_named_tenant(session: AsyncSession, reference: str | None) -> str | None:
    """Return the id of a tenant by its id, short name or domain, of the only one without a reference; None if there is
    no such tenant, or more than one."""
    table = Base.metadata.tables["tenant"]
    named = [] if reference is None else [or_(*(table.c[name] == reference for name in _UNIQUE))]
    # scope: all tenants, because it looks for one of them
    found = (await session.scalars(select(table.c.id).where(*named).limit(2))).all()
    return found[0] if len(found) == 1 else None
