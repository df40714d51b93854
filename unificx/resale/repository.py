"""All SQL on resellers."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.resale.models import ResellerHostRow, ResellerRow, ResellerTenantRow
from unificx.resale.schemas import Brand, Reseller


async def all_resellers(session: AsyncSession) -> Sequence[Reseller]:
    """Return all resellers with their hosts and tenants, oldest first."""
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    customers: defaultdict[str, set[str]] = defaultdict(set)
    for host in await session.scalars(select(ResellerHostRow).order_by(ResellerHostRow.host)):
        hosts[host.reseller_id].append(host.host)
    # scope: all tenants, because each has its brand from memory.
    for link in await session.scalars(select(ResellerTenantRow)):
        customers[link.reseller_id].add(link.tenant_id)
    # scope: all tenants, because these are the resellers of the installation.
    rows = await session.scalars(select(ResellerRow).order_by(ResellerRow.id))
    return [
        Reseller(
            row.id,
            row.tenant_id,
            row.name,
            Brand(row.product, row.accent, row.support_email, row.logo),
            row.created,
            tuple(hosts[row.id]),
            tuple(row.plans.split()),
            frozenset(customers[row.id]),
        )
        for row in rows
    ]


async def save(session: AsyncSession, reseller: Reseller) -> None:
    """Store a reseller with its host names, in place of an earlier state. Its tenants are links of their own."""
    brand = reseller.brand
    await session.merge(
        ResellerRow(
            id=reseller.id,
            tenant_id=reseller.tenant_id,
            name=reseller.name,
            product=brand.product,
            accent=brand.accent,
            support_email=brand.support_email,
            plans=" ".join(reseller.plans),
            created=reseller.created,
            logo=brand.logo,
        )
    )
    await session.flush()
    await session.execute(delete(ResellerHostRow).where(ResellerHostRow.reseller_id == reseller.id))
    session.add_all(ResellerHostRow(host=host, reseller_id=reseller.id) for host in reseller.hosts)
    await session.flush()


async def link(session: AsyncSession, reseller_id: str, tenant_id: str) -> None:
    """Make a tenant one of the reseller."""
    session.add(ResellerTenantRow(tenant_id=tenant_id, reseller_id=reseller_id))
    await session.flush()


async def unlink(session: AsyncSession, tenant_id: str) -> None:
    """Make a tenant one of no reseller."""
    await session.execute(delete(ResellerTenantRow).where(ResellerTenantRow.tenant_id == tenant_id))


async def delete_reseller(session: AsyncSession, reseller: Reseller) -> None:
    """Delete a reseller. Its tenants stay."""
    for tenant_id in reseller.customers:
        await unlink(session, tenant_id)
    await session.execute(delete(ResellerHostRow).where(ResellerHostRow.reseller_id == reseller.id))
    chosen = ResellerRow.tenant_id == reseller.tenant_id, ResellerRow.id == reseller.id
    await session.execute(delete(ResellerRow).where(*chosen))
