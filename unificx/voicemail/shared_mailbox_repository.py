"""All SQL on shared mailboxes."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.voicemail.models import GroupMailboxRow, GroupMemberRow
from unificx.voicemail.schemas import SharedMailbox


async def all_groups(session: AsyncSession) -> list[SharedMailbox]:
    """All shared mailboxes of the installation, for in-memory lookups."""
    # scope: all tenants, because lookups for every tenant are answered from memory
    rows = (await session.scalars(select(GroupMailboxRow).order_by(GroupMailboxRow.id))).all()
    # scope: all tenants, because each mailbox found above names its tenant
    members = (await session.scalars(select(GroupMemberRow).order_by(GroupMemberRow.place))).all()
    by_mailbox: dict[str, list[str]] = {}
    for one in members:
        by_mailbox.setdefault(one.mailbox_id, []).append(one.extension_id)
    return [_shared_mailbox(row, tuple(by_mailbox.get(row.id, ()))) for row in rows]


async def get(session: AsyncSession, tenant_id: str, box_id: str) -> SharedMailbox | None:
    """One shared mailbox, None if it does not exist."""
    conditions = (GroupMailboxRow.tenant_id == tenant_id, GroupMailboxRow.id == box_id)
    row = await session.scalar(select(GroupMailboxRow).where(*conditions))
    if row is None:
        return None
    of_box = (GroupMemberRow.tenant_id == tenant_id, GroupMemberRow.mailbox_id == box_id)
    members = await session.scalars(select(GroupMemberRow.extension_id).where(*of_box).order_by(GroupMemberRow.place))
    return _shared_mailbox(row, tuple(members))


async def add(session: AsyncSession, box: SharedMailbox) -> None:
    values = {"id": box.id, "tenant_id": box.tenant_id, "subject_id": box.subject, "number": box.number}
    values |= {"name": box.name, "lamp": box.lamp, "created": box.created}
    await session.execute(insert(GroupMailboxRow).values(values))
    await _put_members(session, box)


async def save(session: AsyncSession, box: SharedMailbox) -> None:
    conditions = (GroupMailboxRow.tenant_id == box.tenant_id, GroupMailboxRow.id == box.id)
    await session.execute(update(GroupMailboxRow).where(*conditions).values(name=box.name, lamp=box.lamp))
    await _drop_members(session, box.tenant_id, box.id)
    await _put_members(session, box)


async def drop(session: AsyncSession, tenant_id: str, box_id: str) -> None:
    await _drop_members(session, tenant_id, box_id)
    conditions = (GroupMailboxRow.tenant_id == tenant_id, GroupMailboxRow.id == box_id)
    await session.execute(delete(GroupMailboxRow).where(*conditions))


async def drop_tenant(session: AsyncSession, tenant_id: str) -> None:
    for table in (GroupMemberRow, GroupMailboxRow):
        await session.execute(delete(table).where(table.tenant_id == tenant_id))


async def _put_members(session: AsyncSession, box: SharedMailbox) -> None:
    rows = [
        {"mailbox_id": box.id, "extension_id": one, "tenant_id": box.tenant_id, "place": place}
        for place, one in enumerate(box.members)
    ]
    if rows:
        await session.execute(insert(GroupMemberRow).values(rows))


async def _drop_members(session: AsyncSession, tenant_id: str, box_id: str) -> None:
    conditions = (GroupMemberRow.tenant_id == tenant_id, GroupMemberRow.mailbox_id == box_id)
    await session.execute(delete(GroupMemberRow).where(*conditions))


def _shared_mailbox(row: GroupMailboxRow, members: tuple[str, ...]) -> SharedMailbox:
    return SharedMailbox(
        id=row.id,
        tenant_id=row.tenant_id,
        subject=row.subject_id,
        number=row.number,
        name=row.name,
        members=members,
        lamp=row.lamp,
        created=row.created,
    )
