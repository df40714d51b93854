"""All SQL on speed dials, and their sealing and opening."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.identity import Extension
from unificx.speed_dials.entries import from_texts, to_texts
from unificx.speed_dials.models import SpeedDialPart, SpeedDialRow
from unificx.speed_dials.schemas import SpeedDial

CODEC = SealedCodec(SpeedDialRow, SpeedDialPart)


async def all_entries(session: AsyncSession, keys: Keys) -> dict[str, tuple[str, str, tuple[SpeedDial, ...]]]:
    """Return tenant, subject and entries of all extensions of the installation, for the in-memory copy."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(SpeedDialRow))).all()
    by_tenant: defaultdict[str, list[SpeedDialRow]] = defaultdict(list)
    for row in rows:
        by_tenant[row.tenant_id].append(row)
    return {
        row.extension_id: (tenant_id, row.subject_id, entries)
        for tenant_id, found in by_tenant.items()
        for row, entries in zip(found, _open(keys, tenant_id, found), strict=True)
    }


async def entries_of(session: AsyncSession, keys: Keys, tenant_id: str, extension_id: str) -> tuple[SpeedDial, ...]:
    """Return the entries of an extension."""
    chosen = SpeedDialRow.tenant_id == tenant_id, SpeedDialRow.extension_id == extension_id
    row = await session.scalar(select(SpeedDialRow).where(*chosen))
    return _open(keys, tenant_id, [row])[0] if row is not None else ()


async def save(session: AsyncSession, keys: Keys, extension: Extension, entries: Sequence[SpeedDial]) -> None:
    """Store the entries of an extension, in place of earlier ones."""
    await delete_entries(session, extension.tenant_id, extension.id)
    if not entries:
        return
    part = SpeedDialPart(to_texts(entries))
    sealed = CODEC.seal(keys, extension.tenant_id, [(extension.subject, extension.id, part)])[0]
    await session.execute(
        insert(SpeedDialRow).values(
            extension_id=extension.id, tenant_id=extension.tenant_id, subject_id=extension.subject, sealed=sealed
        )
    )


async def delete_entries(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    await session.execute(
        delete(SpeedDialRow).where(SpeedDialRow.tenant_id == tenant_id, SpeedDialRow.extension_id == extension_id)
    )


async def delete_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    chosen = (SpeedDialRow.tenant_id == tenant_id, SpeedDialRow.subject_id == subject)
    await session.execute(delete(SpeedDialRow).where(*chosen))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(SpeedDialRow).where(SpeedDialRow.tenant_id == tenant_id))


def _open(keys: Keys, tenant_id: str, rows: Sequence[SpeedDialRow]) -> list[tuple[SpeedDial, ...]]:
    sealed = [(row.subject_id, row.extension_id, row.sealed) for row in rows]
    opened = CODEC.open(keys, tenant_id, sealed)
    return [() if isinstance(part, Erased) else from_texts(part.entries) for part in opened]
