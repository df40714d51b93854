"""All SQL on attachments, and sealing of their names."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.attachments.file_names import present_names
from unificx.attachments.models import AttachmentLimitsRow, AttachmentPart, AttachmentRow
from unificx.attachments.schemas import Attachment, AttachmentKind, AttachmentLimits, Owner
from unificx.db import Erased, Keys, SealedCodec, owned_by

CODEC = SealedCodec(AttachmentRow, AttachmentPart)
ARRIVING, READY = "arriving", "ready"


@dataclass(frozen=True, slots=True)
class Stored:
    """The plain columns of an attachment."""

    id: str
    tenant_id: str
    person_id: str
    state: str
    kind: str
    created: datetime
    expires: datetime | None
    length: int
    size: int
    conversation_id: str | None
    message_id: str | None
    wrapped: bytes
    subject: str


async def add(session: AsyncSession, keys: Keys, new: Stored, part: AttachmentPart) -> None:
    await session.execute(
        insert(AttachmentRow).values(
            id=new.id,
            tenant_id=new.tenant_id,
            person_id=new.person_id,
            state=new.state,
            kind=new.kind,
            created=new.created,
            expires=new.expires,
            length=new.length,
            size=new.size,
            conversation_id=None,
            message_id=None,
            place=0,
            wrapped=new.wrapped,
            subject_id=new.subject,
            sealed=_seal(keys, new, part),
        )
    )


async def get(session: AsyncSession, tenant_id: str, attachment_id: str) -> Stored | None:
    chosen = (AttachmentRow.tenant_id == tenant_id, AttachmentRow.id == attachment_id)
    row = await session.scalar(select(AttachmentRow).where(*chosen))
    return None if row is None else _stored(row)


async def part_of(session: AsyncSession, keys: Keys, tenant_id: str, attachment_id: str) -> AttachmentPart | None:
    """Return name, type and measures; None for an unknown attachment or an erased author."""
    chosen = (AttachmentRow.tenant_id == tenant_id, AttachmentRow.id == attachment_id)
    row = await session.scalar(select(AttachmentRow).where(*chosen))
    if row is None:
        return None
    [part] = CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed)])
    return None if isinstance(part, Erased) else part


async def finish(session: AsyncSession, keys: Keys, stored: Stored, part: AttachmentPart) -> bool:
    """Store kind, size and measures of a complete file; False if it was deleted meanwhile."""
    chosen = (AttachmentRow.tenant_id == stored.tenant_id, AttachmentRow.id == stored.id)
    values = {"state": READY, "kind": stored.kind, "size": stored.size, "sealed": _seal(keys, stored, part)}
    done = update(AttachmentRow).where(*chosen, AttachmentRow.state == ARRIVING).values(**values)
    return (await session.execute(done.returning(AttachmentRow.id))).first() is not None


async def attach(
    session: AsyncSession, owner: Owner, attachment_ids: Sequence[str], conversation_id: str, message_id: str
) -> bool:
    """Give complete files of an author to a message, in order; False if one is not theirs or has a message."""
    for place, attachment_id in enumerate(attachment_ids):
        chosen = (
            AttachmentRow.tenant_id == owner.tenant_id,
            AttachmentRow.id == attachment_id,
            AttachmentRow.person_id == owner.person_id,
            AttachmentRow.state == READY,
            AttachmentRow.message_id.is_(None),
        )
        values = {"conversation_id": conversation_id, "message_id": message_id, "place": place, "expires": None}
        done = update(AttachmentRow).where(*chosen).values(**values).returning(AttachmentRow.id)
        if (await session.execute(done)).first() is None:
            return False
    return True


async def of_messages(
    session: AsyncSession, keys: Keys, tenant_id: str, message_ids: Sequence[str]
) -> dict[str, tuple[Attachment, ...]]:
    """Return the attachments of messages, by message."""
    chosen = (owned_by(AttachmentRow.tenant_id, tenant_id), AttachmentRow.message_id.in_(message_ids))
    rows = (await session.scalars(select(AttachmentRow).where(*chosen).order_by(AttachmentRow.place))).all()
    found: defaultdict[str, tuple[Attachment, ...]] = defaultdict(tuple)
    items = [(row.subject_id, row.id, row.sealed) for row in rows]
    for row, part in zip(rows, CODEC.open(keys, tenant_id, items), strict=True):
        if not isinstance(part, Erased):
            found[row.message_id or ""] += (to_attachment(_stored(row), part),)
    return found


async def usage(session: AsyncSession, tenant_id: str) -> int:
    """Return the bytes of all files of a tenant, with those reserved for files that arrive."""
    query = select(func.coalesce(func.sum(AttachmentRow.size), 0)).where(AttachmentRow.tenant_id == tenant_id)
    return int(await session.scalar(query) or 0)


async def stored_bytes(session: AsyncSession) -> dict[str, int]:
    """Return the bytes of the complete files of each tenant."""
    # scope: all tenants, because each row names its tenant
    query = select(AttachmentRow.tenant_id, func.sum(AttachmentRow.size)).where(AttachmentRow.state == READY)
    rows = await session.execute(query.group_by(AttachmentRow.tenant_id))
    return {tenant_id: int(size or 0) for tenant_id, size in rows}


async def count_loose(session: AsyncSession, owner: Owner) -> int:
    """Return the number of files of an author that no message has."""
    chosen = (AttachmentRow.tenant_id == owner.tenant_id, AttachmentRow.person_id == owner.person_id)
    query = select(func.count()).select_from(AttachmentRow).where(*chosen, AttachmentRow.message_id.is_(None))
    return await session.scalar(query) or 0


async def limits(session: AsyncSession, tenant_id: str) -> AttachmentLimits:
    row = await session.scalar(select(AttachmentLimitsRow).where(AttachmentLimitsRow.tenant_id == tenant_id))
    return AttachmentLimits() if row is None else AttachmentLimits(row.max_file_bytes, row.quota_bytes)


async def put_limits(session: AsyncSession, tenant_id: str, changed: AttachmentLimits) -> None:
    await session.execute(delete(AttachmentLimitsRow).where(AttachmentLimitsRow.tenant_id == tenant_id))
    values = {"max_file_bytes": changed.max_file_bytes, "quota_bytes": changed.quota_bytes}
    await session.execute(insert(AttachmentLimitsRow).values(tenant_id=tenant_id, **values))


# ---- deletion


async def remove(session: AsyncSession, tenant_id: str, attachment_id: str) -> list[str]:
    """Delete a file that no message has; return its id."""
    chosen = (AttachmentRow.id == attachment_id, AttachmentRow.message_id.is_(None))
    return await _remove(session, tenant_id, *chosen)


async def remove_of_messages(session: AsyncSession, tenant_id: str, message_ids: Sequence[str]) -> list[str]:
    return await _remove(session, tenant_id, AttachmentRow.message_id.in_(message_ids))


async def remove_of_conversation(session: AsyncSession, tenant_id: str, conversation_id: str) -> list[str]:
    return await _remove(session, tenant_id, AttachmentRow.conversation_id == conversation_id)


async def remove_of_author(session: AsyncSession, tenant_id: str, subject: str) -> list[str]:
    return await _remove(session, tenant_id, AttachmentRow.subject_id == subject)


async def remove_of_tenant(session: AsyncSession, tenant_id: str) -> list[str]:
    await session.execute(delete(AttachmentLimitsRow).where(AttachmentLimitsRow.tenant_id == tenant_id))
    return await _remove(session, tenant_id)


async def remove_expired(session: AsyncSession, now: datetime) -> list[str]:
    """Delete files that no message has in time; return their ids."""
    # scope: all tenants, because uploads of every tenant end after the same time
    done = delete(AttachmentRow).where(AttachmentRow.expires <= now).returning(AttachmentRow.id)
    return list((await session.execute(done)).scalars())


async def of_author(session: AsyncSession, tenant_id: str, subject: str) -> list[Stored]:
    """Return the complete files of an author, oldest first."""
    chosen = (AttachmentRow.tenant_id == tenant_id, AttachmentRow.subject_id == subject, AttachmentRow.state == READY)
    order = (AttachmentRow.created, AttachmentRow.id)
    return [_stored(row) for row in await session.scalars(select(AttachmentRow).where(*chosen).order_by(*order))]


async def known_attachment_files(session: AsyncSession) -> set[str]:
    """Return the names of all files that should or may exist."""
    # scope: all tenants, because files of every tenant are in one directory
    rows = await session.execute(select(AttachmentRow.id, AttachmentRow.state, AttachmentRow.kind))
    return {name for attachment_id, state, kind in rows for name in present_names(attachment_id, state == READY, kind)}


async def _remove(session: AsyncSession, tenant_id: str, *chosen: ColumnElement[bool]) -> list[str]:
    done = delete(AttachmentRow).where(AttachmentRow.tenant_id == tenant_id, *chosen).returning(AttachmentRow.id)
    return list((await session.execute(done)).scalars())


def _seal(keys: Keys, stored: Stored, part: AttachmentPart) -> bytes:
    return CODEC.seal(keys, stored.tenant_id, [(stored.subject, stored.id, part)])[0]


def to_attachment(stored: Stored, part: AttachmentPart) -> Attachment:
    measures = (part.width, part.height, part.seconds, part.peaks)
    kind = cast("AttachmentKind", stored.kind)
    return Attachment(stored.id, kind, stored.size, part.name, part.media_type, *measures)


def _stored(row: AttachmentRow) -> Stored:
    return Stored(
        id=row.id,
        tenant_id=row.tenant_id,
        person_id=row.person_id,
        state=row.state,
        kind=row.kind,
        created=row.created,
        expires=row.expires,
        length=row.length,
        size=row.size,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        wrapped=row.wrapped,
        subject=row.subject_id,
    )
