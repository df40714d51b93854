"""Queries for passwords and acceptances of terms."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.sealed import Keys, SealedCodec
from unificx.identity.models import AcceptancePart, AcceptanceRow, CredentialRow, PasswordPart, PersonRow
from unificx.identity.policies.permissions import granted_by
from unificx.identity.schemas import CONSOLE, Role

PASSWORD_CODEC = SealedCodec(CredentialRow, PasswordPart)
ACCEPTANCE_CODEC = SealedCodec(AcceptanceRow, AcceptancePart)


@dataclass(frozen=True, slots=True)
class SignInAccount:
    """Sign-in data of a user; `hash` is None without a password."""

    person_id: str
    tenant_id: str
    subject: str
    role: Role
    state: str
    must_change: bool
    hash: str | None = field(repr=False)
    password_by: str = ""
    """The other person who chose the password, or `CONSOLE`."""
    granted: frozenset[str] = frozenset()
    """Permissions of the custom roles."""


async def account(session: AsyncSession, keys: Keys, subject: str) -> SignInAccount | None:
    """Return the open account of a subject."""
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
    secret, must_change, password_by = None, False, ""
    if credential is not None:
        sealed = [(credential.subject_id, credential.person_id, credential.sealed)]
        part = PASSWORD_CODEC.open(keys, person.tenant_id, sealed)[0]
        secret = part.hash if isinstance(part, PasswordPart) else None
        must_change, password_by = credential.must_change, credential.made_by or ""
    role, who = Role(person.role), (person.id, person.tenant_id, person.subject_id)
    return SignInAccount(*who, role, person.state, must_change, secret, password_by, granted_by(person.granted))


async def set_password(session: AsyncSession, keys: Keys, account: SignInAccount, changed: datetime) -> None:
    """Replace the user's password hash with `account.hash`."""
    assert account.hash is not None
    part = PasswordPart(account.hash)
    values = {
        "person_id": account.person_id,
        "tenant_id": account.tenant_id,
        "subject_id": account.subject,
        "must_change": account.must_change,
        "made_by": account.password_by or None,
        "changed": changed,
        "sealed": PASSWORD_CODEC.seal(keys, account.tenant_id, [(account.subject, account.person_id, part)])[0],
    }
    await delete_password(session, account.tenant_id, account.person_id)
    await session.execute(insert(CredentialRow).values(values))


async def must_change(session: AsyncSession, tenant_id: str, person_id: str) -> bool:
    """Whether the user has a one-time password."""
    query = select(CredentialRow.must_change).where(
        CredentialRow.tenant_id == tenant_id, CredentialRow.person_id == person_id
    )
    return bool(await session.scalar(query))


async def has_password(session: AsyncSession, tenant_id: str, person_id: str) -> bool:
    """Whether the user has a password. It is not opened: that is for sign-ins only."""
    query = select(CredentialRow.person_id).where(
        CredentialRow.tenant_id == tenant_id, CredentialRow.person_id == person_id
    )
    return await session.scalar(query) is not None


async def delete_password(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    await session.execute(
        delete(CredentialRow).where(CredentialRow.tenant_id == tenant_id, CredentialRow.person_id == person_id)
    )


async def add_acceptance(
    session: AsyncSession,
    keys: Keys,
    account: SignInAccount,
    acceptance: AcceptancePart,
    *,
    acceptance_id: str,
    at: datetime,
    by: str = "",
) -> None:
    """Store a declaration; `by`: who gave the access with which it was made, if not the user themselves."""
    values = {
        "id": acceptance_id,
        "tenant_id": account.tenant_id,
        "person_id": account.person_id,
        "subject_id": account.subject,
        "at": at,
        "made_by": by or None,
        "sealed": ACCEPTANCE_CODEC.seal(keys, account.tenant_id, [(account.subject, acceptance_id, acceptance)])[0],
    }
    await session.execute(insert(AcceptanceRow).values(values))


async def latest_acceptance(
    session: AsyncSession, keys: Keys, tenant_id: str, person_id: str, by: str = ""
) -> AcceptancePart | None:
    """Return the latest declaration of the user or, with `by`, also with the access given by that person; None if there
    is none."""
    query = select(AcceptanceRow).where(
        AcceptanceRow.tenant_id == tenant_id,
        AcceptanceRow.person_id == person_id,
        or_(AcceptanceRow.made_by.is_(None), AcceptanceRow.made_by == CONSOLE, AcceptanceRow.made_by == by),
    )
    row = await session.scalar(query.order_by(AcceptanceRow.id.desc()).limit(1))
    if row is None:
        return None
    part = ACCEPTANCE_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed)])[0]
    return part if isinstance(part, AcceptancePart) else None


async def delete_acceptances(session: AsyncSession, tenant_id: str, person_id: str) -> None:
    await session.execute(
        delete(AcceptanceRow).where(AcceptanceRow.tenant_id == tenant_id, AcceptanceRow.person_id == person_id)
    )
