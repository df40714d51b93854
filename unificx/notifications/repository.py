"""All SQL on queued e-mails and push subscriptions, and their codecs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import SealedCodec
from unificx.notifications.models import EmailPart, EmailRow, PreferencePart, PreferenceRow, PushPart, PushRow

EMAIL_CODEC = SealedCodec(EmailRow, EmailPart)
PUSH_CODEC = SealedCodec(PushRow, PushPart)
PREFERENCE_CODEC = SealedCodec(PreferenceRow, PreferencePart)

# E-mails


async def due_emails(session: AsyncSession, now: datetime, limit: int) -> Sequence[EmailRow]:
    """Return the e-mails that are due, oldest first."""
    # scope: all tenants, because one worker sends all e-mails
    found = select(EmailRow).where(EmailRow.due <= now).order_by(EmailRow.due, EmailRow.id).limit(limit)
    return (await session.scalars(found)).all()


async def next_due(session: AsyncSession) -> datetime | None:
    """Return when the next e-mail is due."""
    # scope: all tenants, because one worker sends all e-mails
    return await session.scalar(select(func.min(EmailRow.due)))


async def count_queued_emails(session: AsyncSession, tenant_id: str, subject: str) -> int:
    """Return the number of queued e-mails of a person."""
    found = select(func.count()).select_from(EmailRow)
    found = found.where(EmailRow.tenant_id == tenant_id, EmailRow.subject_id == subject)
    return await session.scalar(found) or 0


async def delete_email(session: AsyncSession, tenant_id: str, email_id: str) -> None:
    await session.execute(delete(EmailRow).where(EmailRow.tenant_id == tenant_id, EmailRow.id == email_id))


async def postpone_email(session: AsyncSession, tenant_id: str, email_id: str, *, tries: int, due: datetime) -> None:
    statement = update(EmailRow).where(EmailRow.tenant_id == tenant_id, EmailRow.id == email_id)
    await session.execute(statement.values(tries=tries, due=due))


# Preferences


async def list_preferences(session: AsyncSession) -> Sequence[PreferenceRow]:
    """Return the choices of all people, for the in-memory copy."""
    # scope: all tenants, because the copy holds all of them
    return (await session.scalars(select(PreferenceRow))).all()


async def delete_preferences(session: AsyncSession, tenant_id: str, subject: str) -> None:
    chosen = (PreferenceRow.tenant_id == tenant_id, PreferenceRow.subject_id == subject)
    await session.execute(delete(PreferenceRow).where(*chosen))


# Push subscriptions


async def list_subscriptions(session: AsyncSession) -> Sequence[PushRow]:
    """Return all subscriptions, for the in-memory index."""
    # scope: all tenants, because the index holds all of them
    return (await session.scalars(select(PushRow))).all()


async def delete_subscription(session: AsyncSession, tenant_id: str, session_id: str) -> None:
    await session.execute(delete(PushRow).where(PushRow.tenant_id == tenant_id, PushRow.id == session_id))


async def bind_device(session: AsyncSession, tenant_id: str, session_id: str, device_id: str) -> None:
    statement = update(PushRow).where(PushRow.tenant_id == tenant_id, PushRow.id == session_id)
    await session.execute(statement.values(device_id=device_id))


async def erase_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the rows of an erased subject, which cannot be decrypted any more."""
    await session.execute(delete(EmailRow).where(EmailRow.tenant_id == tenant_id, EmailRow.subject_id == subject))
    await session.execute(delete(PushRow).where(PushRow.tenant_id == tenant_id, PushRow.subject_id == subject))
    await delete_preferences(session, tenant_id, subject)
