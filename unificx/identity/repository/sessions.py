"""Queries for sessions and token digests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.source_address import truncated_address
from unificx.db import Reader, owned_by
from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.models import PersonRow, SessionPart, SessionRow
from unificx.identity.policies.permissions import granted_by
from unificx.identity.policies.token_rotation import TokenPair, family_digest
from unificx.identity.repository.credentials import SignInAccount
from unificx.identity.schemas import Principal, Role, Session, SessionKind

SESSION_CODEC = SealedCodec(SessionRow, SessionPart)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """Stored state of a session; `access_expires` is that of the current pair."""

    id: str
    tenant_id: str
    person_id: str
    subject: str
    device_id: str | None
    refresh_digest: str
    previous_digest: str | None
    salt: bytes
    rotated: datetime
    used: bool
    access_expires: datetime
    expires: datetime
    by: str


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """Token pair of a session, the salt of its derivation, and the expiry of each token."""

    pair: TokenPair
    salt: bytes
    rotated: datetime
    access_expires: datetime
    expires: datetime


async def add(
    session: AsyncSession,
    keys: Keys,
    account: SignInAccount,
    opened: Session,
    tokens: SessionTokens,
    *,
    stepped_up: bool,
    by: str,
) -> None:
    """Insert a session. `stepped_up`: the user authenticated just now; `by`: see `Principal`."""
    part = SessionPart(opened.name, opened.address, opened.agent)
    values = {
        "id": opened.id,
        "tenant_id": account.tenant_id,
        "person_id": account.person_id,
        "subject_id": account.subject,
        "kind": opened.kind,
        "created": opened.created,
        "proved": opened.created if stepped_up else None,
        "made_by": by or None,
        "last_used": opened.last_used,
        "truncated": False,
        "family_digest": family_digest(tokens.pair.refresh),
        "sealed": SESSION_CODEC.seal(keys, account.tenant_id, [(account.subject, opened.id, part)])[0],
        **_values(tokens),
    }
    await session.execute(insert(SessionRow).values(values))


def _values(tokens: SessionTokens) -> dict[str, object]:
    return {
        "access_digest": tokens.pair.access_digest,
        "access_expires": tokens.access_expires,
        "refresh_digest": tokens.pair.refresh_digest,
        "salt": tokens.salt,
        "rotated": tokens.rotated,
        "expires": tokens.expires,
    }


async def rotate(session: AsyncSession, record: SessionRecord, tokens: SessionTokens) -> None:
    """Replace the current token pair with the next one."""
    await session.execute(
        update(SessionRow)
        .where(SessionRow.tenant_id == record.tenant_id, SessionRow.id == record.id)
        .values(previous_digest=record.refresh_digest, used=False, **_values(tokens))
    )


async def renew_access(session: AsyncSession, record: SessionRecord, expires: datetime) -> None:
    """Let the current access token expire later."""
    await session.execute(
        update(SessionRow)
        .where(SessionRow.tenant_id == record.tenant_id, SessionRow.id == record.id)
        .values(access_expires=expires)
    )


async def find_by_family(session: AsyncSession, digest: str, now: datetime) -> SessionRecord | None:
    """Return the active session of a refresh token family."""
    # scope: all tenants, because the token alone determines the tenant.
    row = await session.scalar(select(SessionRow).where(SessionRow.family_digest == digest, SessionRow.expires > now))
    return None if row is None else _to_record(row)


def _to_record(row: SessionRow) -> SessionRecord:
    return SessionRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        person_id=row.person_id,
        subject=row.subject_id,
        device_id=row.device_id,
        refresh_digest=row.refresh_digest,
        previous_digest=row.previous_digest,
        salt=row.salt,
        rotated=row.rotated,
        used=row.used,
        access_expires=row.access_expires,
        expires=row.expires,
        by=row.made_by or "",
    )


# scope: all tenants, because the token alone determines the tenant.
_PRINCIPAL = (
    select(
        SessionRow.id,
        SessionRow.made_by,
        SessionRow.used,
        PersonRow.id,
        PersonRow.tenant_id,
        PersonRow.role,
        PersonRow.granted,
    )
    .join(PersonRow, PersonRow.id == SessionRow.person_id)
    .where(
        SessionRow.access_digest == bindparam("digest"),
        SessionRow.access_expires > bindparam("now"),
        PersonRow.state == "active",
    )
)
"""Built once: each request reads it."""


async def principal(reader: Reader, access_digest: str, now: datetime) -> tuple[Principal, bool] | None:
    """Return the owner of an access token, and whether it was used since the last refresh."""
    found = (await reader.execute(_PRINCIPAL, {"digest": access_digest, "now": now})).first()
    if found is None:
        return None
    session_id, by, used, person_id, tenant_id, role, granted = found
    owner = Principal(person_id, tenant_id, Role(role), session_id, by=by or "", granted=granted_by(granted))
    return owner, used


async def mark_pair_used(session: AsyncSession, owner: Principal, access_digest: str) -> None:
    """Note that an access token was used, unless a refresh has replaced it meanwhile."""
    own = SessionRow.tenant_id == owner.tenant_id, SessionRow.id == owner.session_id
    await session.execute(update(SessionRow).where(*own, SessionRow.access_digest == access_digest).values(used=True))


async def give_back(session: AsyncSession, tenant_id: str, session_id: str) -> None:
    """Make the session the user's own: they have proved their identity."""
    statement = update(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
    await session.execute(statement.values(made_by=None))


async def of_person(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str, now: datetime) -> list[Session]:
    """Return the active sessions of a user, newest first."""
    query = select(SessionRow).where(
        SessionRow.tenant_id == tenant_id, SessionRow.person_id == person_id, SessionRow.expires > now
    )
    rows = (await session.scalars(query.order_by(SessionRow.id.desc()))).all()
    parts = SESSION_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [
        Session(
            id=row.id,
            created=row.created,
            expires=row.expires,
            last_used=row.last_used,
            kind=cast("SessionKind", row.kind),
            device_id=row.device_id,
            name=part.name,
            address=part.address,
            agent=part.agent,
        )
        for row, part in zip(rows, parts, strict=True)
        if isinstance(part, SessionPart)
    ]


async def select_sessions(
    session: AsyncSession,
    tenant_id: str,
    person_id: str | None = None,
    *,
    only_session: str | None = None,
    except_session: str = "",
) -> list[SessionRecord]:
    """Return the sessions of a tenant, a user, or `only_session`, without `except_session`; also expired ones."""
    query = select(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id != except_session)
    if person_id is not None:
        query = query.where(SessionRow.person_id == person_id)
    if only_session is not None:
        query = query.where(SessionRow.id == only_session)
    return [_to_record(row) for row in await session.scalars(query.order_by(SessionRow.id))]


async def expired(session: AsyncSession, now: datetime) -> list[SessionRecord]:
    """Return the expired sessions."""
    # scope: all tenants, because expiry is independent of the tenant.
    query = select(SessionRow).where(SessionRow.expires <= now).order_by(SessionRow.id)
    return [_to_record(row) for row in await session.scalars(query)]


async def device_of(session: AsyncSession, tenant_id: str, session_id: str) -> str | None:
    """Return the SIP device of a session, None if it has none."""
    query = select(SessionRow.device_id).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
    return await session.scalar(query)


async def set_device(session: AsyncSession, tenant_id: str, session_id: str, device_id: str) -> None:
    await session.execute(
        update(SessionRow)
        .where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
        .values(device_id=device_id)
    )


async def name_of(session: AsyncSession, keys: Keys, tenant_id: str, session_id: str) -> str | None:
    """Return the device name of a session, None if there is no such session."""
    query = select(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
    row = await session.scalar(query)
    if row is None:
        return None
    [part] = SESSION_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed)])
    return part.name if isinstance(part, SessionPart) else None


