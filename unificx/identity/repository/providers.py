"""Queries for SSO providers of tenants."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.factor_models import ProviderPart, ProviderRow

PROVIDER_CODEC = SealedCodec(ProviderRow, ProviderPart)


@dataclass(frozen=True, slots=True)
class StoredProvider:
    """Provider with its client secret; `subject` is the one whose key seals the secret."""

    tenant_id: str
    subject: str
    issuer: str
    client_id: str
    link_by_email: bool
    inside: bool
    changed: datetime
    client_secret: str = field(repr=False)


async def replace(session: AsyncSession, keys: Keys, provider: StoredProvider) -> None:
    """Set or replace the tenant's provider."""
    tenant_id, part = provider.tenant_id, ProviderPart(provider.client_secret)
    values = {
        "tenant_id": tenant_id,
        "subject_id": provider.subject,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "link_by_email": provider.link_by_email,
        "inside": provider.inside,
        "changed": provider.changed,
        "sealed": PROVIDER_CODEC.seal(keys, tenant_id, [(provider.subject, tenant_id, part)])[0],
    }
    await delete_provider(session, tenant_id)
    await session.execute(insert(ProviderRow).values(values))


async def find(session: AsyncSession, keys: Keys, tenant_id: str) -> StoredProvider | None:
    """Return the tenant's provider."""
    row = await session.scalar(select(ProviderRow).where(ProviderRow.tenant_id == tenant_id))
    if row is None:
        return None
    part = PROVIDER_CODEC.open(keys, tenant_id, [(row.subject_id, tenant_id, row.sealed)])[0]
    secret = part.client_secret if isinstance(part, ProviderPart) else ""
    return StoredProvider(
        row.tenant_id, row.subject_id, row.issuer, row.client_id, row.link_by_email, row.inside, row.changed, secret
    )


async def exists(session: AsyncSession, tenant_id: str) -> bool:
    """Whether the tenant has a provider."""
    found = select(ProviderRow.tenant_id).where(ProviderRow.tenant_id == tenant_id)
    return await session.scalar(found) is not None


async def delete_provider(session: AsyncSession, tenant_id: str) -> bool:
    """Delete the provider; return whether it existed."""
    gone = delete(ProviderRow).where(ProviderRow.tenant_id == tenant_id)
    return (await session.execute(gone.returning(ProviderRow.tenant_id))).first() is not None
