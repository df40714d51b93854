"""Queries for the list of people of a tenant: a fixed number of statements, whatever its size."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db.conditions import one_of, owned_by
from unificx.identity.models import AcceptanceRow, DeviceRow, NumberRow, PersonRow, SessionRow

_DAY = select(func.max(SessionRow.last_used)).where(
    SessionRow.tenant_id == PersonRow.tenant_id, SessionRow.person_id == PersonRow.id
)
_ACCEPTED = select(AcceptanceRow.id).where(
    AcceptanceRow.tenant_id == PersonRow.tenant_id, AcceptanceRow.person_id == PersonRow.id
)
_LISTED = select(
    *(each for each in PersonRow.__table__.columns),
    null().label("granted"),
    _DAY.scalar_subquery().label("day"),
    _ACCEPTED.exists().label("accepted"),
)
"""Accounts with what the list shows of them, without permissions."""
_LISTED_OR_CHANGED = _LISTED.where(
    or_(
        and_(owned_by(PersonRow.tenant_id, bindparam("tenant_id")), one_of(PersonRow.id, bindparam("ids"))),
        and_(PersonRow.tenant_id == bindparam("tenant_id"), PersonRow.revision > bindparam("since")),
    )
)


async def listed(session: AsyncSession, tenant_id: str, person_ids: Sequence[str], since: int) -> Sequence[Row[Any]]:
    """Return these accounts, and all that were changed after the change `since`, for `accounts.open_persons`. `day` is
    that of the latest session, `accepted` whether a policy was."""
    parameters = {"tenant_id": tenant_id, "ids": person_ids, "since": since}
    return (await session.execute(_LISTED_OR_CHANGED, parameters)).all()


async def signed_in(session: AsyncSession, tenant_id: str) -> set[str]:
    """Return the ids of the users who have signed in: with a session now, or with an accepted policy."""
    accepted = select(AcceptanceRow.person_id).where(AcceptanceRow.tenant_id == tenant_id)
    with_session = select(SessionRow.person_id).where(SessionRow.tenant_id == tenant_id)
    return set(await session.scalars(accepted.union(with_session)))


async def has_accepted(session: AsyncSession, tenant_id: str, person_id: str) -> bool:
    """Return whether the user has accepted a policy, so has signed in."""
    query = select(AcceptanceRow.id).where(AcceptanceRow.tenant_id == tenant_id, AcceptanceRow.person_id == person_id)
    return await session.scalar(query.limit(1)) is not None


async def session_days(session: AsyncSession, tenant_id: str) -> dict[str, date]:
    """Return the latest day of a session by user."""
    query = select(SessionRow.person_id, func.max(SessionRow.last_used)).where(SessionRow.tenant_id == tenant_id)
    return {row[0]: row[1] for row in await session.execute(query.group_by(SessionRow.person_id))}


_DEVICE_DAYS = (
    select(DeviceRow.extension_id, func.max(DeviceRow.last_used))
    .where(DeviceRow.tenant_id == bindparam("tenant_id"), DeviceRow.last_used.is_not(None))
    .group_by(DeviceRow.extension_id)
)
_DEVICE_DAYS_OF = _DEVICE_DAYS.where(one_of(DeviceRow.extension_id, bindparam("ids")))


async def device_days(
    session: AsyncSession, tenant_id: str, extension_ids: Sequence[str] | None = None
) -> dict[str, date]:
    """Return the latest day of a registration by extension; of these, or of all."""
    query = _DEVICE_DAYS if extension_ids is None else _DEVICE_DAYS_OF
    rows = await session.execute(query, {"tenant_id": tenant_id, "ids": extension_ids})
    return {extension_id: day for extension_id, day in rows if day is not None}


async def numbers(session: AsyncSession, tenant_id: str) -> dict[str, str]:
    """Return all numbers of the tenant with the kinds of their objects."""
    query = select(NumberRow.number, NumberRow.kind).where(NumberRow.tenant_id == tenant_id)
    return {row[0]: row[1] for row in await session.execute(query)}
