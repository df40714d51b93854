"""All SQL on disclosures to authorities, and their sealing and opening."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.access import current_access, stating
from unificx.db import Keys, SealedCodec
from unificx.privacy import DataSubject
from unificx.support.rights.models import DisclosedNumberPart, DisclosurePart, DisclosureRow, RightsRequestRow
from unificx.support.rights.schemas import DisclosedCategory, DisclosedData, Disclosure, DisclosureState

CODEC = SealedCodec(DisclosureRow, DisclosurePart)
_NUMBER_CODEC = SealedCodec(DisclosureRow, DisclosedNumberPart)
_DISCLOSED = "disclosed"


async def insert(session: AsyncSession, keys: Keys, disclosure: Disclosure) -> None:
    """Store a proposal."""
    part = DisclosurePart(disclosure.authority, disclosure.basis, disclosure.scope)
    number: bytes | None = None
    if disclosure.about is not None:
        item = (disclosure.about, disclosure.id, DisclosedNumberPart(disclosure.number))
        [number] = _NUMBER_CODEC.seal(keys, disclosure.tenant_id, [item])
    session.add(
        DisclosureRow(
            id=disclosure.id,
            tenant_id=disclosure.tenant_id,
            request_id=disclosure.request_id,
            person_id=disclosure.person_id,
            about_subject=disclosure.about,
            about_sealed=number,
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


async def of_owner(session: AsyncSession, keys: Keys, owner: DataSubject, now: datetime) -> list[Disclosure]:
    """Return the approved disclosures about an account or a caller that they may know of."""
    chosen = (*_about(owner), *_not_silent(now), DisclosureRow.state == "approved")
    return await _select(session, keys, owner.tenant_id, *chosen)


async def count_of_owner(session: AsyncSession, owner: DataSubject, now: datetime) -> int:
    """Return the number of disclosures about an account or a caller that they may know of: it is in the plan and the
    receipt of an erasure."""
    chosen = (DisclosureRow.tenant_id == owner.tenant_id, *_about(owner), *_not_silent(now))
    return await session.scalar(select(func.count()).where(*chosen)) or 0


async def remove_number(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Remove the number of an erased caller from the register. Idempotent."""
    chosen = DisclosureRow.tenant_id == tenant_id, DisclosureRow.about_subject == subject
    await session.execute(update(DisclosureRow).where(*chosen).values(about_sealed=None))


async def count_numbers(session: AsyncSession, owner: DataSubject) -> int:
    """Return how many numbers of a caller the register has."""
    chosen = (DisclosureRow.tenant_id == owner.tenant_id, DisclosureRow.about_subject == owner.subject)
    query = select(func.count()).where(*chosen, DisclosureRow.about_sealed.is_not(None))
    return await session.scalar(query) or 0


def _about(owner: DataSubject) -> tuple[ColumnElement[bool], ...]:
    """An account by its id, a caller by the subject: rows about callers have an empty id."""
    if owner.person_id:
        return (DisclosureRow.person_id == owner.person_id,)
    return (DisclosureRow.about_subject == owner.subject,)


def _not_silent(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (or_(DisclosureRow.silent_until.is_(None), DisclosureRow.silent_until <= now),)


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
    numbers = _numbers(keys, tenant_id, rows)
    return [_disclosure(row, parts.get(row.id), numbers.get(row.id)) for row in rows]


def _numbers(keys: Keys, tenant_id: str, rows: Sequence[DisclosureRow]) -> Mapping[str, object]:
    """Open the numbers of callers. It is not noted as an access to their data, which would name the disclosure to them
    before its silent time is over; they see the disclosure itself afterwards."""
    sealed = [(row.about_subject, row.id, row.about_sealed) for row in rows if row.about_subject and row.about_sealed]
    with stating(replace(current_access(), witness=None)):
        return _NUMBER_CODEC.open_by_row(keys, tenant_id, sealed)


def _data(categories: str, since: datetime | None, until: datetime | None, others: bool) -> DisclosedData:
    return DisclosedData(tuple(cast("list[DisclosedCategory]", categories.split())), since, until, others)


def _disclosure(row: DisclosureRow, part: object, number: object) -> Disclosure:
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
        about=row.about_subject,
        number=number.number if isinstance(number, DisclosedNumberPart) else "",
    )
