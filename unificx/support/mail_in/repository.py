"""All SQL on the mailbox."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.support.mail_in.models import HandledEmailRow, MailboxRow
from unificx.support.mail_in.ports import Position


async def position(session: AsyncSession, mailbox_id: str) -> Position | None:
    """Return how far a mailbox was read; None if it never was."""
    row = await session.get(MailboxRow, mailbox_id, populate_existing=True)
    return Position(row.validity, row.uid) if row is not None else None


async def set_position(session: AsyncSession, mailbox_id: str, reached: Position) -> None:
    """Store how far a mailbox was read."""
    await session.merge(MailboxRow(id=mailbox_id, validity=reached.validity, uid=reached.uid))


async def is_handled(session: AsyncSession, mailbox_id: str, digest: str) -> bool:
    """Return whether an e-mail was handled."""
    chosen = HandledEmailRow.mailbox_id == mailbox_id, HandledEmailRow.digest == digest
    return await session.scalar(select(HandledEmailRow.id).where(*chosen)) is not None


def add_handled(
    session: AsyncSession, row_id: str, mailbox_id: str, digest: str, *, at: datetime, outcome: str
) -> None:
    """Note that an e-mail was handled."""
    session.add(HandledEmailRow(id=row_id, mailbox_id=mailbox_id, digest=digest, at=at, outcome=outcome))


async def delete_handled(session: AsyncSession, before: datetime) -> None:
    """Delete the notes on e-mails that were handled before a time."""
    await session.execute(delete(HandledEmailRow).where(HandledEmailRow.at < before))
