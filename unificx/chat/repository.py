"""All SQL on conversations and their members, and sealing of the names of groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.chat.models import (
    ChatMessageRow,
    ConversationMemberRow,
    ConversationRow,
    GroupChangeRow,
    GroupDeviceRow,
    NamePart,
    PhoneDeliveryRow,
    ReactionRow,
)
from unificx.chat.schemas import Conversation, ConversationKind, Member, MemberRole, Party
from unificx.db import Erased, Keys, PageByTime, SealedCodec

NAME_CODEC = SealedCodec(ConversationRow, NamePart)
_PARTS = (PhoneDeliveryRow, ReactionRow, ChatMessageRow, ConversationMemberRow, GroupChangeRow, GroupDeviceRow)
SHOWN_MEMBERS = 5
"""Members of each conversation in a list of conversations."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Facts that a list shows of a conversation besides the conversation itself."""

    members: tuple[Member, ...]
    member_count: int
    unread: int


# ---- reading


async def conversations_of(
    session: AsyncSession, keys: Keys, tenant_id: str, person_id: str, page: PageByTime
) -> list[tuple[Conversation, Member]]:
    """Return the conversations of a person, with the newest message first."""
    mine = (ConversationMemberRow.tenant_id == tenant_id, ConversationMemberRow.person_id == person_id)
    joined = ConversationRow.id.in_(select(ConversationMemberRow.conversation_id).where(*mine))
    query = select(ConversationRow).where(ConversationRow.tenant_id == tenant_id, joined)
    rows = (await session.scalars(page.apply(query, ConversationRow.changed, ConversationRow.id))).all()
    listed = ConversationMemberRow.conversation_id.in_([row.id for row in rows])
    members = await session.scalars(select(ConversationMemberRow).where(*mine, listed))
    member_of, names = {each.conversation_id: _to_member(each) for each in members}, _names(keys, tenant_id, rows)
    return [(_to_conversation(row, names), member_of[row.id]) for row in rows]


async def get(
    session: AsyncSession, keys: Keys, tenant_id: str, person_id: str, conversation_id: str, *, lock: bool = False
) -> tuple[Conversation, Member] | None:
    """Return a conversation and the member that `person_id` is in it; None for a person who is not. With `lock` no
    other transaction changes it until the end of this one."""
    query = _with_member(tenant_id, person_id).where(ConversationRow.id == conversation_id)
    found = (await session.execute(query.with_for_update(of=ConversationRow) if lock else query)).one_or_none()
    if found is None:
        return None
    row, member = found
    return _to_conversation(row, _names(keys, tenant_id, [row])), _to_member(member)


async def find_pair(session: AsyncSession, tenant_id: str, pair: str) -> str | None:
    """Return the id of the direct conversation of two persons."""
    chosen = (ConversationRow.tenant_id == tenant_id, ConversationRow.pair == pair)
    return await session.scalar(select(ConversationRow.id).where(*chosen))


async def members_of(session: AsyncSession, tenant_id: str, conversation_id: str) -> list[Member]:
    """Return the members of a conversation, in the order in which they have joined."""
    chosen = _members(tenant_id, conversation_id)
    order = (ConversationMemberRow.joined, ConversationMemberRow.person_id)
    return [
        _to_member(row) for row in await session.scalars(select(ConversationMemberRow).where(*chosen).order_by(*order))
    ]


async def member_ids(session: AsyncSession, tenant_id: str, conversation_id: str) -> list[str]:
    """Return the persons who are members of a conversation."""
    return list(
        await session.scalars(select(ConversationMemberRow.person_id).where(*_members(tenant_id, conversation_id)))
    )


async def others_of(session: AsyncSession, party: Party, conversation_ids: Sequence[str]) -> dict[str, str]:
    """Return the other person of each of these conversations of two people."""
    row = ConversationMemberRow
    query = select(row.conversation_id, row.person_id).where(
        row.tenant_id == party.tenant_id,
        row.conversation_id.in_(conversation_ids),
        row.person_id != party.person_id,
    )
    return dict((await session.execute(query)).all())


async def audience(session: AsyncSession, tenant_id: str, conversation_id: str) -> tuple[list[str], set[str]]:
    """Return the persons who are members of a conversation, and those of them who have muted it."""
    query = select(ConversationMemberRow.person_id, ConversationMemberRow.muted)
    found = (await session.execute(query.where(*_members(tenant_id, conversation_id)))).all()
    return [each for each, _ in found], {each for each, muted in found if muted}