async def delete_session(session: AsyncSession, tenant_id: str, session_id: str) -> None:
    await session.execute(delete(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id))


async def mark_used(session: AsyncSession, days: Mapping[tuple[str, str], date]) -> None:
    """Store the last-used date of each (tenant, session)."""
    for (tenant_id, session_id), day in days.items():
        await session.execute(
            update(SessionRow)
            .where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
            .values(last_used=day)
        )


def addressed(tenant_id: str) -> Select[str, datetime]:
    """Return id and time of the sign-in of sessions with the whole address."""
    present = (SessionRow.tenant_id == tenant_id, SessionRow.truncated.is_(False))
    return select(SessionRow.id, SessionRow.created.label("at")).where(*present)


async def truncate(session: AsyncSession, keys: Keys, tenant_id: str, session_ids: Sequence[str]) -> None:
    """Replace the addresses of sessions by their networks, and remove their browsers."""
    chosen = (owned_by(SessionRow.tenant_id, tenant_id), SessionRow.id.in_(session_ids))
    rows = (await session.scalars(select(SessionRow).where(*chosen))).all()
    parts = SESSION_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    for row, part in zip(rows, parts, strict=True):
        row.truncated = True
        if isinstance(part, SessionPart):
            short = SessionPart(part.name, truncated_address(part.address), "")
            [row.sealed] = SESSION_CODEC.seal(keys, tenant_id, [(row.subject_id, row.id, short)])
