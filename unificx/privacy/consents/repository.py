"""All SQL on the ledger of consents. Rows are added, and deleted with their person; they are never changed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.sealed import Erased, Keys, SealedCodec
from unificx.privacy.consents.models import ConsentPart, ConsentRow
from unificx.privacy.consents.schemas import ConsentRecord

CODEC = SealedCodec(ConsentRow, ConsentPart)


async def add_consent(session: AsyncSession, keys: Keys, tenant_id: str, subject: str, record: ConsentRecord) -> None:
    """Add a decision to the ledger. Raise ErasedSubject."""
    expires = record.expires.isoformat() if record.expires else None
    part = ConsentPart(record.purpose, record.state, record.notice, record.method, record.locale, expires)
    [sealed] = CODEC.seal(keys, tenant_id, [(subject, record.id, part)])
    values = {"id": record.id, "tenant_id": tenant_id, "subject_id": subject, "at": record.at, "sealed": sealed}
    await session.execute(insert(ConsentRow).values(values))


async def consents_of(session: AsyncSession, keys: Keys, tenant_id: str, subject: str) -> list[ConsentRecord]:
    """Return the decisions of a person, oldest first."""
    chosen = (ConsentRow.tenant_id == tenant_id, ConsentRow.subject_id == subject)
    rows = (await session.scalars(select(ConsentRow).where(*chosen).order_by(ConsentRow.id))).all()
    return _opened(keys, tenant_id, rows)


async def decisions_from(session: AsyncSession, keys: Keys, first_id: str) -> list[tuple[str, str, ConsentRecord]]:
    """Return the decisions of all people with this id or a later one as tenant, subject and record, oldest first."""
    # scope: all tenants, because work for each of them asks whether a purpose is allowed.
    chosen = select(ConsentRow).where(ConsentRow.id >= first_id).order_by(ConsentRow.id)
    rows = (await session.scalars(chosen)).all()
    by_tenant: defaultdict[str, list[ConsentRow]] = defaultdict(list)
    for row in rows:
        by_tenant[row.tenant_id].append(row)
    opened = {record.id: record for tenant_id, found in by_tenant.items() for record in _opened(keys, tenant_id, found)}
    return [(row.tenant_id, row.subject_id, opened[row.id]) for row in rows if row.id in opened]


async def delete_consents(session: AsyncSession, tenant_id: str, subject: str) -> None:
    chosen = (ConsentRow.tenant_id == tenant_id, ConsentRow.subject_id == subject)
    await session.execute(delete(ConsentRow).where(*chosen))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(ConsentRow).where(ConsentRow.tenant_id == tenant_id))


def _opened(keys: Keys, tenant_id: str, rows: Sequence[ConsentRow]) -> list[ConsentRecord]:
    parts = CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return [_record(row, part) for row, part in zip(rows, parts, strict=True) if not isinstance(part, Erased)]


def _record(row: ConsentRow, part: ConsentPart) -> ConsentRecord:
    decided = cast("tuple[Any, Any, str, Any, str]", (part.purpose, part.state, part.notice, part.method, part.locale))
    expires = datetime.fromisoformat(part.expires) if part.expires else None
    return ConsentRecord(row.id, *decided, row.at, expires)