async def overviews(
    session: AsyncSession, party: Party, conversation_ids: Sequence[str], now: datetime
) -> dict[str, Overview]:
    """Return the first members, the number of members and that of unread messages, by conversation."""
    row, tenant_id = ConversationMemberRow, party.tenant_id
    of_listed = (row.tenant_id == tenant_id, row.conversation_id.in_(conversation_ids))
    place = func.row_number().over(partition_by=row.conversation_id, order_by=(row.joined, row.person_id))
    ranked = select(row.conversation_id, row.person_id, place.label("place")).where(*of_listed).subquery()
    same = and_(row.conversation_id == ranked.c.conversation_id, row.person_id == ranked.c.person_id)
    first = select(row).join(ranked, same).where(row.tenant_id == tenant_id, ranked.c.place <= SHOWN_MEMBERS)
    members: dict[str, list[Member]] = {each: [] for each in conversation_ids}
    for found in await session.scalars(first.order_by(ranked.c.place)):
        members[found.conversation_id].append(_to_member(found))
    sizes = select(row.conversation_id, func.count()).where(*of_listed).group_by(row.conversation_id)
    size = dict((await session.execute(sizes)).all())
    unread = dict((await session.execute(_unread(party, conversation_ids, now))).all())
    return {each: Overview(tuple(members[each]), size.get(each, 0), unread.get(each, 0)) for each in conversation_ids}


async def memberships_of(session: AsyncSession, tenant_id: str, subject: str) -> list[tuple[str, str]]:
    """Return the conversations in which the person with this data subject is a member, each with the person's id."""
    chosen = (ConversationMemberRow.tenant_id == tenant_id, ConversationMemberRow.subject_id == subject)
    query = select(ConversationMemberRow.conversation_id, ConversationMemberRow.person_id).where(*chosen)
    return list((await session.execute(query)).all())


async def count_memberships(session: AsyncSession, tenant_id: str, subject: str) -> int:
    chosen = (ConversationMemberRow.tenant_id == tenant_id, ConversationMemberRow.subject_id == subject)
    return await session.scalar(select(func.count()).select_from(ConversationMemberRow).where(*chosen)) or 0


# ---- writing


async def add(session: AsyncSession, keys: Keys, conversation: Conversation, subject: str, pair: str | None) -> None:
    """Insert a conversation. `subject` is its own."""
    sealed = _seal_name(keys, conversation, subject) if conversation.name else None
    values = {"id": conversation.id, "tenant_id": conversation.tenant_id, "kind": conversation.kind, "pair": pair}
    times = {"created": conversation.created, "changed": conversation.changed}
    rest: dict[str, Any] = {
        "last_seq": conversation.last_seq,
        "newest": "",
        "period": conversation.period,
        "round": conversation.round,
        "subject_id": subject,
        "sealed": sealed,
    }
    await session.execute(insert(ConversationRow).values(**values, **times, **rest))


async def add_members(
    session: AsyncSession,
    conversation_id: str,
    joining: Sequence[tuple[Party, MemberRole]],
    at: datetime,
    from_seq: int,
) -> None:
    """Insert members who see what is sent after `from_seq`."""
    rows = [
        {
            "conversation_id": conversation_id,
            "person_id": party.person_id,
            "tenant_id": party.tenant_id,
            "subject_id": party.subject,
            "role": role,
            "joined": at,
            "from_seq": from_seq,
            "read_seq": from_seq,
            "delivered_seq": from_seq,
            "shares_marks": True,
            "muted": False,
        }
        for party, role in joining
    ]
    await session.execute(insert(ConversationMemberRow), rows)


async def remove_member(session: AsyncSession, tenant_id: str, conversation_id: str, person_id: str) -> None:
    chosen = (*_members(tenant_id, conversation_id), ConversationMemberRow.person_id == person_id)
    await session.execute(delete(ConversationMemberRow).where(*chosen))


async def update_member(
    session: AsyncSession, tenant_id: str, conversation_id: str, person_id: str, **values: object
) -> None:
    """Set columns of a member."""
    chosen = (*_members(tenant_id, conversation_id), ConversationMemberRow.person_id == person_id)
    await session.execute(update(ConversationMemberRow).where(*chosen).values(**values))


