"""All SQL on messages and reactions, and their sealing and opening."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Select, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.attachments import Attachment, attachments_of_messages
from unificx.chat.models import MLS, TEXT, BodyPart, ChatMessageRow, ReactionPart, ReactionRow
from unificx.chat.schemas import Encrypted, Member, Message, MessageState, Party
from unificx.db import Erased, Keys, SealedCodec, owned_by

BODY_CODEC = SealedCodec(ChatMessageRow, BodyPart)
REACTION_CODEC = SealedCodec(ReactionRow, ReactionPart)


async def find_sent(
    session: AsyncSession, keys: Keys, party: Party, conversation_id: str, client_id: str
) -> Message | None:
    """Return the message that a sender has sent with this id."""
    chosen = (
        *_of_conversation(party.tenant_id, conversation_id),
        ChatMessageRow.person_id == party.person_id,
        ChatMessageRow.client_id == client_id,
    )
    return await _one(session, keys, party.tenant_id, chosen)


async def authors(
    session: AsyncSession, tenant_id: str, person_ids: Sequence[str], since: datetime, until: datetime
) -> set[str]:
    """Return which of these people have written a message in a period."""
    period = (ChatMessageRow.created >= since, ChatMessageRow.created < until)
    chosen = (owned_by(ChatMessageRow.tenant_id, tenant_id), ChatMessageRow.person_id.in_(person_ids))
    return set(await session.scalars(select(ChatMessageRow.person_id).where(*chosen, *period).distinct()))


async def get(
    session: AsyncSession, keys: Keys, tenant_id: str, conversation_id: str, message_id: str
) -> Message | None:
    chosen = (*_of_conversation(tenant_id, conversation_id), ChatMessageRow.id == message_id)
    return await _one(session, keys, tenant_id, chosen)


async def get_many(session: AsyncSession, keys: Keys, tenant_id: str, message_ids: Sequence[str]) -> dict[str, Message]:
    """Return these messages, by id."""
    chosen = (owned_by(ChatMessageRow.tenant_id, tenant_id), ChatMessageRow.id.in_(message_ids))
    rows = (await session.scalars(select(ChatMessageRow).where(*chosen))).all()
    return {each.id: each for each in await _opened(session, keys, tenant_id, rows)}


async def conversations_with(session: AsyncSession, tenant_id: str, subject: str) -> list[str]:
    """Return the conversations with a message of the person with this data subject."""
    chosen = (ChatMessageRow.tenant_id == tenant_id, ChatMessageRow.subject_id == subject)
    return list(await session.scalars(select(ChatMessageRow.conversation_id).where(*chosen).distinct()))


@dataclass(frozen=True, slots=True)
class Reading:
    """The part of a conversation that a member may read at a time."""

    tenant_id: str
    conversation_id: str
    member: Member
    now: datetime


async def page(session: AsyncSession, keys: Keys, reading: Reading, before: int | None, limit: int) -> list[Message]:
    """Return at most `limit` messages before a place, newest first."""
    query = _visible(reading).order_by(ChatMessageRow.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(ChatMessageRow.seq < before)
    return await _opened(session, keys, reading.tenant_id, (await session.scalars(query)).all())


async def changed_since(session: AsyncSession, keys: Keys, reading: Reading, since: int, limit: int) -> list[Message]:
    """Return at most `limit` messages with a change after this number, in the order of the changes."""
    query = _visible(reading).where(ChatMessageRow.revision > since).order_by(ChatMessageRow.revision).limit(limit)
    return await _opened(session, keys, reading.tenant_id, (await session.scalars(query)).all())


async def pinned(session: AsyncSession, keys: Keys, reading: Reading, limit: int) -> list[Message]:
    """Return at most `limit` pinned messages, the latest one first."""
    query = _visible(reading).where(ChatMessageRow.pinned.is_not(None), ChatMessageRow.state == "sent")
    rows = (await session.scalars(query.order_by(ChatMessageRow.pinned.desc(), ChatMessageRow.seq).limit(limit))).all()
    return await _opened(session, keys, reading.tenant_id, rows)


async def save_pin(session: AsyncSession, tenant_id: str, message: Message) -> None:
    chosen = (ChatMessageRow.tenant_id == tenant_id, ChatMessageRow.id == message.id)
    values = {"revision": message.revision, "pinned": message.pinned}
    await session.execute(update(ChatMessageRow).where(*chosen).values(**values))


async def insert_message(session: AsyncSession, keys: Keys, party: Party, message: Message) -> None:
    await session.execute(
        insert(ChatMessageRow).values(
            id=message.id,
            tenant_id=party.tenant_id,
            conversation_id=message.conversation_id,
            seq=message.seq,
            revision=message.revision,
            person_id=message.person_id,
            client_id=message.client_id,
            state=message.state,
            created=message.created,
            edited=message.edited,
            expires=message.expires,
            reply_to=message.reply_to,
            pinned=message.pinned,
            **_format_of(message),
            subject_id=party.subject,
            sealed=_seal_body(keys, party, message),
        )
    )


async def save_text(session: AsyncSession, keys: Keys, party: Party, message: Message) -> None:
    """Store a changed text of the author `party`."""
    chosen = (ChatMessageRow.tenant_id == party.tenant_id, ChatMessageRow.id == message.id)
    values = {"revision": message.revision, "edited": message.edited, **_format_of(message)}
    await session.execute(
        update(ChatMessageRow).where(*chosen).values(**values, sealed=_seal_body(keys, party, message))
    )


async def withdraw(session: AsyncSession, tenant_id: str, message: Message) -> None:
    """Delete text and reactions of a message; its place stays."""
    of_message = (ReactionRow.tenant_id == tenant_id, ReactionRow.message_id == message.id)
    await session.execute(delete(ReactionRow).where(*of_message))
    chosen = (ChatMessageRow.tenant_id == tenant_id, ChatMessageRow.id == message.id)
    values = {"revision": message.revision, "state": "deleted", "sealed": None, "reply_to": None, "pinned": None}
    await session.execute(update(ChatMessageRow).where(*chosen).values(**values))


async def put_reaction(
    session: AsyncSession, keys: Keys, party: Party, message: Message, reaction: str | Encrypted
) -> None:
    """Store the reaction of a person, in place of an earlier one; "" for none."""
    emoji, round_ = (reaction.body, reaction.round) if isinstance(reaction, Encrypted) else (reaction, None)
    mine = (ReactionRow.message_id == message.id, ReactionRow.person_id == party.person_id)
    await session.execute(delete(ReactionRow).where(ReactionRow.tenant_id == party.tenant_id, *mine))
    if emoji:
        item = (party.subject, f"{message.id}/{party.person_id}", ReactionPart(emoji))
        [sealed] = REACTION_CODEC.seal(keys, party.tenant_id, [item])
        await session.execute(
            insert(ReactionRow).values(
                message_id=message.id,
                person_id=party.person_id,
                tenant_id=party.tenant_id,
                conversation_id=message.conversation_id,
                round=round_,
                subject_id=party.subject,
                sealed=sealed,
            )
        )
    chosen = (ChatMessageRow.tenant_id == party.tenant_id, ChatMessageRow.id == message.id)
    await session.execute(update(ChatMessageRow).where(*chosen).values(revision=message.revision))


async def erase_author(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Remove texts, reactions and ids of an erased person; the places of the messages stay."""
    await session.execute(
        delete(ReactionRow).where(ReactionRow.tenant_id == tenant_id, ReactionRow.subject_id == subject)
    )
    chosen = (ChatMessageRow.tenant_id == tenant_id, ChatMessageRow.subject_id == subject)
    values = {"state": "erased", "person_id": "", "subject_id": "", "client_id": ChatMessageRow.id, "sealed": None}
    await session.execute(update(ChatMessageRow).where(*chosen).values(**values, reply_to=None, pinned=None))


