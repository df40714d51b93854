"""All SQL on presence, and sealing and opening of its notes and destinations."""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.presence.models import PresencePart, PresenceRow
from unificx.presence.profiles import from_texts, to_texts
from unificx.presence.schemas import Presence, PresenceState

CODEC = SealedCodec(PresenceRow, PresencePart)
_NO_PART = PresencePart("", ())


async def all_presences(session: AsyncSession, keys: Keys) -> list[Presence]:
    """Return all rows of the installation, for the in-memory cache."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(PresenceRow))).all()
    by_tenant: defaultdict[str, list[PresenceRow]] = defaultdict(list)
    for row in rows:
        by_tenant[row.tenant_id].append(row)
    return [one for tenant_id, found in by_tenant.items() for one in _open(keys, tenant_id, found)]


async def get(session: AsyncSession, keys: Keys, tenant_id: str, extension_id: str) -> Presence | None:
    """Return the presence of an extension, None without a row."""
    chosen = PresenceRow.tenant_id == tenant_id, PresenceRow.extension_id == extension_id
    row = await session.scalar(select(PresenceRow).where(*chosen))
    return _open(keys, tenant_id, [row])[0] if row is not None else None


async def save(session: AsyncSession, keys: Keys, presence: Presence) -> None:
    """Store the presence of an extension, in place of an earlier one."""
    await delete_presences(session, presence.tenant_id, [presence.extension_id])
    part = PresencePart(presence.note, to_texts(presence.profiles))
    sealed = CODEC.seal(keys, presence.tenant_id, [(presence.subject, presence.extension_id, part)])[0]
    await session.execute(
        insert(PresenceRow).values(
            extension_id=presence.extension_id,
            tenant_id=presence.tenant_id,
            state=presence.state,
            until=presence.until,
            call_waiting=presence.call_waiting,
            subject_id=presence.subject,
            sealed=sealed if part != _NO_PART else None,
        )
    )


async def delete_presences(session: AsyncSession, tenant_id: str, extension_ids: Sequence[str]) -> None:
    await session.execute(
        delete(PresenceRow).where(PresenceRow.tenant_id == tenant_id, PresenceRow.extension_id.in_(extension_ids))
    )


async def delete_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    chosen = (PresenceRow.tenant_id == tenant_id, PresenceRow.subject_id == subject)
    await session.execute(delete(PresenceRow).where(*chosen))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(PresenceRow).where(PresenceRow.tenant_id == tenant_id))


def _open(keys: Keys, tenant_id: str, rows: Sequence[PresenceRow]) -> list[Presence]:
    sealed = [(row.subject_id, row.extension_id, row.sealed) for row in rows if row.sealed is not None]
    opened = CODEC.open_by_row(keys, tenant_id, sealed)
    parts = {extension_id: part for extension_id, part in opened.items() if not isinstance(part, Erased)}
    return [_to_presence(row, parts.get(row.extension_id, _NO_PART)) for row in rows]


def _to_presence(row: PresenceRow, part: PresencePart) -> Presence:
    return Presence(
        row.extension_id,
        row.tenant_id,
        row.subject_id,
        cast("PresenceState", row.state),
        row.until,
        row.call_waiting,
        part.note,
        from_texts(part.rules),
    )
