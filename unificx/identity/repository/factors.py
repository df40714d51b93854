"""Queries for second factors and recovery codes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.factor_models import FactorPart, FactorRow, PasskeyPart, RecoveryPart, RecoveryRow, TotpPart
from unificx.identity.models import SessionRow

P = TypeVar("P")

NAME_CODEC = SealedCodec(FactorRow, FactorPart)
TOTP_CODEC = SealedCodec(FactorRow, TotpPart)
PASSKEY_CODEC = SealedCodec(FactorRow, PasskeyPart)
RECOVERY_CODEC = SealedCodec(RecoveryRow, RecoveryPart)


@dataclass(frozen=True, slots=True)
class FactorOwner:
    """Owner of factors, and the subject whose key seals them."""

    tenant_id: str
    person_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class StoredFactor:
    """Factor with its verification data: exactly one of `totp` and `passkey`."""

    id: str
    confirmed: bool
    created: datetime
    last_used: date | None
    name: str = field(repr=False)
    totp: TotpPart | None = field(default=None, repr=False)
    passkey: PasskeyPart | None = field(default=None, repr=False)


async def add(session: AsyncSession, keys: Keys, owner: FactorOwner, factor: StoredFactor) -> None:
    values = {
        "id": factor.id,
        "tenant_id": owner.tenant_id,
        "person_id": owner.person_id,
        "subject_id": owner.subject,
        "kind": "totp" if factor.passkey is None else "passkey",
        "confirmed": factor.confirmed,
        "created": factor.created,
        "last_used": factor.last_used,
        "sealed": NAME_CODEC.seal(keys, owner.tenant_id, [(owner.subject, factor.id, FactorPart(factor.name))])[0],
        **_sealed(keys, owner, factor),
    }
    await session.execute(insert(FactorRow).values(values))


async def save(session: AsyncSession, keys: Keys, owner: FactorOwner, factor: StoredFactor) -> None:
    """Update the mutable columns of a factor."""
    values = {"confirmed": factor.confirmed, "last_used": factor.last_used, **_sealed(keys, owner, factor)}
    await session.execute(
        update(FactorRow).where(FactorRow.tenant_id == owner.tenant_id, FactorRow.id == factor.id).values(values)
    )


async def of_person(session: AsyncSession, keys: Keys, owner: FactorOwner) -> list[StoredFactor]:
    """Return a user's factors including unconfirmed ones, oldest first."""
    query = select(FactorRow).where(FactorRow.tenant_id == owner.tenant_id, FactorRow.person_id == owner.person_id)
    rows = (await session.scalars(query.order_by(FactorRow.id))).all()
    found: list[StoredFactor] = []
    for row in rows:
        name = _open(NAME_CODEC, keys, row, row.sealed)
        if name is not None:
            totp = _open(TOTP_CODEC, keys, row, row.totp)
            passkey = _open(PASSKEY_CODEC, keys, row, row.passkey)
            found.append(StoredFactor(row.id, row.confirmed, row.created, row.last_used, name.name, totp, passkey))
    return found


async def delete_factor(session: AsyncSession, tenant_id: str, person_id: str, factor_id: str) -> bool:
    """Delete a factor; return whether it existed."""
    query = delete(FactorRow).where(
        FactorRow.tenant_id == tenant_id, FactorRow.person_id == person_id, FactorRow.id == factor_id
    )
    return (await session.execute(query.returning(FactorRow.id))).first() is not None


async def delete_unconfirmed(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    """Delete the user's unconfirmed factors."""
    await session.execute(
        delete(FactorRow).where(
            FactorRow.tenant_id == tenant_id, FactorRow.person_id == person_id, ~FactorRow.confirmed
        )
    )


async def delete_stale(session: AsyncSession, created_before: datetime) -> None:
    """Delete factors that were created before that time and never confirmed."""
    # scope: all tenants, because expiry is independent of the tenant.
    await session.execute(delete(FactorRow).where(~FactorRow.confirmed, FactorRow.created < created_before))


async def delete_all(session: AsyncSession, tenant_id: str, person_id: str) -> int:
    """Delete a user's factors and recovery codes; return the number of factors."""
    gone = delete(FactorRow).where(FactorRow.tenant_id == tenant_id, FactorRow.person_id == person_id)
    count = len((await session.execute(gone.returning(FactorRow.id))).all())
    await delete_recovery_codes(session, tenant_id, person_id)
    return count


async def kinds(session: AsyncSession, tenant_id: str, person_id: str) -> set[str]:
    """Return the kinds of a user's confirmed factors."""
    query = select(FactorRow.kind).where(
        FactorRow.tenant_id == tenant_id, FactorRow.person_id == person_id, FactorRow.confirmed
    )
    return set(await session.scalars(query.distinct()))


async def replace_recovery_codes(
    session: AsyncSession, keys: Keys, owner: FactorOwner, digests: tuple[str, ...], now: datetime
) -> None:
    """Replace a user's recovery codes."""
    values = {
        "person_id": owner.person_id,
        "tenant_id": owner.tenant_id,
        "subject_id": owner.subject,
        "created": now,
        "sealed": RECOVERY_CODEC.seal(keys, owner.tenant_id, [(owner.subject, owner.person_id, RecoveryPart(digests))])[
            0
        ],
    }
    await delete_recovery_codes(session, owner.tenant_id, owner.person_id)
    await session.execute(insert(RecoveryRow).values(values))


async def recovery_digests(session: AsyncSession, keys: Keys, owner: FactorOwner) -> tuple[str, ...]:
    """Return the digests of a user's unused recovery codes."""
    query = select(RecoveryRow).where(
        RecoveryRow.tenant_id == owner.tenant_id, RecoveryRow.person_id == owner.person_id
    )
    row = (await session.scalars(query)).first()
    if row is None:
        return ()
    sealed = [(row.subject_id, row.person_id, row.sealed)]
    part = RECOVERY_CODEC.open(keys, row.tenant_id, sealed)[0]
    return part.digests if isinstance(part, RecoveryPart) else ()


async def delete_recovery_codes(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    await session.execute(
        delete(RecoveryRow).where(RecoveryRow.tenant_id == tenant_id, RecoveryRow.person_id == person_id)
    )


async def last_step_up(session: AsyncSession, tenant_id: str, session_id: str) -> datetime | None:
    """Return the time of the session's last step-up; None if there was none or no such session."""
    query = select(SessionRow.proved).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
    return await session.scalar(query)


async def mark_stepped_up(session: AsyncSession, tenant_id: str, session_id: str, now: datetime) -> None:
    await session.execute(
        update(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id).values(proved=now)
    )


def _sealed(keys: Keys, owner: FactorOwner, factor: StoredFactor) -> dict[str, bytes | None]:
    where = (owner.subject, factor.id)
    totp, passkey = factor.totp, factor.passkey
    return {
        "totp": TOTP_CODEC.seal(keys, owner.tenant_id, [(*where, totp)])[0] if totp is not None else None,
        "passkey": PASSKEY_CODEC.seal(keys, owner.tenant_id, [(*where, passkey)])[0] if passkey is not None else None,
    }


def _open(codec: SealedCodec[P], keys: Keys, row: Any, sealed: bytes | None) -> P | None:
    if sealed is None:
        return None
    part = codec.open(keys, row.tenant_id, [(row.subject_id, row.id, sealed)])[0]
    return part if isinstance(part, codec.part) else None