async def delete_messages(session: AsyncSession, tenant_id: str, message_ids: Sequence[str]) -> None:
    """Delete messages whose period has ended."""
    for row, column in ((ReactionRow, ReactionRow.message_id), (ChatMessageRow, ChatMessageRow.id)):
        await session.execute(delete(row).where(owned_by(row.tenant_id, tenant_id), column.in_(message_ids)))


def sent_rows(tenant_id: str) -> Select[str, datetime]:
    """Select id and time of all messages of a tenant."""
    return select(ChatMessageRow.id, ChatMessageRow.created.label("at")).where(ChatMessageRow.tenant_id == tenant_id)


def expiring_rows(tenant_id: str) -> Select[str, datetime | None]:
    """Select id and end of the messages that disappear."""
    expiring = (ChatMessageRow.tenant_id == tenant_id, ChatMessageRow.expires.is_not(None))
    return select(ChatMessageRow.id, ChatMessageRow.expires.label("at")).where(*expiring)


def _of_conversation(tenant_id: str, conversation_id: str) -> tuple[ColumnElement[bool], ...]:
    return (ChatMessageRow.tenant_id == tenant_id, ChatMessageRow.conversation_id == conversation_id)


def _visible(reading: Reading) -> Select[ChatMessageRow]:
    lasting = or_(ChatMessageRow.expires.is_(None), ChatMessageRow.expires > reading.now)
    chosen = _of_conversation(reading.tenant_id, reading.conversation_id)
    # scope: the condition above names the tenant
    return select(ChatMessageRow).where(*chosen, ChatMessageRow.seq > reading.member.from_seq, lasting)


