"""All SQL on files that were handed over, and their sealing and opening. There is no statement that changes one."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Keys, SealedCodec
from unificx.support.rights.models import HandoverPart, HandoverRow
from unificx.support.rights.schemas import Handover

CODEC = SealedCodec(HandoverRow, HandoverPart)
LATEST = 500
"""Entries that a list returns."""
Chosen = Sequence[ColumnElement[bool]]


async def insert(session: AsyncSession, keys: Keys, subject: str, made: Handover, salt: str) -> None:
    """Add an entry, sealed under the key of the request."""
    part = HandoverPart(made.authority, made.basis, made.scope, salt)
    session.add(
        HandoverRow(
            id=made.id,
            tenant_id=made.tenant_id,
            request_id=made.request_id,
            disclosure_id=made.disclosure_id,
            person_id=made.person_id,
            at=made.at,
            by_person=made.by,
            size=made.size,
            sha256=made.sha256,
            subject_id=subject,
            sealed=CODEC.seal(keys, made.tenant_id, [(subject, made.id, part)])[0],
        )
    )


def of_request(tenant_id: str, request_id: str) -> Chosen:
    return (HandoverRow.tenant_id == tenant_id, HandoverRow.request_id == request_id)


def of_person(tenant_id: str, person_id: str) -> Chosen:
    return (HandoverRow.tenant_id == tenant_id, HandoverRow.person_id == person_id)


def of_tenant(tenant_id: str) -> Chosen:
    return (HandoverRow.tenant_id == tenant_id,)


async def select_handovers(
    session: AsyncSession, keys: Keys, tenant_id: str, chosen: Chosen
) -> list[tuple[Handover, str]]:
    """Return the latest entries, oldest first, each with its salt; "" for one whose texts are deleted."""
    query = select(HandoverRow).where(HandoverRow.tenant_id == tenant_id, *chosen)
    rows = (await session.scalars(query.order_by(HandoverRow.id.desc()).limit(LATEST))).all()
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = CODEC.open_by_row(keys, tenant_id, sealed)
    return [_entry(row, parts.get(row.id)) for row in reversed(rows)]


def _entry(row: HandoverRow, part: object) -> tuple[Handover, str]:
    texts = part if isinstance(part, HandoverPart) else HandoverPart("", "", "", "")
    made = Handover(
        id=row.id,
        tenant_id=row.tenant_id,
        request_id=row.request_id,
        disclosure_id=row.disclosure_id,
        person_id=row.person_id,
        at=row.at,
        by=row.by_person,
        size=row.size,
        sha256=row.sha256,
        logged=None,
        authority=texts.authority,
        basis=texts.basis,
        scope=texts.scope,
    )
    return made, texts.salt
