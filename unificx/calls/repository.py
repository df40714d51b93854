"""SQL statements of live calls, and sealing of their personal data."""

from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.calls.models import LiveCallPart, LiveCallRow
from unificx.cluster import JournalEntry
from unificx.db import Erased, Keys, SealedCodec, UnsealError

log = structlog.get_logger()
LIVE_CALL = SealedCodec(LiveCallRow, LiveCallPart)
SUBJECT = "live-calls"
"""A call concerns several data subjects, so while it lasts it is sealed under a key of the tenant."""


def seal_live_call(keys: Keys, tenant_id: str, call_id: str, part: LiveCallPart) -> bytes:
    """Seal the personal data of a call."""
    return LIVE_CALL.seal(keys, tenant_id, [(SUBJECT, call_id, part)])[0]


async def upsert_live_calls(session: AsyncSession, rows: Sequence[tuple[str, str, bytes]]) -> None:
    """Insert or replace (call id, tenant, sealed part)."""
    await delete_live_calls(session, [call_id for call_id, _, _ in rows])
    values = [{"id": call, "tenant_id": tenant, "subject_id": SUBJECT, "sealed": part} for call, tenant, part in rows]
    await session.execute(insert(LiveCallRow), values)


async def delete_live_calls(session: AsyncSession, call_ids: Sequence[str]) -> None:
    """Delete ended calls."""
    # scope: all tenants, because a batch of the spool holds the calls of all of them
    await session.execute(delete(LiveCallRow).where(LiveCallRow.id.in_(call_ids)))


async def list_live_calls(session: AsyncSession) -> Sequence[JournalEntry]:
    """List all calls that were live when the process ended."""
    # scope: all tenants, because a restart restores the calls of all of them
    rows = await session.scalars(select(LiveCallRow))
    return [JournalEntry(row.id, row.tenant_id, row.sealed) for row in rows]


def unseal_live_calls(keys: Keys, entries: Iterable[JournalEntry]) -> list[tuple[str, str, LiveCallPart]]:
    """Return (call id, tenant, part) of the entries whose key still exists; damaged ones are skipped."""
    found: list[tuple[str, str, LiveCallPart]] = []
    for entry in entries:
        try:
            [part] = LIVE_CALL.open(keys, entry.tenant_id, "operations", [(SUBJECT, entry.call_id, entry.sealed)])
        except UnsealError:
            log.warning("live_call_damaged", call=entry.call_id)
            continue
        if not isinstance(part, Erased):
            found.append((entry.call_id, entry.tenant_id, part))
    return found
