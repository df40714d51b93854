"""Sessions and their tokens' digests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.people.contracts import Principal, Role, Session, SessionKind
from unificx.people.queries.entry import Account
from unificx.people.rules.rotation import Pair, family_digest
from unificx.people.tables import PersonRow, SessionPart, SessionRow
from unificx.store.sealed import Codec, Keys

SESSION = Codec(SessionRow, SessionPart)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a session stands; `access_expires` is that of its present pair."""

    id: str
    tenant_id: str
    person_id: str
    subject: str
    device_id: str | None
    refresh_digest: str
    previous_digest: str | None
    salt: bytes
    rotated: datetime
    access_expires: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of a session, the salt it was derived with, and until when each token is good."""

    pair: Pair
    salt: bytes
    rotated: datetime
    access_expires: datetime
    expires: datetime


async def add(
    session: AsyncSession, keys: Keys, account: Account, opened: Session, tokens: Tokens, *, proved: bool
) -> None:
    """`proved`: its person proved just now who they are."""
    part = SessionPart(opened.name, opened.address, opened.agent)
    values = {
        "id": opened.id,
        "tenant_id": account.tenant_id,
        "person_id": account.person_id,
        "subject_id": account.subject,
        "kind": opened.kind,
        "created": opened.created,
        "proved": opened.created if proved else None,
        "last_used": opened.last_used,
        "family_digest": family_digest(tokens.pair.refresh),
        "sealed": SESSION.seal(keys, account.tenant_id, [(account.subject, opened.id, part)])[0],
        **_values(tokens),
    }
    await session.execute(insert(SessionRow).values(values))


def _values(tokens: Tokens) -> dict[str, object]:
    return {
        "access_digest": tokens.pair.access_digest,
        "access_expires": tokens.access_expires,
        "refresh_digest": tokens.pair.refresh_digest,
        "salt": tokens.salt,
        "rotated": tokens.rotated,
        "expires": tokens.expires,
    }


async def rotate(session: AsyncSession, standing: Standing, tokens: Tokens) -> None:
    """Put the next pair into the place of the present one."""
    await session.execute(
        update(SessionRow)
        .where(SessionRow.tenant_id == standing.tenant_id, SessionRow.id == standing.id)
        .values(previous_digest=standing.refresh_digest, **_values(tokens))
    )


async def of_family(session: AsyncSession, digest: str, now: datetime) -> Standing | None:
    """The running session whose refresh tokens are of that family."""
    # scope: all tenants, because the token alone says in which of them.
    row = await session.scalar(select(SessionRow).where(SessionRow.family_digest == digest, SessionRow.expires > now))
    return None if row is None else _standing(row)


def _standing(row: SessionRow) -> Standing:
    return Standing(
        id=row.id,
        tenant_id=row.tenant_id,
        person_id=row.person_id,
        subject=row.subject_id,
        device_id=row.device_id,
        refresh_digest=row.refresh_digest,
        previous_digest=row.previous_digest,
        salt=row.salt,
        rotated=row.rotated,
        access_expires=row.access_expires,
        expires=row.expires,
    )


async def principal(session: AsyncSession, access_digest: str, now: datetime) -> Principal | None:
    """Whose access token it is."""
    # scope: all tenants, because the token alone says in which of them.
    query = (
        select(SessionRow.id, PersonRow.id, PersonRow.tenant_id, PersonRow.role)
        .join(PersonRow, PersonRow.id == SessionRow.person_id)
        .where(SessionRow.access_digest == access_digest, SessionRow.access_expires > now, PersonRow.state == "active")
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    session_id, person_id, tenant_id, role = found
    return Principal(person_id, tenant_id, Role(role), session_id)


async def of_person(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str, now: datetime) -> list[Session]:
    """A person's running sessions, the newest first."""
    query = select(SessionRow).where(
        SessionRow.tenant_id == tenant_id, SessionRow.person_id == person_id, SessionRow.expires > now
    )
    rows = (await session.scalars(query.order_by(SessionRow.id.desc()))).all()
    parts = SESSION.open(keys, tenant_id, "security", [(row.subject_id, row.id, row.sealed) for row in rows])
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


async def running(
    session: AsyncSession, tenant_id: str, person_id: str | None = None, *, only: str | None = None, keep: str = ""
) -> list[Standing]:
    """The sessions of a tenant, or of one person, or the `only` one; without the one to `keep`. Expired ones too."""
    query = select(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id != keep)
    if person_id is not None:
        query = query.where(SessionRow.person_id == person_id)
    if only is not None:
        query = query.where(SessionRow.id == only)
    return [_standing(row) for row in await session.scalars(query.order_by(SessionRow.id))]


async def expired(session: AsyncSession, now: datetime) -> list[Standing]:
    """The sessions that ran out."""
    # scope: all tenants, because time passes in each of them alike.
    query = select(SessionRow).where(SessionRow.expires <= now).order_by(SessionRow.id)
    return [_standing(row) for row in await session.scalars(query)]


async def device_of(session: AsyncSession, tenant_id: str, session_id: str) -> str | None:
    """The SIP device of a session, None if it has none."""
    query = select(SessionRow.device_id).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
    return await session.scalar(query)


async def set_device(session: AsyncSession, tenant_id: str, session_id: str, device_id: str) -> None:
    await session.execute(
        update(SessionRow)
        .where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
        .values(device_id=device_id)
    )


async def name_of(session: AsyncSession, keys: Keys, tenant_id: str, session_id: str) -> str | None:
    """What its person calls it, None if there is no such session."""
    query = select(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
    row = await session.scalar(query)
    if row is None:
        return None
    [part] = SESSION.open(keys, tenant_id, "security", [(row.subject_id, row.id, row.sealed)])
    return part.name if isinstance(part, SessionPart) else None


async def drop(session: AsyncSession, tenant_id: str, session_id: str) -> None:
    await session.execute(delete(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id))


async def mark_used(session: AsyncSession, days: Mapping[tuple[str, str], date]) -> None:
    """Note the day each (tenant, session) was last used."""
    for (tenant_id, session_id), day in days.items():
        await session.execute(
            update(SessionRow)
            .where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
            .values(last_used=day)
        )
