"""All SQL on locations, and their sealing and opening."""

from dataclasses import fields
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.locations.models import LocationPart, LocationRow
from unificx.locations.schemas import Location
from unificx.sip.geolocation import CivicAddress

CODEC = SealedCodec(LocationRow, LocationPart)


async def all_locations(session: AsyncSession, keys: Keys) -> list[Location]:
    """Return the locations of the installation, for the in-memory copy."""
    # scope: all tenants, because calls of each of them are sent from memory.
    rows = (await session.scalars(select(LocationRow).order_by(LocationRow.id))).all()
    found = [_to_location(keys, row) for row in rows]
    return [one for one in found if one is not None]


async def locations_of(session: AsyncSession, keys: Keys, tenant_id: str) -> list[Location]:
    """Return the locations of a tenant in order of creation."""
    rows = await session.scalars(select(LocationRow).where(LocationRow.tenant_id == tenant_id).order_by(LocationRow.id))
    found = [_to_location(keys, row) for row in rows]
    return [one for one in found if one is not None]


async def insert_location(session: AsyncSession, keys: Keys, one: Location) -> None:
    own = {"id": one.id, "tenant_id": one.tenant_id, "created": one.created, "home_of": one.home_of}
    await session.execute(insert(LocationRow).values(**own, subject_id=one.subject, **_columns(keys, one)))


async def update_location(session: AsyncSession, keys: Keys, one: Location) -> None:
    chosen = update(LocationRow).where(LocationRow.tenant_id == one.tenant_id, LocationRow.id == one.id)
    await session.execute(chosen.values(**_columns(keys, one)))


async def delete_location(session: AsyncSession, tenant_id: str, location_id: str) -> None:
    await session.execute(delete(LocationRow).where(LocationRow.tenant_id == tenant_id, LocationRow.id == location_id))


async def delete_homes(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Delete the place of one extension."""
    await session.execute(
        delete(LocationRow).where(LocationRow.tenant_id == tenant_id, LocationRow.home_of == extension_id)
    )


async def delete_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    await session.execute(
        delete(LocationRow).where(LocationRow.tenant_id == tenant_id, LocationRow.subject_id == subject)
    )


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(LocationRow).where(LocationRow.tenant_id == tenant_id))


def _columns(keys: Keys, one: Location) -> dict[str, Any]:
    address = {each.name: getattr(one.address, each.name) for each in fields(CivicAddress)}
    part = LocationPart(name=one.name, number=one.number, **address)
    return {
        "is_default": one.is_default,
        "extensions": ",".join(one.extensions),
        "devices": ",".join(one.devices),
        "sealed": CODEC.seal(keys, one.tenant_id, [(one.subject, one.id, part)])[0],
    }


def _to_location(keys: Keys, row: LocationRow) -> Location | None:
    [part] = CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])
    if isinstance(part, Erased):
        return None
    return Location(
        id=row.id,
        tenant_id=row.tenant_id,
        name=part.name,
        created=row.created,
        address=CivicAddress(**{each.name: getattr(part, each.name) for each in fields(CivicAddress)}),
        number=part.number,
        is_default=row.is_default,
        home_of=row.home_of,
        subject=row.subject_id,
        extensions=tuple(filter(None, row.extensions.split(","))),
        devices=tuple(filter(None, row.devices.split(","))),
    )