async def update_conversation(session: AsyncSession, keys: Keys, changed: Conversation) -> None:
    """Store name and period of a conversation."""
    chosen = (ConversationRow.tenant_id == changed.tenant_id, ConversationRow.id == changed.id)
    subject = await session.scalar(select(ConversationRow.subject_id).where(*chosen))
    sealed = _seal_name(keys, changed, subject or "") if changed.name else None
    await session.execute(update(ConversationRow).where(*chosen).values(period=changed.period, sealed=sealed))


async def next_seq(
    session: AsyncSession, tenant_id: str, conversation_id: str, new: tuple[str, datetime] | None = None
) -> int:
    """Take the next number of a conversation. `new`: id and time of a new message."""
    chosen = (ConversationRow.tenant_id == tenant_id, ConversationRow.id == conversation_id)
    values: dict[str, Any] = {"last_seq": ConversationRow.last_seq + 1}
    if new is not None:
        values |= {"newest": new[0], "changed": new[1]}
    taken = update(ConversationRow).where(*chosen).values(**values).returning(ConversationRow.last_seq)
    return (await session.execute(taken)).scalar_one()


async def forget_pair(session: AsyncSession, tenant_id: str, conversation_id: str) -> None:
    """Remove the ids of the two members from a direct conversation that one of them has left."""
    chosen = (ConversationRow.tenant_id == tenant_id, ConversationRow.id == conversation_id)
    await session.execute(update(ConversationRow).where(*chosen).values(pair=None))


async def delete_conversation(session: AsyncSession, tenant_id: str, conversation_id: str) -> None:
    """Delete a conversation with everything in it."""
    for row in _PARTS:
        await session.execute(delete(row).where(row.tenant_id == tenant_id, row.conversation_id == conversation_id))
    chosen = (ConversationRow.tenant_id == tenant_id, ConversationRow.id == conversation_id)
    await session.execute(delete(ConversationRow).where(*chosen))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (*_PARTS, ConversationRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


def _to_member(row: ConversationMemberRow) -> Member:
    numbers = (row.from_seq, row.read_seq, row.delivered_seq)
    return Member(row.person_id, cast("MemberRole", row.role), row.joined, *numbers, row.shares_marks, row.muted)


def _seal_name(keys: Keys, conversation: Conversation, subject: str) -> bytes:
    part = NamePart(conversation.name)
    return NAME_CODEC.seal(keys, conversation.tenant_id, [(subject, conversation.id, part)])[0]


def _with_member(tenant_id: str, person_id: str) -> Select[ConversationRow, ConversationMemberRow]:
    same = ConversationMemberRow.conversation_id == ConversationRow.id
    query = select(ConversationRow, ConversationMemberRow).join(ConversationMemberRow, same)
    return query.where(
        ConversationRow.tenant_id == tenant_id,
        ConversationMemberRow.tenant_id == tenant_id,
        ConversationMemberRow.person_id == person_id,
    )


def _unread(party: Party, conversation_ids: Sequence[str], now: datetime) -> Select[str, int]:
    message, member = ChatMessageRow, ConversationMemberRow
    tenant_id, person_id = party.tenant_id, party.person_id
    mine = and_(member.conversation_id == message.conversation_id, member.person_id == person_id)
    lasting = or_(message.expires.is_(None), message.expires > now)
    query = select(message.conversation_id, func.count()).join(member, mine)
    unread = (message.seq > member.read_seq, message.state == "sent", message.person_id != person_id, lasting)
    listed = (message.tenant_id == tenant_id, message.conversation_id.in_(conversation_ids))
    return query.where(*listed, member.tenant_id == tenant_id, *unread).group_by(message.conversation_id)


def _members(tenant_id: str, conversation_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        ConversationMemberRow.tenant_id == tenant_id,
        ConversationMemberRow.conversation_id == conversation_id,
    )


def _names(keys: Keys, tenant_id: str, rows: Sequence[ConversationRow]) -> dict[str, str]:
    items = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    opened = NAME_CODEC.open_by_row(keys, tenant_id, items)
    return {row: "" if isinstance(part, Erased) else part.name for row, part in opened.items()}


def _to_conversation(row: ConversationRow, names: dict[str, str]) -> Conversation:
    kind, name = cast("ConversationKind", row.kind), names.get(row.id, "")
    return Conversation(
        row.id, row.tenant_id, kind, row.created, row.changed, row.last_seq, row.newest, row.period, name, row.round
    )
