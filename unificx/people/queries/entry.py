"""Passwords and sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.people.contracts import Principal, Role, Session
from unificx.people.tables import CredentialRow, PasswordPart, PersonRow, SessionPart, SessionRow
from unificx.store.sealed import Codec, Keys

PASSWORD = Codec(CredentialRow, PasswordPart)
SESSION = Codec(SessionRow, SessionPart)


@dataclass(frozen=True, slots=True)
class Account:
    """What sign-in asks about one person; `hash` is None where there is no password."""

    person_id: str
    tenant_id: str
    subject: str
    role: Role
    state: str
    must_change: bool
    hash: str | None = field(repr=False)


async def account(session: AsyncSession, keys: Keys, subject: str) -> Account | None:
    """The open account of a subject."""
    # scope: all tenants, because a subject is random and belongs to one of them.
    query = (
        select(PersonRow, CredentialRow)
        .outerjoin(CredentialRow, CredentialRow.person_id == PersonRow.id)
        .where(PersonRow.subject_id == subject, PersonRow.state != "closed")
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    person, credential = found
    secret, must_change = None, False
    if credential is not None:
        sealed = [(credential.subject_id, credential.person_id, credential.sealed)]
        part = PASSWORD.open(keys, person.tenant_id, "authentication", sealed)[0]
        secret = part.hash if isinstance(part, PasswordPart) else None
        must_change = credential.must_change
    role = Role(person.role)
    return Account(person.id, person.tenant_id, person.subject_id, role, person.state, must_change, secret)


async def set_password(session: AsyncSession, keys: Keys, account: Account, changed: datetime) -> None:
    """Replace the person's password by `account.hash`."""
    assert account.hash is not None
    part = PasswordPart(account.hash)
    values = {
        "person_id": account.person_id,
        "tenant_id": account.tenant_id,
        "subject_id": account.subject,
        "must_change": account.must_change,
        "changed": changed,
        "sealed": PASSWORD.seal(keys, account.tenant_id, [(account.subject, account.person_id, part)])[0],
    }
    await drop_password(session, account.tenant_id, account.person_id)
    await session.execute(insert(CredentialRow).values(values))


async def drop_password(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    await session.execute(
        delete(CredentialRow).where(CredentialRow.tenant_id == tenant_id, CredentialRow.person_id == person_id)
    )


async def add_session(session: AsyncSession, keys: Keys, account: Account, opened: Session, token_digest: str) -> None:
    part = SessionPart(opened.address, opened.agent)
    values = {
        "id": opened.id,
        "tenant_id": account.tenant_id,
        "person_id": account.person_id,
        "subject_id": account.subject,
        "token_digest": token_digest,
        "created": opened.created,
        "expires": opened.expires,
        "last_used": opened.last_used,
        "sealed": SESSION.seal(keys, account.tenant_id, [(account.subject, opened.id, part)])[0],
    }
    await session.execute(insert(SessionRow).values(values))


async def principal(session: AsyncSession, token_digest: str, now: datetime) -> Principal | None:
    """Whose running session it is."""
    # scope: all tenants, because the token alone says in which of them.
    query = (
        select(SessionRow.id, PersonRow.id, PersonRow.tenant_id, PersonRow.role)
        .join(PersonRow, PersonRow.id == SessionRow.person_id)
        .where(SessionRow.token_digest == token_digest, SessionRow.expires > now, PersonRow.state == "active")
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    session_id, person_id, tenant_id, role = found
    return Principal(person_id, tenant_id, Role(role), session_id)


async def sessions(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str, now: datetime) -> list[Session]:
    """A person's running sessions, the newest first."""
    query = select(SessionRow).where(
        SessionRow.tenant_id == tenant_id, SessionRow.person_id == person_id, SessionRow.expires > now
    )
    rows = (await session.scalars(query.order_by(SessionRow.id.desc()))).all()
    parts = SESSION.open(keys, tenant_id, "security", [(row.subject_id, row.id, row.sealed) for row in rows])
    return [
        Session(row.id, row.created, row.expires, row.last_used, part.address, part.agent)
        for row, part in zip(rows, parts, strict=True)
        if isinstance(part, SessionPart)
    ]


async def end_session(session: AsyncSession, tenant_id: str, person_id: str, session_id: str) -> bool:
    """Whether there was one to end."""
    query = delete(SessionRow).where(
        SessionRow.tenant_id == tenant_id, SessionRow.person_id == person_id, SessionRow.id == session_id
    )
    return (await session.execute(query.returning(SessionRow.id))).first() is not None


async def end_by_token(session: AsyncSession, token_digest: str) -> None:
    """End the token's session, if there is one."""
    # scope: all tenants, because the token alone says in which of them.
    await session.execute(delete(SessionRow).where(SessionRow.token_digest == token_digest))


async def end_sessions(session: AsyncSession, tenant_id: str, person_id: str | None, keep: str = "") -> None:
    """End a person's sessions, or all of a tenant, but for the one to `keep`."""
    query = delete(SessionRow).where(SessionRow.tenant_id == tenant_id, SessionRow.id != keep)
    if person_id is not None:
        query = query.where(SessionRow.person_id == person_id)
    await session.execute(query)


async def drop_expired(session: AsyncSession, now: datetime) -> None:
    """Delete the sessions that ran out."""
    # scope: all tenants, because time passes in each of them alike.
    await session.execute(delete(SessionRow).where(SessionRow.expires <= now))


async def mark_used(session: AsyncSession, days: Mapping[tuple[str, str], date]) -> None:
    """Note the day each (tenant, session) was last used."""
    for (tenant_id, session_id), day in days.items():
        await session.execute(
            update(SessionRow)
            .where(SessionRow.tenant_id == tenant_id, SessionRow.id == session_id)
            .values(last_used=day)
        )
