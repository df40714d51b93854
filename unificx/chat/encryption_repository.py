"""All SQL on devices of encrypted conversations, their key packages and the changes of their groups."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.chat.models import (
    ChatDeviceRow,
    ChatMessageRow,
    ConversationMemberRow,
    ConversationRow,
    GroupChangeRow,
    GroupDeviceRow,
    KeyPackageRow,
)
from unificx.chat.schemas import ChatDevice, GroupChange, Party
from unificx.core.clock import Clock, random_id
from unificx.db import owned_by

MAX_CHANGES = 20
"""Changes of a group that are sent at once."""


# ---- devices


async def device_of_session(session: AsyncSession, tenant_id: str, session_id: str) -> str:
    """Return the id of the device of a session; "" for none."""
    row = ChatDeviceRow
    found = await session.scalar(select(row.id).where(row.tenant_id == tenant_id, row.session_id == session_id))
    return found or ""


async def is_known(session: AsyncSession, device_id: str) -> bool:
    """Return whether a device has this id."""
    # scope: all tenants, because ids of devices differ in an installation
    return await session.scalar(select(ChatDeviceRow.id).where(ChatDeviceRow.id == device_id)) is not None


async def add_device(session: AsyncSession, party: Party, session_id: str, device_id: str, at: datetime) -> None:
    values = {"id": device_id, "tenant_id": party.tenant_id, "person_id": party.person_id, "subject_id": party.subject}
    await session.execute(insert(ChatDeviceRow).values(**values, session_id=session_id, created=at))


async def devices_of_person(session: AsyncSession, tenant_id: str, person_id: str) -> list[str]:
    """Return the devices of a person, the oldest one first."""
    row = ChatDeviceRow
    chosen = (row.tenant_id == tenant_id, row.person_id == person_id)
    return list(await session.scalars(select(row.id).where(*chosen).order_by(row.created, row.id)))


async def delete_devices(session: AsyncSession, tenant_id: str, device_ids: Sequence[str]) -> None:
    """Delete devices with their key packages and their places in groups."""
    for row, column in ((KeyPackageRow, KeyPackageRow.device_id), (GroupDeviceRow, GroupDeviceRow.device_id)):
        await session.execute(delete(row).where(owned_by(row.tenant_id, tenant_id), column.in_(device_ids)))
    chosen = (owned_by(ChatDeviceRow.tenant_id, tenant_id), ChatDeviceRow.id.in_(device_ids))
    await session.execute(delete(ChatDeviceRow).where(*chosen))


async def delete_devices_of(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the devices of the person with this data subject."""
    chosen = (ChatDeviceRow.tenant_id == tenant_id, ChatDeviceRow.subject_id == subject)
    await delete_devices(session, tenant_id, list(await session.scalars(select(ChatDeviceRow.id).where(*chosen))))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (KeyPackageRow, ChatDeviceRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


# ---- key packages


async def add_packages(
    session: AsyncSession, tenant_id: str, device_id: str, bodies: Sequence[bytes], clock: Clock, *, last_resort: bool
) -> None:
    of = {"tenant_id": tenant_id, "device_id": device_id, "last_resort": last_resort}
    rows = [{**of, "id": random_id(clock), "body": body} for body in bodies]
    if rows:
        await session.execute(insert(KeyPackageRow), rows)


async def count_packages(session: AsyncSession, tenant_id: str, device_id: str) -> int:
    """Return the number of key packages of a device, without the last resort."""
    row = KeyPackageRow
    chosen = (row.tenant_id == tenant_id, row.device_id == device_id, row.last_resort.is_(False))
    return await session.scalar(select(func.count()).select_from(row).where(*chosen)) or 0


async def take_package(session: AsyncSession, tenant_id: str, device_id: str) -> bytes | None:
    """Return a key package of a device, which is then deleted unless it is the last one."""
    row = KeyPackageRow
    chosen = (row.tenant_id == tenant_id, row.device_id == device_id)
    of_use = select(row.id).where(*chosen, row.last_resort.is_(False)).order_by(row.id)
    for id_ in (await session.scalars(of_use)).all():
        taken = delete(row).where(row.tenant_id == tenant_id, row.id == id_).returning(row.body)
        if (body := (await session.execute(taken)).scalar_one_or_none()) is not None:  # no other device took it
            return body
    return await session.scalar(select(row.body).where(*chosen, row.last_resort.is_(True)))


# ---- groups


async def members_devices(session: AsyncSession, tenant_id: str, conversation_id: str) -> list[ChatDevice]:
    """Return the devices of the members of a conversation, with their places in its group."""
    device, place, member = ChatDeviceRow, GroupDeviceRow, ConversationMemberRow
    here = and_(
        place.device_id == device.id, place.conversation_id == conversation_id, place.tenant_id == device.tenant_id
    )
    of_member = and_(member.person_id == device.person_id, member.tenant_id == device.tenant_id)
    query = (
        select(device.id, device.person_id, place.round, place.seq)
        .join(member, of_member)
        .outerjoin(place, here)
        .where(device.tenant_id == tenant_id, member.conversation_id == conversation_id)
        .order_by(device.created, device.id)
    )
    return [ChatDevice(id_, person, joined, seq or 0) for id_, person, joined, seq in await session.execute(query)]


async def changes_after(
    session: AsyncSession, tenant_id: str, conversation_id: str, after: int
) -> tuple[GroupChange, ...]:
    """Return the first changes of a group after a number, in their order and without the Welcomes."""
    row = GroupChangeRow
    chosen = (row.tenant_id == tenant_id, row.conversation_id == conversation_id, row.round > after)
    query = select(row.round, row.restart, row.body).where(*chosen).order_by(row.round).limit(MAX_CHANGES)
    return tuple(GroupChange(number, restart, body) for number, restart, body in await session.execute(query))


async def get_change(session: AsyncSession, tenant_id: str, conversation_id: str, number: int) -> GroupChange | None:
    row = GroupChangeRow
    chosen = (row.tenant_id == tenant_id, row.conversation_id == conversation_id, row.round == number)
    found = await session.scalar(select(row).where(*chosen))
    return None if found is None else GroupChange(found.round, found.restart, found.body, found.welcome)


async def add_change(
    session: AsyncSession, tenant_id: str, conversation_id: str, change: GroupChange, clock: Clock
) -> None:
    """Store the newest change of a group, whose conversation is locked."""
    of = {"conversation_id": conversation_id, "tenant_id": tenant_id, "round": change.round}
    of |= {"id": random_id(clock), "created": clock.now()}
    await session.execute(
        insert(GroupChangeRow).values(**of, restart=change.restart, body=change.body, welcome=change.welcome)
    )
    chosen = (ConversationRow.tenant_id == tenant_id, ConversationRow.id == conversation_id)
    await session.execute(update(ConversationRow).where(*chosen).values(round=change.round))


async def place_devices(
    session: AsyncSession, tenant_id: str, conversation_id: str, device_ids: Sequence[str], at: tuple[int, int]
) -> None:
    """Put devices into a group. `at`: the number of the change, and that of the last message before it."""
    await remove_devices(session, tenant_id, conversation_id, device_ids)
    of = {"conversation_id": conversation_id, "tenant_id": tenant_id, "round": at[0], "seq": at[1]}
    if device_ids:
        await session.execute(insert(GroupDeviceRow), [{**of, "device_id": each} for each in device_ids])


async def remove_devices(
    session: AsyncSession, tenant_id: str, conversation_id: str, device_ids: Sequence[str]
) -> None:
    """Take devices out of a group."""
    row = GroupDeviceRow
    chosen = (owned_by(row.tenant_id, tenant_id), row.conversation_id == conversation_id)
    await session.execute(delete(row).where(*chosen, row.device_id.in_(device_ids)))


async def encrypted_of_person(session: AsyncSession, tenant_id: str, person_id: str) -> list[str]:
    """Return the encrypted conversations of a person."""
    row, member = ConversationRow, ConversationMemberRow
    mine = select(member.conversation_id).where(member.tenant_id == tenant_id, member.person_id == person_id)
    chosen = (row.tenant_id == tenant_id, row.round.is_not(None), row.id.in_(mine))
    return list(await session.scalars(select(row.id).where(*chosen)))


async def oldest_seq(session: AsyncSession, tenant_id: str, conversation_id: str, now: datetime) -> int | None:
    """Return the place of the oldest message that has not ended; None if there is none."""
    row = ChatMessageRow
    chosen = (row.tenant_id == tenant_id, row.conversation_id == conversation_id)
    lasting = or_(row.expires.is_(None), row.expires > now)
    return await session.scalar(select(func.min(row.seq)).where(*chosen, lasting))


# ---- end


def change_rows(tenant_id: str) -> Select[str, datetime]:
    """Select id and time of all changes of groups of a tenant."""
    row = GroupChangeRow
    return select(row.id, row.created.label("at")).where(row.tenant_id == tenant_id)


async def delete_changes(session: AsyncSession, tenant_id: str, ids: Sequence[str]) -> None:
    """Delete changes of groups. A device that has missed them is added anew."""
    row = GroupChangeRow
    await session.execute(delete(row).where(owned_by(row.tenant_id, tenant_id), row.id.in_(ids)))
