"""All SQL on e-mails, addresses that do not work and push subscriptions, and their codecs."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from unificx.db import PageById, SealedCodec
from unificx.notifications import campaign_repository
from unificx.notifications.email_outcomes import Outcome, StoredState
from unificx.notifications.models import (
    EmailPart,
    EmailRow,
    PreferencePart,
    PreferenceRow,
    PushPart,
    PushRow,
    UndeliverablePart,
    UndeliverableRow,
)
from unificx.notifications.schemas import Subscription

EMAIL_CODEC = SealedCodec(EmailRow, EmailPart)
PUSH_CODEC = SealedCodec(PushRow, PushPart)
UNDELIVERABLE_CODEC = SealedCodec(UndeliverableRow, UndeliverablePart)
PREFERENCE_CODEC = SealedCodec(PreferenceRow, PreferencePart)

# E-mails


_WAITING = EmailRow.state == "waiting"
_ENDED = EmailRow.state.not_in(("waiting", "sending"))


def _due(*, sending: bool) -> InstrumentedAttribute[datetime]:
    """Return when an e-mail has to be looked at: without a mail server only when it expires."""
    return EmailRow.due if sending else EmailRow.expires


def _waiting(kinds: Collection[str] | None) -> list[ColumnElement[bool]]:
    """Return the conditions of e-mails of these kinds, or of all, that wait."""
    return [_WAITING, *([EmailRow.kind.in_(kinds)] if kinds is not None else ())]


async def due_emails(
    session: AsyncSession, now: datetime, limit: int, kinds: Collection[str] | None, *, sending: bool
) -> Sequence[str]:
    """Return the ids of the e-mails that are due, oldest first."""
    due = _due(sending=sending)
    # scope: all tenants, because the workers send the e-mails of all
    found = select(EmailRow.id).where(*_waiting(kinds), due <= now).order_by(due, EmailRow.id).limit(limit)
    return (await session.scalars(found)).all()


async def due_email(session: AsyncSession, email_id: str, now: datetime, *, sending: bool) -> EmailRow | None:
    """Return an e-mail if it is due."""
    # scope: all tenants, because the workers send the e-mails of all
    found = select(EmailRow).where(EmailRow.id == email_id, _WAITING, _due(sending=sending) <= now)
    return await session.scalar(found)


async def next_due(
    session: AsyncSession, kinds: Collection[str] | None, taken: Collection[str], *, sending: bool
) -> datetime | None:
    """Return when the next e-mail is due that is not taken."""
    # scope: all tenants, because the workers send the e-mails of all
    found = select(func.min(_due(sending=sending))).where(*_waiting(kinds), EmailRow.id.not_in(taken))
    return await session.scalar(found)


async def count_queued_emails(session: AsyncSession, tenant_id: str, subject: str) -> int:
    """Return the number of queued e-mails of a person."""
    found = select(func.count()).select_from(EmailRow)
    found = found.where(EmailRow.tenant_id == tenant_id, EmailRow.subject_id == subject, _WAITING)
    return await session.scalar(found) or 0


async def delete_email(session: AsyncSession, tenant_id: str, email_id: str) -> None:
    await session.execute(delete(EmailRow).where(EmailRow.tenant_id == tenant_id, EmailRow.id == email_id))


async def mark_handing_over(session: AsyncSession, tenant_id: str, email_id: str) -> None:
    statement = update(EmailRow).where(EmailRow.tenant_id == tenant_id, EmailRow.id == email_id)
    await session.execute(statement.values(state="sending"))


async def store_outcome(session: AsyncSession, row: EmailRow, outcome: Outcome, now: datetime, sealed: bytes) -> None:
    """Store the outcome of an attempt at `now`."""
    statement = update(EmailRow).where(EmailRow.tenant_id == row.tenant_id, EmailRow.id == row.id)
    values = {
        "state": outcome.state,
        "status": outcome.status,
        "tries": row.tries + (outcome.state != "expired"),
        "due": outcome.retry_at or row.due,
        "ended": None if outcome.state == "waiting" else now,
        "sealed": sealed,
    }
    await session.execute(statement.values(**values))


async def postpone(session: AsyncSession, row: EmailRow, attempts: int, due: datetime) -> None:
    """Let an e-mail that still waits be due at a time, after a number of attempts."""
    chosen = (EmailRow.tenant_id == row.tenant_id, EmailRow.id == row.id, _WAITING)
    await session.execute(update(EmailRow).where(*chosen).values(tries=attempts, due=due))


async def end_email(session: AsyncSession, row: EmailRow, state: StoredState, now: datetime) -> None:
    """End an e-mail whose outcome cannot be stored, unless its state has changed since. Its content stays."""
    chosen = (EmailRow.tenant_id == row.tenant_id, EmailRow.id == row.id, EmailRow.state == row.state)
    await session.execute(update(EmailRow).where(*chosen).values(state=state, ended=now))


async def interrupted_emails(session: AsyncSession, taken: Collection[str]) -> Sequence[EmailRow]:
    """Return the e-mails whose content was being sent, except those that are being sent now."""
    # scope: all tenants, because the workers send the e-mails of all
    found = select(EmailRow).where(EmailRow.state == "sending", EmailRow.id.not_in(taken))
    return (await session.scalars(found)).all()


async def delete_oldest_ended(session: AsyncSession, tenant_id: str, subject: str, keep: int) -> None:
    """Delete the records of the oldest ended e-mails of a person; the newest `keep` stay."""
    of_person = (EmailRow.tenant_id == tenant_id, EmailRow.subject_id == subject, _ENDED)
    old = select(EmailRow.id).where(*of_person).order_by(EmailRow.id.desc()).offset(keep)
    if ids := (await session.scalars(old)).all():
        await campaign_repository.keep_counts(session, *of_person, EmailRow.id.in_(ids))
        await session.execute(delete(EmailRow).where(*of_person, EmailRow.id.in_(ids)))


async def delete_ended(session: AsyncSession, before: datetime) -> None:
    """Delete the records of e-mails that ended before a time."""
    # scope: all tenants, because the period is the same for all
    await campaign_repository.keep_counts(session, EmailRow.ended < before)
    await session.execute(delete(EmailRow).where(EmailRow.ended < before))


async def emails(
    session: AsyncSession, tenant_id: str, request: PageById, states: Collection[str]
) -> Sequence[EmailRow]:
    """Return e-mails of a tenant in these states, newest first; all if there are none."""
    found = select(EmailRow).where(EmailRow.tenant_id == tenant_id)
    if states:
        found = found.where(EmailRow.state.in_(states))
    if request.after is not None:
        found = found.where(EmailRow.id < request.after)
    return (await session.scalars(found.order_by(EmailRow.id.desc()).limit(request.size + 1))).all()


async def email(session: AsyncSession, tenant_id: str, email_id: str) -> EmailRow | None:
    return await session.scalar(select(EmailRow).where(EmailRow.tenant_id == tenant_id, EmailRow.id == email_id))


async def tenant_of_email(session: AsyncSession, email_id: str) -> str | None:
    """Return the tenant of a sent e-mail, by the id in its Message-ID."""
    # scope: all tenants, because bounces of all arrive at one address
    found = select(EmailRow.tenant_id).where(EmailRow.id == email_id, EmailRow.state.in_(("sent", "unknown")))
    return await session.scalar(found)


async def count_by_state(session: AsyncSession, tenant_id: str) -> dict[str, int]:
    """Count the e-mails of a tenant by state."""
    number = func.count().label("number")
    found = select(EmailRow.state, number).where(EmailRow.tenant_id == tenant_id).group_by(EmailRow.state)
    return {str(row.state): int(row.number) for row in (await session.execute(found)).all()}


async def count_waiting(session: AsyncSession) -> tuple[int, int]:
    """Count the e-mails of all tenants that wait, and those among them that were rejected for now."""
    # scope: all tenants, for the operator of the installation
    found = select(func.count(), func.count().filter(EmailRow.tries > 0)).where(_WAITING)
    waiting, deferred = (await session.execute(found)).one()
    return waiting, deferred


# Addresses that do not work


async def mark_undeliverable(session: AsyncSession, row: UndeliverableRow) -> None:
    """Store a mark, in place of an earlier one."""
    chosen = (UndeliverableRow.tenant_id == row.tenant_id, UndeliverableRow.id == row.id)
    await session.execute(delete(UndeliverableRow).where(*chosen))
    session.add(row)


async def undeliverable(session: AsyncSession, tenant_id: str) -> Sequence[UndeliverableRow]:
    found = select(UndeliverableRow).where(UndeliverableRow.tenant_id == tenant_id)
    return (await session.scalars(found.order_by(UndeliverableRow.at.desc(), UndeliverableRow.id))).all()


async def clear_undeliverable(session: AsyncSession, tenant_id: str, address_id: str) -> bool:
    """Delete a mark; return False if there is none."""
    chosen = (UndeliverableRow.tenant_id == tenant_id, UndeliverableRow.id == address_id)
    row = await session.scalar(select(UndeliverableRow).where(*chosen))
    if row is not None:
        await session.delete(row)
    return row is not None


async def marked_subjects(session: AsyncSession) -> Sequence[tuple[str, str]]:
    """Return tenant and subject of all marks."""
    # scope: all tenants, because marks of closed accounts are deleted by one job
    found = await session.execute(select(UndeliverableRow.tenant_id, UndeliverableRow.subject_id).distinct())
    return [(tenant_id, subject) for tenant_id, subject in found.all()]


async def delete_marks(session: AsyncSession, tenant_id: str, subject: str) -> None:
    chosen = (UndeliverableRow.tenant_id == tenant_id, UndeliverableRow.subject_id == subject)
    await session.execute(delete(UndeliverableRow).where(*chosen))


# Preferences


async def list_preferences(session: AsyncSession) -> Sequence[PreferenceRow]:
    """Return the choices of all people, for the in-memory copy."""
    # scope: all tenants, because the copy holds all of them
    return (await session.scalars(select(PreferenceRow))).all()


async def preferences_of(session: AsyncSession, tenant_id: str, subject: str) -> Sequence[PreferenceRow]:
    """Return the choices of a person."""
    chosen = (PreferenceRow.tenant_id == tenant_id, PreferenceRow.subject_id == subject)
    return (await session.scalars(select(PreferenceRow).where(*chosen))).all()


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


async def delete_expired_subscription(session: AsyncSession, expired: Subscription) -> None:
    """Delete a subscription, but not the one that has taken its place."""
    chosen = (PushRow.tenant_id == expired.tenant_id, PushRow.id == expired.session_id)
    await session.execute(delete(PushRow).where(*chosen, PushRow.sealed == expired.sealed))


async def bind_device(session: AsyncSession, tenant_id: str, session_id: str, device_id: str) -> None:
    statement = update(PushRow).where(PushRow.tenant_id == tenant_id, PushRow.id == session_id)
    await session.execute(statement.values(device_id=device_id))


async def erase_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the rows of an erased subject, which cannot be decrypted any more."""
    await session.execute(delete(EmailRow).where(EmailRow.tenant_id == tenant_id, EmailRow.subject_id == subject))
    await session.execute(delete(PushRow).where(PushRow.tenant_id == tenant_id, PushRow.subject_id == subject))
    await delete_preferences(session, tenant_id, subject)
    await delete_marks(session, tenant_id, subject)
