"""All SQL on disclosures to authorities, and their sealing and opening."""

from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Keys, SealedCodec
from unificx.support.rights.models import DisclosurePart, DisclosureRow, RightsRequestRow
from unificx.support.rights.schemas import DisclosedCategory, DisclosedData, Disclosure, DisclosureState

CODEC = SealedCodec(DisclosureRow, DisclosurePart)
_DISCLOSED = "disclosed"


async def insert(session: AsyncSession, keys: Keys, disclosure: Disclosure) -> None:
    """Store a proposal."""
    part = DisclosurePart(disclosure.authority, disclosure.basis, disclosure.scope)
    session.add(
        DisclosureRow(
            id=disclosure.id,
            tenant_id=disclosure.tenant_id,
            request_id=disclosure.request_id,
            person_id=disclosure.person_id,
            state=disclosure.state,
            proposed=disclosure.proposed,
            proposed_by=disclosure.proposed_by,
            decided=None,
            decided_by=None,
            silent_until=disclosure.silent_until,
            categories=" ".join(disclosure.data.categories),
            since=disclosure.data.since,
            until=disclosure.data.until,
            others=disclosure.data.others,
            subject_id=disclosure.subject,
            sealed=CODEC.seal(keys, disclosure.tenant_id, [(disclosure.subject, disclosure.id, part)])[0],
        )
    )


async def decide(
    session: AsyncSession, tenant_id: str, disclosure_id: str, *, state: str, by: str, at: datetime
) -> None:
    """Store a decision. The database refuses one by the person who has proposed it."""
    chosen = DisclosureRow.tenant_id == tenant_id, DisclosureRow.id == disclosure_id
    await session.execute(update(DisclosureRow).where(*chosen).values(state=state, decided=at, decided_by=by))


async def find(session: AsyncSession, keys: Keys, tenant_id: str, disclosure_id: str) -> Disclosure | None:
    """Return a disclosure."""
    found = await _select(session, keys, tenant_id, DisclosureRow.id == disclosure_id)
    return found[0] if found else None


async def of_request(session: AsyncSession, keys: Keys, tenant_id: str, request_id: str) -> list[Disclosure]:
    return await _select(session, keys, tenant_id, DisclosureRow.request_id == request_id)


async def of_person(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> list[Disclosure]:
    """Return the approved disclosures about an account."""
    return await _select(
        session, keys, tenant_id, DisclosureRow.person_id == person_id, DisclosureRow.state == "approved"
    )


async def count_of_person(session: AsyncSession, tenant_id: str, person_id: str, now: datetime) -> int:
    """Return the number of disclosures about an account that it may know of, 0 without one: the person sees the number
    in the plan and the receipt of an erasure."""
    known = or_(DisclosureRow.silent_until.is_(None), DisclosureRow.silent_until <= now)
    chosen = DisclosureRow.tenant_id == tenant_id, DisclosureRow.person_id == person_id, known
    return await session.scalar(select(func.count()).where(*chosen)) or 0 if person_id else 0


async def approved_data(session: AsyncSession, tenant_id: str, disclosure_id: str) -> DisclosedData | None:
    """Return what an approved disclosure covers. Nothing sealed is opened."""
    columns = (DisclosureRow.categories, DisclosureRow.since, DisclosureRow.until, DisclosureRow.others)
    chosen = (DisclosureRow.tenant_id == tenant_id, DisclosureRow.id == disclosure_id)
    row = (await session.execute(select(*columns).where(*chosen, DisclosureRow.state == "approved"))).one_or_none()
    return None if row is None else _data(*row)


async def counts(session: AsyncSession, since: datetime) -> dict[str, int]:
    """Return the number of requests by kind since a time, and under "disclosed" that of approved disclosures."""
    # scope: all tenants, because the installation publishes its sums
    by_kind = select(RightsRequestRow.kind, func.count()).where(RightsRequestRow.received >= since)
    rows = (await session.execute(by_kind.group_by(RightsRequestRow.kind))).all()
    found = {row[0]: row[1] for row in rows}
    # scope: all tenants, because the installation publishes its sums
    disclosed = select(func.count()).where(DisclosureRow.state == "approved", DisclosureRow.decided >= since)
    return {**found, _DISCLOSED: await session.scalar(disclosed) or 0}


async def _select(session: AsyncSession, keys: Keys, tenant_id: str, *chosen: ColumnElement[bool]) -> list[Disclosure]:
    query = select(DisclosureRow).where(DisclosureRow.tenant_id == tenant_id, *chosen).order_by(DisclosureRow.id)
    rows = (await session.scalars(query.execution_options(populate_existing=True))).all()
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = CODEC.open_by_row(keys, tenant_id, sealed)
    return [_disclosure(row, parts.get(row.id)) for row in rows]


def _data(categories: str, since: datetime | None, until: datetime | None, others: bool) -> DisclosedData:
    return DisclosedData(tuple(cast("list[DisclosedCategory]", categories.split())), since, until, others)


def _disclosure(row: DisclosureRow, part: object) -> Disclosure:
    texts = part if isinstance(part, DisclosurePart) else DisclosurePart("", "", "")
    return Disclosure(
        id=row.id,
        tenant_id=row.tenant_id,
        request_id=row.request_id,
        person_id=row.person_id,
        state=cast("DisclosureState", row.state),
        proposed=row.proposed,
        proposed_by=row.proposed_by,
        decided=row.decided,
        decided_by=row.decided_by,
        silent_until=row.silent_until,
        data=_data(row.categories, row.since, row.until, row.others),
        subject=row.subject_id,
        authority=texts.authority,
        basis=texts.basis,
        scope=texts.scope,
    )