async def _one(
    session: AsyncSession, keys: Keys, tenant_id: str, chosen: Sequence[ColumnElement[bool]]
) -> Message | None:
    # scope: the callers' conditions name the tenant
    row = await session.scalar(select(ChatMessageRow).where(*chosen))
    return None if row is None else (await _opened(session, keys, tenant_id, [row]))[0]


async def _opened(session: AsyncSession, keys: Keys, tenant_id: str, rows: Sequence[ChatMessageRow]) -> list[Message]:
    if not rows:
        return []
    items = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    bodies = BODY_CODEC.open_by_row(keys, tenant_id, items)
    ids = [row.id for row in rows]
    reactions = await _reactions(session, keys, tenant_id, ids)
    files = await attachments_of_messages(session, keys, tenant_id, ids)
    found = [_to_message(row, bodies.get(row.id, Erased()), files.get(row.id, ())) for row in rows]
    return [_with_reactions(each, reactions[each.id]) for each in found]


def _with_reactions(message: Message, reactions: dict[str, str | Encrypted]) -> Message:
    encrypted = {person: each for person, each in reactions.items() if isinstance(each, Encrypted)}
    emoji = {person: each for person, each in reactions.items() if isinstance(each, str)}
    return replace(message, reactions=emoji, encrypted_reactions=encrypted) if reactions else message


async def _reactions(
    session: AsyncSession, keys: Keys, tenant_id: str, message_ids: Sequence[str]
) -> defaultdict[str, dict[str, str | Encrypted]]:
    """Return emoji or encrypted bodies by person, by message."""
    chosen = (owned_by(ReactionRow.tenant_id, tenant_id), ReactionRow.message_id.in_(message_ids))
    rows = (await session.scalars(select(ReactionRow).where(*chosen).order_by(ReactionRow.person_id))).all()
    items = [(row.subject_id, f"{row.message_id}/{row.person_id}", row.sealed) for row in rows]
    found: defaultdict[str, dict[str, str | Encrypted]] = defaultdict(dict)
    for row, part in zip(rows, REACTION_CODEC.open(keys, tenant_id, items), strict=True):
        if not isinstance(part, Erased):
            reaction = part.emoji if row.round is None else Encrypted(row.round, part.emoji)
            found[row.message_id][row.person_id] = reaction
    return found


def _format_of(message: Message) -> dict[str, int | None]:
    encrypted = message.encrypted
    return {"format": TEXT, "round": None} if encrypted is None else {"format": MLS, "round": encrypted.round}


def _seal_body(keys: Keys, party: Party, message: Message) -> bytes:
    text = message.text if message.encrypted is None else message.encrypted.body
    part = BodyPart(text or "", message.mentions)
    return BODY_CODEC.seal(keys, party.tenant_id, [(party.subject, message.id, part)])[0]


def _to_message(row: ChatMessageRow, body: BodyPart | Erased, files: tuple[Attachment, ...]) -> Message:
    erased = isinstance(body, Erased)
    state = "erased" if erased and row.state == "sent" else row.state
    encrypted = None if erased or row.format != MLS else Encrypted(row.round or 0, body.text)
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        revision=row.revision,
        client_id=row.client_id,
        person_id="" if state == "erased" else row.person_id,
        state=cast("MessageState", state),
        created=row.created,
        edited=row.edited,
        expires=row.expires,
        reply_to=row.reply_to,
        text=None if erased or encrypted is not None else body.text,
        mentions=() if erased else body.mentions,
        pinned=row.pinned,
        attachments=() if erased else files,
        encrypted=encrypted,
    )
