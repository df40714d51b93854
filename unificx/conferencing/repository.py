"""All SQL on conference rooms, and sealing and opening of their PINs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.conferencing.models import GuestLinkRow, PinsPart, RoomHostRow, RoomRow
from unificx.conferencing.schemas import Booking, EntryAnnouncement, GuestLink, Room, RoomSettings
from unificx.db import Erased, Keys, SealedCodec

PINS_CODEC = SealedCodec(RoomRow, PinsPart)
NO_PINS = PinsPart(None, None)


async def all_rooms(session: AsyncSession) -> list[Room]:
    """Return all rooms of the installation, for the in-memory cache."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(RoomRow).order_by(RoomRow.id))).all()
    # scope: all tenants, because each room found above has its tenant.
    hosts = (await session.scalars(select(RoomHostRow).order_by(RoomHostRow.extension_id))).all()
    return [_to_room(row, tuple(one.extension_id for one in hosts if one.room_id == row.id)) for row in rows]


async def get_room(session: AsyncSession, tenant_id: str, room_id: str) -> Room | None:
    """Return a room, None if it does not exist."""
    row = await session.scalar(select(RoomRow).where(RoomRow.tenant_id == tenant_id, RoomRow.id == room_id))
    if row is None:
        return None
    of_room = (RoomHostRow.tenant_id == tenant_id, RoomHostRow.room_id == room_id)
    hosts = await session.scalars(select(RoomHostRow.extension_id).where(*of_room).order_by(RoomHostRow.extension_id))
    return _to_room(row, tuple(hosts))


async def insert_room(session: AsyncSession, keys: Keys, room: Room, pins: PinsPart) -> None:
    values = {"id": room.id, "tenant_id": room.tenant_id, "number": room.number, "created": room.created}
    booking = room.booking or Booking()
    values |= {"is_meeting": room.booking is not None, "starts": booking.starts, "ends": booking.ends}
    values |= {"subject_id": room.id, "sealed": _seal_pins(keys, room, pins)}
    await session.execute(insert(RoomRow).values(**values, **_mutable_columns(room)))
    await _insert_hosts(session, room)


async def update_room(session: AsyncSession, keys: Keys, room: Room, pins: PinsPart) -> None:
    await session.execute(
        update(RoomRow)
        .where(RoomRow.tenant_id == room.tenant_id, RoomRow.id == room.id)
        .values(**_mutable_columns(room), sealed=_seal_pins(keys, room, pins))
    )
    await session.execute(
        delete(RoomHostRow).where(RoomHostRow.tenant_id == room.tenant_id, RoomHostRow.room_id == room.id)
    )
    await _insert_hosts(session, room)


async def get_pins(session: AsyncSession, keys: Keys, tenant_id: str, room_id: str) -> PinsPart:
    """Return the digests of a room's PINs."""
    row = await session.scalar(select(RoomRow).where(RoomRow.tenant_id == tenant_id, RoomRow.id == room_id))
    if row is None or row.sealed is None:
        return NO_PINS
    part = PINS_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed)])[0]
    return NO_PINS if isinstance(part, Erased) else part


async def delete_rooms(session: AsyncSession, tenant_id: str, room_ids: Sequence[str]) -> None:
    for row, key in ((GuestLinkRow, GuestLinkRow.room_id), (RoomHostRow, RoomHostRow.room_id), (RoomRow, RoomRow.id)):
        await session.execute(delete(row).where(row.tenant_id == tenant_id, key.in_(room_ids)))


async def delete_tenant_rooms(session: AsyncSession, tenant_id: str) -> None:
    for row in (GuestLinkRow, RoomHostRow, RoomRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


async def delete_host(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Remove an extension from the hosts of all rooms."""
    await session.execute(
        delete(RoomHostRow).where(RoomHostRow.tenant_id == tenant_id, RoomHostRow.extension_id == extension_id)
    )


async def insert_guest_link(session: AsyncSession, link: GuestLink, secret_digest: str) -> None:
    await session.execute(insert(GuestLinkRow).values(**asdict(link), secret_digest=secret_digest))


async def guest_links(session: AsyncSession, tenant_id: str, room_id: str) -> list[GuestLink]:
    """Return the guest links of a room in order of creation."""
    of_room = (GuestLinkRow.tenant_id == tenant_id, GuestLinkRow.room_id == room_id)
    rows = await session.scalars(select(GuestLinkRow).where(*of_room).order_by(GuestLinkRow.id))
    return [_to_guest_link(row) for row in rows]


async def guest_link_of_secret(session: AsyncSession, secret_digest: str) -> GuestLink | None:
    """Return the link with a secret."""
    # scope: all tenants, because the secret of a link belongs to one of them.
    row = await session.scalar(select(GuestLinkRow).where(GuestLinkRow.secret_digest == secret_digest))
    return _to_guest_link(row) if row is not None else None


async def delete_guest_links(session: AsyncSession, tenant_id: str, room_id: str) -> None:
    of_room = (GuestLinkRow.tenant_id == tenant_id, GuestLinkRow.room_id == room_id)
    await session.execute(delete(GuestLinkRow).where(*of_room))


async def delete_expired_guest_links(session: AsyncSession, now: datetime) -> None:
    # scope: all tenants, because an expired link is of no use to any.
    await session.execute(delete(GuestLinkRow).where(GuestLinkRow.expires <= now))


def _to_guest_link(row: GuestLinkRow) -> GuestLink:
    return GuestLink(row.id, row.tenant_id, row.room_id, row.created, row.expires)


async def _insert_hosts(session: AsyncSession, room: Room) -> None:
    if room.hosts:
        rows = [{"room_id": room.id, "extension_id": one, "tenant_id": room.tenant_id} for one in room.hosts]
        await session.execute(insert(RoomHostRow), rows)


def _mutable_columns(room: Room) -> dict[str, object]:
    own = {"name": room.name, "has_pin": room.has_pin, "has_host_pin": room.has_host_pin}
    return {**own, **asdict(room.settings)}


def _seal_pins(keys: Keys, room: Room, pins: PinsPart) -> bytes | None:
    return PINS_CODEC.seal(keys, room.tenant_id, [(room.id, room.id, pins)])[0] if pins != NO_PINS else None


def _to_room(row: RoomRow, hosts: tuple[str, ...]) -> Room:
    settings = RoomSettings(
        wait_for_host=row.wait_for_host,
        announce=cast("EntryAnnouncement", row.announce),
        locked=row.locked,
        muted_on_entry=row.muted_on_entry,
        most=row.most,
        may_record=row.may_record,
        end_after_host=row.end_after_host,
    )
    return Room(
        id=row.id,
        tenant_id=row.tenant_id,
        number=row.number,
        name=row.name,
        created=row.created,
        settings=settings,
        hosts=hosts,
        has_pin=row.has_pin,
        has_host_pin=row.has_host_pin,
        booking=Booking(row.starts, row.ends) if row.is_meeting else None,
    )
