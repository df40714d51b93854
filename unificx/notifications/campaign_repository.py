"""All SQL on campaigns and unsubscribed addresses."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.identity import Language
from unificx.notifications.models import CampaignRow, EmailRow, SuppressedRow, UndeliverableRow
from unificx.notifications.schemas import CampaignProgress, CampaignText
from unificx.notifications.unsubscription import Recipient

# Campaigns


async def campaigns(session: AsyncSession, tenant_id: str) -> Sequence[CampaignRow]:
    """Return the campaigns of a tenant, newest first."""
    found = select(CampaignRow).where(CampaignRow.tenant_id == tenant_id).order_by(CampaignRow.id.desc())
    return (await session.scalars(found)).all()


async def campaign(session: AsyncSession, tenant_id: str, campaign_id: str) -> CampaignRow | None:
    found = select(CampaignRow).where(CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id)
    return await session.scalar(found)


async def count_campaigns(session: AsyncSession, tenant_id: str) -> int:
    found = select(func.count()).select_from(CampaignRow).where(CampaignRow.tenant_id == tenant_id)
    return await session.scalar(found) or 0


async def last_sent(session: AsyncSession, tenant_id: str, since: datetime) -> Sequence[datetime]:
    """Return the times since then at which campaigns of a tenant were sent, oldest first; of deleted campaigns, those
    at which the first e-mail left."""
    sent = select(CampaignRow.sent.label("at")).where(CampaignRow.tenant_id == tenant_id, CampaignRow.sent > since)
    present = select(CampaignRow.id).where(CampaignRow.tenant_id == tenant_id)
    of_campaign = (EmailRow.tenant_id == tenant_id, EmailRow.campaign_id.is_not(None))
    of_deleted = (*of_campaign, EmailRow.campaign_id.not_in(present))
    first = func.min(EmailRow.ended)
    left = select(first).where(*of_deleted).group_by(EmailRow.campaign_id).having(first > since)
    return [at for at in await session.scalars(union_all(sent, left).order_by("at")) if at is not None]


async def change_draft(
    session: AsyncSession, tenant_id: str, campaign_id: str, values: Mapping[str, str | None]
) -> bool:
    """Change the texts of a draft; return False if there is none, or if it was sent."""
    draft = (CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id, CampaignRow.sent.is_(None))
    changed = await session.execute(update(CampaignRow).where(*draft).values(**values))
    return changed.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


async def mark_sent(session: AsyncSession, tenant_id: str, campaign_id: str, at: datetime, recipients: int) -> bool:
    """Mark a draft as sent; return False if it was sent before."""
    draft = (CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id, CampaignRow.sent.is_(None))
    changed = await session.execute(update(CampaignRow).where(*draft).values(sent=at, recipients=recipients))
    return changed.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


_DELIVERED, _FAILED = ("sent", "unknown"), ("failed", "expired", "bounced")


def _counts(*chosen: ColumnElement[bool]) -> Select[str, str, str, int, int]:
    """Count e-mails of campaigns by tenant, campaign and state, and those among them whose recipient has unsubscribed
    since the campaign was sent."""
    unsubscribed = and_(
        SuppressedRow.tenant_id == EmailRow.tenant_id,
        SuppressedRow.subject_id == EmailRow.subject_id,
        SuppressedRow.reason == "unsubscribe",
        SuppressedRow.at >= CampaignRow.sent,
    )
    own = and_(CampaignRow.tenant_id == EmailRow.tenant_id, CampaignRow.id == EmailRow.campaign_id)
    number, ended = func.count(EmailRow.id.distinct()), func.count(SuppressedRow.subject_id.distinct())
    return (
        select(EmailRow.tenant_id, CampaignRow.id, EmailRow.state, number, ended)
        .join(CampaignRow, own)
        .outerjoin(SuppressedRow, unsubscribed)
        .where(*chosen)
        .group_by(EmailRow.tenant_id, CampaignRow.id, EmailRow.state)
    )


async def progress(session: AsyncSession, tenant_id: str) -> dict[str, CampaignProgress]:
    """Count the e-mails of the campaigns of a tenant whose records exist, by campaign."""
    found: dict[str, CampaignProgress] = {}
    for _, campaign_id, state, number, ended in await session.execute(_counts(EmailRow.tenant_id == tenant_id)):
        before = found.get(campaign_id, CampaignProgress())
        found[campaign_id] = CampaignProgress(
            waiting=before.waiting + number * (state in ("waiting", "sending")),
            delivered=before.delivered + number * (state in _DELIVERED),
            failed=before.failed + number * (state in _FAILED),
            complained=before.complained + number * (state == "complained"),
            unsubscribed=before.unsubscribed + ended,
        )
    return found


async def keep_counts(session: AsyncSession, *chosen: ColumnElement[bool]) -> None:
    """Add ended e-mails to the numbers of their campaigns. Call before their records are deleted, within the same
    transaction."""
    for tenant_id, campaign_id, state, number, ended in (await session.execute(_counts(*chosen))).all():
        own = (CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id)
        numbers = {
            CampaignRow.delivered: CampaignRow.delivered + number * (state in _DELIVERED),
            CampaignRow.failed: CampaignRow.failed + number * (state in _FAILED),
            CampaignRow.complained: CampaignRow.complained + number * (state == "complained"),
            CampaignRow.unsubscribed: CampaignRow.unsubscribed + ended,
        }
        await session.execute(update(CampaignRow).where(*own).values(numbers))


async def delete_campaign(session: AsyncSession, tenant_id: str, campaign_id: str) -> None:
    """Delete a campaign with its waiting e-mails."""
    emails = (EmailRow.tenant_id == tenant_id, EmailRow.campaign_id == campaign_id, EmailRow.state == "waiting")
    await session.execute(delete(EmailRow).where(*emails))
    await session.execute(delete(CampaignRow).where(CampaignRow.tenant_id == tenant_id, CampaignRow.id == campaign_id))


def texts_of(row: CampaignRow | None) -> Mapping[Language, CampaignText]:
    """Return the texts of a campaign by language; none without a campaign."""
    found: dict[Language, CampaignText] = {}
    if row is None:
        return found
    if row.subject_en is not None and row.text_en is not None:
        found["en"] = CampaignText(row.subject_en, row.text_en)
    if row.subject_de is not None and row.text_de is not None:
        found["de"] = CampaignText(row.subject_de, row.text_de)
    return found


# Unsubscribed addresses


async def suppressed(session: AsyncSession, tenant_id: str, address: str) -> SuppressedRow | None:
    """Return the row of an address, by its hash."""
    found = select(SuppressedRow).where(SuppressedRow.tenant_id == tenant_id, SuppressedRow.id == address)
    return await session.scalar(found)


async def all_suppressed(session: AsyncSession, tenant_id: str) -> dict[str, SuppressedRow]:
    """Return the rows of a tenant, by the hash of the address."""
    found = await session.scalars(select(SuppressedRow).where(SuppressedRow.tenant_id == tenant_id))
    return {row.id: row for row in found}


async def undeliverable(session: AsyncSession, tenant_id: str) -> frozenset[str]:
    """Return the hashes of addresses that do not work."""
    found = select(UndeliverableRow.id).where(UndeliverableRow.tenant_id == tenant_id)
    return frozenset(await session.scalars(found))


async def is_undeliverable(session: AsyncSession, tenant_id: str, address: str) -> bool:
    """Return whether an address, given by its hash, does not work."""
    chosen = (UndeliverableRow.tenant_id == tenant_id, UndeliverableRow.id == address)
    return await session.scalar(select(UndeliverableRow.id).where(*chosen)) is not None


async def suppress(session: AsyncSession, recipient: Recipient, at: datetime, reason: str) -> None:
    """Store that an address gets no advertising, in place of an earlier row."""
    chosen = (SuppressedRow.tenant_id == recipient.tenant_id, SuppressedRow.id == recipient.address)
    await session.execute(delete(SuppressedRow).where(*chosen))
    session.add(
        SuppressedRow(
            id=recipient.address,
            tenant_id=recipient.tenant_id,
            subject_id=recipient.subject,
            at=at,
            reason=reason,
        )
    )
