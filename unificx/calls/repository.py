"""SQL statements of live calls, and sealing of their personal data.

A call concerns several data subjects, so its part has a content key, wrapped under the key of each party and then under
the call's own key: it is unreadable once the call has ended or a party was erased, in backups too. Only with the call's
own key can be seen who the parties are.
"""

from collections.abc import Iterable, Sequence
from typing import cast

import structlog
from cryptography.exceptions import InvalidTag
from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.calls.models import LiveCallPart, LiveCallRow
from unificx.cluster import JournalEntry
from unificx.db import BulkInsert, ErasedSubject, Key, Keys, SealedCodec
from unificx.privacy import create_content_key, open_content_key, unwrap, wrap

log = structlog.get_logger()
LIVE_CALL = SealedCodec(LiveCallRow, LiveCallPart)
LIVE_CALL_KEYS = "live calls"
"""Scope of the calls' own keys in the key store, used in place of a tenant."""
EARLIER_KEY = "live-calls"
"""Key of the tenant under which earlier versions sealed calls, without a content key."""
_VERSION = 1
_NEW_LIVE_CALLS = BulkInsert(cast("Table", LiveCallRow.__table__))


def seal_live_call(
    keys: Keys, call: tuple[str, str], key_id: str, parties: Iterable[str], part: LiveCallPart
) -> JournalEntry:
    """Seal the personal data of a `call` (tenant and id), with its own key and the subjects of its `parties`. Raise
    ErasedSubject."""
    (tenant, call_id), owners = call, sorted(set(parties))
    own = keys.get(LIVE_CALL_KEYS, (key_id,))[key_id]
    if own is None:
        raise ErasedSubject("the key of the call was destroyed")
    aead, inner = create_content_key(keys, tenant, call_id, [(tenant, owner) for owner in owners])
    wrapped = wrap(own.aead, "/".join((inner.hex(), *owners)).encode(), tenant, call_id)
    sealed = LIVE_CALL.seal_with(Key(_VERSION, aead), tenant, key_id, call_id, part)
    return JournalEntry(call_id, tenant, key_id, wrapped.hex(), sealed)


async def upsert_live_calls(session: AsyncSession, entries: Sequence[JournalEntry]) -> None:
    """Insert or replace journalled calls."""
    await delete_live_calls(session, [entry.call_id for entry in entries])
    values = [
        {
            "id": entry.call_id,
            "tenant_id": entry.tenant_id,
            "subject_id": entry.key_id,
            "wrapped": entry.wrapped,
            "sealed": entry.sealed,
        }
        for entry in entries
    ]
    await _NEW_LIVE_CALLS.execute(session, values)


async def delete_live_calls(session: AsyncSession, call_ids: Sequence[str]) -> None:
    """Delete ended calls."""
    # scope: all tenants, because a batch of the spool holds the calls of all of them
    await session.execute(delete(LiveCallRow).where(LiveCallRow.id.in_(call_ids)))


async def list_live_calls(session: AsyncSession) -> Sequence[JournalEntry]:
    """List all calls that were live when the process ended."""
    # scope: all tenants, because a restart restores the calls of all of them
    rows = await session.scalars(select(LiveCallRow))
    return [JournalEntry(row.id, row.tenant_id, row.subject_id, row.wrapped, row.sealed) for row in rows]


def unseal_live_calls(keys: Keys, entries: Iterable[JournalEntry]) -> list[tuple[JournalEntry, LiveCallPart]]:
    """Return the entries whose keys all still exist with their parts; damaged ones are skipped."""
    found: list[tuple[JournalEntry, LiveCallPart]] = []
    for entry in entries:
        try:
            part = _unseal(keys, entry)
        except (InvalidTag, ValueError):  # UnsealError among them
            log.warning("live_call_damaged", call=entry.call_id)
            continue
        if part is not None:
            found.append((entry, part))
    return found


def _unseal(keys: Keys, entry: JournalEntry) -> LiveCallPart | None:
    tenant, call_id = entry.tenant_id, entry.call_id
    if not entry.wrapped:
        [earlier] = LIVE_CALL.open(keys, tenant, [(EARLIER_KEY, call_id, entry.sealed)])
        return earlier if isinstance(earlier, LiveCallPart) else None
    own = keys.get(LIVE_CALL_KEYS, (entry.key_id,))[entry.key_id]
    if own is None:
        return None
    inner, *owners = unwrap(own.aead, bytes.fromhex(entry.wrapped), tenant, call_id).decode().split("/")
    aead = open_content_key(keys, tenant, call_id, [(tenant, owner) for owner in owners], bytes.fromhex(inner))
    if aead is None:
        return None
    ring, item = _OneKey(Key(_VERSION, aead)), (entry.key_id, call_id, entry.sealed)
    [part] = LIVE_CALL.open(ring, tenant, [item])
    return part if isinstance(part, LiveCallPart) else None


class _OneKey:
    """Implements `db.Keys` with the content key of one call."""

    def __init__(self, key: Key) -> None:
        self._key = key

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        del tenant, create
        return dict.fromkeys(subjects, self._key)
