"""All SQL on conference rooms, and sealing and opening of their names and PINs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.conferencing.models import (
    CalendarFeedRow,
    GuestLinkRow,
    InvitationRow,
    NamePart,
    PinsPart,
    RoomHostRow,
    RoomRow,
)
from unificx.conferencing.schemas import Booking, EntryAnnouncement, GuestLink, Room, RoomSettings
from unificx.db import Erased, Keys, SealedCodec, lock_scope, owned_by

PINS_CODEC = SealedCodec(RoomRow, PinsPart)
NAME_CODEC = SealedCodec(RoomRow, NamePart)
NO_PINS = PinsPart(None, None)


async def all_rooms(session: AsyncSession, keys: Keys) -> list[Room]:
    """Return all rooms of the installation, for the in-memory cache."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(RoomRow).order_by(RoomRow.id))).all()
    # scope: all tenants, because each room found above has its tenant.
    hosts = (await session.scalars(select(RoomHostRow).order_by(RoomHostRow.extension_id))).all()
    hosts_of: defaultdict[str, list[str]] = defaultdict(list)
    for one in hosts:
        hosts_of[one.room_id].append(one.extension_id)
    names = _names(keys, rows)
    return [_to_room(row, names[row.id], tuple(hosts_of[row.id])) for row in rows]


async def seal_names(session: AsyncSession, keys: Keys) -> None:
    """Seal the names that were stored before names were sealed."""
    # scope: all tenants, because each row found here has its tenant.
    rows = (await session.scalars(select(RoomRow).where(RoomRow.name.is_not(None)))).all()
    for row in rows:
        sealed = row.sealed_name or _seal_name(keys, row.tenant_id, row.id, row.name or "")
        own = (RoomRow.tenant_id == row.tenant_id, RoomRow.id == row.id)
        await session.execute(update(RoomRow).where(*own).values(name=None, sealed_name=sealed))


async def lock_row(session: AsyncSession, tenant_id: str, room_id: str) -> bool:
    """Lock a room until the commit. Return whether it exists."""
    await lock_scope(session, "conference room", room_id)
    found = select(RoomRow.id).where(RoomRow.tenant_id == tenant_id, RoomRow.id == room_id)
    return await session.scalar(found) is not None


async def get_room(session: AsyncSession, keys: Keys, tenant_id: str, room_id: str) -> Room | None:
    """Return a room, None if it does not exist."""
    row = await session.scalar(select(RoomRow).where(RoomRow.tenant_id == tenant_id, RoomRow.id == room_id))
    if row is None:
        return None
    of_room = (RoomHostRow.tenant_id == tenant_id, RoomHostRow.room_id == room_id)
    hosts = await session.scalars(select(RoomHostRow.extension_id).where(*of_room).order_by(RoomHostRow.extension_id))
    return _to_room(row, _names(keys, [row])[row.id], tuple(hosts))


async def rooms_hosted_by(session: AsyncSession, tenant_id: str, extension_ids: Sequence[str]) -> Sequence[RoomRow]:
    """Return the rooms hosted by one of these extensions in order of creation."""
    ids = select(RoomHostRow.room_id).where(
        RoomHostRow.tenant_id == tenant_id, RoomHostRow.extension_id.in_(extension_ids)
    )
    own = (owned_by(RoomRow.tenant_id, tenant_id), RoomRow.id.in_(ids))
    return (await session.scalars(select(RoomRow).where(*own).order_by(RoomRow.id))).all()


def exported_names(keys: Keys, tenant_id: str, rows: Sequence[RoomRow]) -> list[str]:
    """Return the names of rooms for an access copy, in order."""
    parts = [(row.subject_id, row.id, row.sealed_name or b"") for row in rows]
    return [part.get("name", "") for part in NAME_CODEC.open_exported(keys, tenant_id, parts)]


async def insert_room(session: AsyncSession, keys: Keys, room: Room, pins: PinsPart) -> None:
    values = {"id": room.id, "tenant_id": room.tenant_id, "number": room.number, "created": room.created}
    values |= {"is_meeting": room.booking is not None}
    values |= {"subject_id": room.id, "sealed": _seal_pins(keys, room, pins)}
    await session.execute(insert(RoomRow).values(**values, **_mutable_columns(keys, room)))
    await _insert_hosts(session, room)


async def update_room(session: AsyncSession, keys: Keys, room: Room, pins: PinsPart) -> None:
    await session.execute(
        update(RoomRow)
        .where(RoomRow.tenant_id == room.tenant_id, RoomRow.id == room.id)
        .values(**_mutable_columns(keys, room), sealed=_seal_pins(keys, room, pins))
    )
    await session.execute(
        delete(RoomHostRow).where(RoomHostRow.tenant_id == room.tenant_id, RoomHostRow.room_id == room.id)
    )
    await _insert_hosts(session, room)


async def mark_used(session: AsyncSession, room: Room, day: datetime) -> None:
    own = (RoomRow.tenant_id == room.tenant_id, RoomRow.id == room.id)
    await session.execute(update(RoomRow).where(*own).values(used=day))


