"""All SQL on invitations to meetings and calendar feeds, and sealing and opening of the people invited."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.conferencing.models import CalendarFeedRow, GuestLinkRow, InvitationPart, InvitationRow
from unificx.conferencing.schemas import CalendarFeed, Invitation, Language
from unificx.db import Erased, Keys, SealedCodec

CODEC = SealedCodec(InvitationRow, InvitationPart)


async def insert_invitation(session: AsyncSession, keys: Keys, tenant_id: str, new: Invitation) -> None:
    """Store an invitation. Raises ErasedSubject."""
    part = InvitationPart(new.address, new.name, new.link)
    [sealed] = CODEC.seal(keys, tenant_id, [(new.subject, new.id, part)])
    values = {"id": new.id, "tenant_id": tenant_id, "room_id": new.room_id, "extension_id": new.extension_id or None}
    values |= {"invited": new.invited, "language": new.language, "subject_id": new.subject, "sealed": sealed}
    await session.execute(insert(InvitationRow).values(**values))


async def invitations(session: AsyncSession, keys: Keys, tenant_id: str, room_id: str) -> list[Invitation]:
    """Return the invitations to a meeting in order, without erased people."""
    of_room = (InvitationRow.tenant_id == tenant_id, InvitationRow.room_id == room_id)
    rows = (await session.scalars(select(InvitationRow).where(*of_room).order_by(InvitationRow.id))).all()
    parts = CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [
        Invitation(
            id=row.id,
            room_id=row.room_id,
            extension_id=row.extension_id or "",
            subject=row.subject_id,
            invited=row.invited,
            language=cast("Language", row.language),
            address=part.address,
            name=part.name,
            link=part.link,
        )
        for row, part in zip(rows, parts, strict=True)
        if not isinstance(part, Erased)
    ]


async def count_invitations(session: AsyncSession, tenant_id: str, room_id: str) -> int:
    of_room = (InvitationRow.tenant_id == tenant_id, InvitationRow.room_id == room_id)
    return await session.scalar(select(func.count()).select_from(InvitationRow).where(*of_room)) or 0


async def rooms_with(session: AsyncSession, tenant_id: str, extension_ids: Sequence[str]) -> Sequence[str]:
    """Return the ids of the rooms to which one of these extensions is invited."""
    invited = (InvitationRow.tenant_id == tenant_id, InvitationRow.extension_id.in_(extension_ids))
    return (await session.scalars(select(InvitationRow.room_id).where(*invited).distinct())).all()


async def delete_invitation(session: AsyncSession, tenant_id: str, invitation_id: str) -> None:
    """Delete an invitation with its guest link."""
    links = (GuestLinkRow.tenant_id == tenant_id, GuestLinkRow.invitation_id == invitation_id)
    await session.execute(delete(GuestLinkRow).where(*links))
    own = (InvitationRow.tenant_id == tenant_id, InvitationRow.id == invitation_id)
    await session.execute(delete(InvitationRow).where(*own))


async def delete_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the invitations of a person with their guest links."""
    own = (InvitationRow.tenant_id == tenant_id, InvitationRow.subject_id == subject)
    for invitation_id in (await session.scalars(select(InvitationRow.id).where(*own))).all():
        await delete_invitation(session, tenant_id, invitation_id)


async def delete_of_extension(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Delete the invitations and the calendar of an extension."""
    for row in (InvitationRow, CalendarFeedRow):
        own = (row.tenant_id == tenant_id, row.extension_id == extension_id)
        await session.execute(delete(row).where(*own))


async def prolong_links(session: AsyncSession, tenant_id: str, room_id: str, expires: datetime) -> None:
    """Change the end of the guest links of invitations to a meeting."""
    of_room = (GuestLinkRow.tenant_id == tenant_id, GuestLinkRow.room_id == room_id)
    statement = update(GuestLinkRow).where(*of_room, GuestLinkRow.invitation_id.is_not(None))
    await session.execute(statement.values(expires=expires))


async def insert_feed(session: AsyncSession, feed: CalendarFeed, secret_digest: str) -> None:
    values = {"id": feed.id, "tenant_id": feed.tenant_id, "extension_id": feed.extension_id}
    values |= {"secret_digest": secret_digest, "created": feed.created}
    await session.execute(insert(CalendarFeedRow).values(**values))


async def feeds_of(session: AsyncSession, tenant_id: str, extension_ids: Sequence[str]) -> Sequence[CalendarFeed]:
    """Return the calendars of these extensions."""
    own = (CalendarFeedRow.tenant_id == tenant_id, CalendarFeedRow.extension_id.in_(extension_ids))
    rows = await session.scalars(select(CalendarFeedRow).where(*own).order_by(CalendarFeedRow.id))
    return [_to_feed(row) for row in rows]


async def feed_of_secret(session: AsyncSession, secret_digest: str) -> CalendarFeed | None:
    """Return the calendar with a secret."""
    # scope: all tenants, because the secret of a calendar belongs to one of them.
    row = await session.scalar(select(CalendarFeedRow).where(CalendarFeedRow.secret_digest == secret_digest))
    return _to_feed(row) if row is not None else None


async def delete_feeds(session: AsyncSession, tenant_id: str, extension_ids: Sequence[str]) -> None:
    own = (CalendarFeedRow.tenant_id == tenant_id, CalendarFeedRow.extension_id.in_(extension_ids))
    await session.execute(delete(CalendarFeedRow).where(*own))


def _to_feed(row: CalendarFeedRow) -> CalendarFeed:
    return CalendarFeed(row.id, row.tenant_id, row.extension_id, row.created)
