"""All SQL on opening hours, and sealing and opening of their destinations."""

from datetime import date
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.routing.hours.models import HoursPart, OpeningHoursRow
from unificx.routing.hours.schemas import OpeningHours, Switch
from unificx.routing.references import HANG_UP, DestinationRef

CODEC = SealedCodec(OpeningHoursRow, HoursPart)


async def all_hours(session: AsyncSession, keys: Keys) -> list[OpeningHours]:
    """Return all opening hours of the installation, for the in-memory cache."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(OpeningHoursRow).order_by(OpeningHoursRow.id))).all()
    return [_to_hours(keys, row) for row in rows]


async def get_hours(session: AsyncSession, keys: Keys, tenant_id: str, hours_id: str) -> OpeningHours | None:
    own = (OpeningHoursRow.tenant_id == tenant_id, OpeningHoursRow.id == hours_id)
    row = await session.scalar(select(OpeningHoursRow).where(*own))
    return _to_hours(keys, row) if row is not None else None


async def is_named(session: AsyncSession, tenant_id: str, name: str) -> bool:
    """Return whether a tenant has opening hours with a name."""
    found = select(OpeningHoursRow.id).where(OpeningHoursRow.tenant_id == tenant_id, OpeningHoursRow.name == name)
    return await session.scalar(found) is not None


async def insert_hours(session: AsyncSession, keys: Keys, hours: OpeningHours) -> None:
    values = {"id": hours.id, "tenant_id": hours.tenant_id, "name": hours.name, "created": hours.created}
    values |= {"subject_id": hours.id, **_mutable_columns(keys, hours)}
    await session.execute(insert(OpeningHoursRow).values(**values))


async def update_hours(session: AsyncSession, keys: Keys, hours: OpeningHours) -> None:
    own = (OpeningHoursRow.tenant_id == hours.tenant_id, OpeningHoursRow.id == hours.id)
    await session.execute(update(OpeningHoursRow).where(*own).values(**_mutable_columns(keys, hours)))


async def delete_hours(session: AsyncSession, tenant_id: str, hours_id: str) -> None:
    own = (OpeningHoursRow.tenant_id == tenant_id, OpeningHoursRow.id == hours_id)
    await session.execute(delete(OpeningHoursRow).where(*own))


async def delete_tenant_hours(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(OpeningHoursRow).where(OpeningHoursRow.tenant_id == tenant_id))


def _mutable_columns(keys: Keys, hours: OpeningHours) -> dict[str, object]:
    part = HoursPart(str(hours.then), str(hours.otherwise))
    return {
        "weekly": "\n".join(hours.weekly),
        "holidays": " ".join(one.isoformat() for one in hours.holidays),
        "switch": hours.switch,
        "code": hours.code,
        "sealed": CODEC.seal(keys, hours.tenant_id, [(hours.id, hours.id, part)])[0],
    }


def _to_hours(keys: Keys, row: OpeningHoursRow) -> OpeningHours:
    then = otherwise = HANG_UP
    if row.sealed is not None:
        part = CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])[0]
        if not isinstance(part, Erased):
            then, otherwise = DestinationRef.parse(part.then), DestinationRef.parse(part.otherwise)
    return OpeningHours(
        row.id,
        row.tenant_id,
        row.name,
        row.created,
        tuple(row.weekly.splitlines()),
        tuple(date.fromisoformat(one) for one in row.holidays.split()),
        cast("Switch", row.switch),
        row.code,
        then,
        otherwise,
    )