async def get_pins(session: AsyncSession, keys: Keys, tenant_id: str, room_id: str) -> PinsPart:
    """Return the digests of a room's PINs."""
    row = await session.scalar(select(RoomRow).where(RoomRow.tenant_id == tenant_id, RoomRow.id == room_id))
    if row is None or row.sealed is None:
        return NO_PINS
    part = PINS_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed)])[0]
    return NO_PINS if isinstance(part, Erased) else part


async def delete_rooms(session: AsyncSession, tenant_id: str, room_ids: Sequence[str]) -> None:
    for row in (GuestLinkRow, RoomHostRow, InvitationRow):
        await session.execute(delete(row).where(owned_by(row.tenant_id, tenant_id), row.room_id.in_(room_ids)))
    await session.execute(delete(RoomRow).where(owned_by(RoomRow.tenant_id, tenant_id), RoomRow.id.in_(room_ids)))


async def delete_tenant_rooms(session: AsyncSession, tenant_id: str) -> None:
    for row in (GuestLinkRow, RoomHostRow, InvitationRow, CalendarFeedRow, RoomRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


async def delete_host(session: AsyncSession, tenant_id: str, extension_id: str) -> None:
    """Remove an extension from the hosts of all rooms."""
    await session.execute(
        delete(RoomHostRow).where(RoomHostRow.tenant_id == tenant_id, RoomHostRow.extension_id == extension_id)
    )


async def insert_guest_link(session: AsyncSession, link: GuestLink, secret_digest: str) -> None:
    await session.execute(insert(GuestLinkRow).values(**asdict(link), secret_digest=secret_digest))


async def guest_links(session: AsyncSession, tenant_id: str, room_id: str) -> list[GuestLink]:
    """Return the guest links of a room in order of creation, without those of invitations."""
    of_room = (GuestLinkRow.tenant_id == tenant_id, GuestLinkRow.room_id == room_id)
    of_room = (*of_room, GuestLinkRow.invitation_id.is_(None))
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
    """Delete links that have expired. Those of invitations stay until the meeting is deleted: it may be planned
    anew."""
    # scope: all tenants, because an expired link is of no use to any.
    expired = (GuestLinkRow.expires <= now, GuestLinkRow.invitation_id.is_(None))
    await session.execute(delete(GuestLinkRow).where(*expired))


def _to_guest_link(row: GuestLinkRow) -> GuestLink:
    return GuestLink(row.id, row.tenant_id, row.room_id, row.created, row.expires, row.invitation_id)


async def _insert_hosts(session: AsyncSession, room: Room) -> None:
    if room.hosts:
        rows = [{"room_id": room.id, "extension_id": one, "tenant_id": room.tenant_id} for one in room.hosts]
        await session.execute(insert(RoomHostRow), rows)


def _mutable_columns(keys: Keys, room: Room) -> dict[str, object]:
    sealed = _seal_name(keys, room.tenant_id, room.id, room.name)
    own = {"name": None, "sealed_name": sealed, "has_pin": room.has_pin, "has_host_pin": room.has_host_pin}
    booking = room.booking or Booking()
    planned = {"starts": booking.starts, "ends": booking.ends, "revision": room.revision}
    return {**own, **planned, **asdict(room.settings)}


def _seal_pins(keys: Keys, room: Room, pins: PinsPart) -> bytes | None:
    return PINS_CODEC.seal(keys, room.tenant_id, [(room.id, room.id, pins)])[0] if pins != NO_PINS else None


def _seal_name(keys: Keys, tenant_id: str, room_id: str, name: str) -> bytes:
    return NAME_CODEC.seal(keys, tenant_id, [(room_id, room_id, NamePart(name))])[0]


def _names(keys: Keys, rows: Sequence[RoomRow]) -> Mapping[str, str]:
    """Return the names of rooms by id; the number replaces a name whose key was destroyed."""
    names = {row.id: row.name or row.number for row in rows}
    sealed: defaultdict[str, list[tuple[str, str, bytes]]] = defaultdict(list)
    for row in rows:
        if row.sealed_name is not None:
            sealed[row.tenant_id].append((row.subject_id, row.id, row.sealed_name))
    for tenant_id, items in sealed.items():
        opened = NAME_CODEC.open_by_row(keys, tenant_id, items)
        names |= {row_id: part.name for row_id, part in opened.items() if not isinstance(part, Erased)}
    return names


def _to_room(row: RoomRow, name: str, hosts: tuple[str, ...]) -> Room:
    settings = RoomSettings(
        wait_for_host=row.wait_for_host,
        lobby=row.lobby,
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
        name=name,
        created=row.created,
        settings=settings,
        hosts=hosts,
        has_pin=row.has_pin,
        has_host_pin=row.has_host_pin,
        booking=Booking(row.starts, row.ends) if row.is_meeting else None,
        used=row.used,
        revision=row.revision,
    )
