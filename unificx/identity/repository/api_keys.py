"""Queries for API keys."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.database import Reader
from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.models import ApiKeyPart, ApiKeyRow, PersonRow
from unificx.identity.policies.permissions import actions_of, granted_by
from unificx.identity.schemas import ApiKey, Principal, Role

API_KEY_CODEC = SealedCodec(ApiKeyRow, ApiKeyPart)


async def add(session: AsyncSession, keys: Keys, key: ApiKey, subject: str, digest: str, *, by: str) -> None:
    values = {
        "id": key.id,
        "tenant_id": key.tenant_id,
        "person_id": key.person_id,
        "subject_id": subject,
        "digest": digest,
        "prefix": key.prefix,
        "scopes": " ".join(key.scopes),
        "made_by": by or None,
        "created": key.created,
        "expires": key.expires,
        "last_used": None,
        "sealed": API_KEY_CODEC.seal(keys, key.tenant_id, [(subject, key.id, ApiKeyPart(key.name))])[0],
    }
    await session.execute(insert(ApiKeyRow).values(values))


async def principal(reader: Reader, digest: str, now: datetime) -> Principal | None:
    """Return the owner of a key, with their present role; None if unknown or expired, or if the account is
    suspended. An invited user may have a key from the server itself before they sign in."""
    # scope: all tenants, because the key alone determines the tenant.
    query = (
        select(
            ApiKeyRow.id,
            ApiKeyRow.scopes,
            ApiKeyRow.made_by,
            PersonRow.id,
            PersonRow.tenant_id,
            PersonRow.role,
            PersonRow.granted,
        )
        .join(PersonRow, PersonRow.id == ApiKeyRow.person_id)
        .where(ApiKeyRow.digest == digest, ApiKeyRow.expires > now, PersonRow.state.in_(("active", "invited")))
    )
    found = (await reader.execute(query)).first()
    if found is None:
        return None
    key_id, scopes, by, person_id, tenant_id, role, granted = found
    names = scopes.split()
    own_id = person_id if "own" in names else ""
    return Principal(
        own_id,
        tenant_id,
        Role(role),
        key_id=key_id,
        maker_id=person_id,
        scopes=frozenset(actions_of(names)),
        by=by or "",
        granted=granted_by(granted),
    )


async def list_keys(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str | None) -> list[ApiKey]:
    """Return the keys of a tenant, or of one user, oldest first."""
    query = select(ApiKeyRow).where(ApiKeyRow.tenant_id == tenant_id)
    if person_id is not None:
        query = query.where(ApiKeyRow.person_id == person_id)
    rows = (await session.scalars(query.order_by(ApiKeyRow.id))).all()
    parts = API_KEY_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [
        ApiKey(
            id=row.id,
            tenant_id=tenant_id,
            person_id=row.person_id,
            scopes=tuple(row.scopes.split()),
            prefix=row.prefix,
            created=row.created,
            expires=row.expires,
            last_used=row.last_used,
            name=part.name,
        )
        for row, part in zip(rows, parts, strict=True)
        if isinstance(part, ApiKeyPart)
    ]


async def count(session: AsyncSession, tenant_id: str, person_id: str) -> int:
    query = select(func.count()).where(ApiKeyRow.tenant_id == tenant_id, ApiKeyRow.person_id == person_id)
    return await session.scalar(query) or 0


async def select_ids(
    session: AsyncSession, tenant_id: str, person_id: str | None = None, *, only_key: str | None = None
) -> list[tuple[str, str]]:
    """Return the ids of the keys of a tenant or a user, or of `only_key`, each with its user."""
    query = select(ApiKeyRow.id, ApiKeyRow.person_id).where(ApiKeyRow.tenant_id == tenant_id)
    if person_id is not None:
        query = query.where(ApiKeyRow.person_id == person_id)
    if only_key is not None:
        query = query.where(ApiKeyRow.id == only_key)
    return [(key_id, owner) for key_id, owner in await session.execute(query.order_by(ApiKeyRow.id))]


async def expired(session: AsyncSession, now: datetime) -> list[tuple[str, str, str]]:
    """Return tenant, id and user of the expired keys."""
    # scope: all tenants, because expiry is independent of the tenant.
    query = select(ApiKeyRow.tenant_id, ApiKeyRow.id, ApiKeyRow.person_id).where(ApiKeyRow.expires <= now)
    return [(tenant_id, key_id, owner) for tenant_id, key_id, owner in await session.execute(query)]


async def delete_key(session: AsyncSession, tenant_id: str, key_id: str) -> None:
    await session.execute(delete(ApiKeyRow).where(ApiKeyRow.tenant_id == tenant_id, ApiKeyRow.id == key_id))


async def mark_used(session: AsyncSession, days: Mapping[tuple[str, str], date]) -> None:
    """Store the last-used date of each (tenant, key)."""
    for (tenant_id, key_id), day in days.items():
        await session.execute(
            update(ApiKeyRow).where(ApiKeyRow.tenant_id == tenant_id, ApiKeyRow.id == key_id).values(last_used=day)
        )
