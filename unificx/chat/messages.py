"""Messages of conversations: each is stored once, in one order for all members."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.attachments import OpenFile
from unificx.chat import message_repository, repository
from unificx.chat.checks import (
    MAX_PINNED,
    checked_ciphertext,
    checked_emoji,
    checked_mentions,
    checked_message,
    checked_reaction,
    checked_text,
    is_shown,
)
from unificx.chat.dependencies import ChatDependencies
from unificx.chat.encryption import require_files, require_format
from unificx.chat.events import MessageChanged, MessageSent
from unificx.chat.schemas import Conversation, Encrypted, Member, Message, NewMessage, Party
from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import Page, UnitOfWork, invalid_cursor
from unificx.privacy import Period

MAX_PAGE = 100
_Change = Callable[[UnitOfWork, Conversation, Member, Message], Awaitable[Message]]


class Messages:
    """Messages of all conversations. Only members read and send them."""

    def __init__(self, deps: ChatDependencies) -> None:
        self._deps = deps
        self._database, self._keys, self._clock = deps.database, deps.keys, deps.clock

    async def page(
        self, party: Party, conversation_id: str, cursor: str | None = None, limit: int = 50
    ) -> Page[Message]:
        """Return messages, newest first. A cursor is a place. Raise NotFound, Invalid."""
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
            raise invalid_cursor()
        before, size = None if cursor is None else int(cursor), min(limit, MAX_PAGE)
        async with self._database.read() as session:
            reading = await self._reading(session, party, conversation_id)
            found = await message_repository.page(session, self._keys, reading, before, size + 1)
        items = tuple(map(self._deps.shown, found[:size]))
        return Page(items, str(items[-1].seq) if len(found) > size else None)

    async def changed_since(self, party: Party, conversation_id: str, since: int, limit: int = 50) -> Page[Message]:
        """Return what was sent or changed after a number, in this order. `next` is the number to go on with. Raise
        NotFound."""
        size = min(limit, MAX_PAGE)
        async with self._database.read() as session:
            reading = await self._reading(session, party, conversation_id)
            found = await message_repository.changed_since(session, self._keys, reading, since, size + 1)
        items = tuple(map(self._deps.shown, found[:size]))
        return Page(items, str(items[-1].revision) if len(found) > size else None)

    async def pinned(self, party: Party, conversation_id: str) -> Sequence[Message]:
        """Return the pinned messages, the latest one first. Raise NotFound."""
        async with self._database.read() as session:
            reading = await self._reading(session, party, conversation_id)
            found = await message_repository.pinned(session, self._keys, reading, MAX_PINNED)
        return [self._deps.shown(each) for each in found]

    async def _reading(self, session: AsyncSession, party: Party, conversation_id: str) -> message_repository.Reading:
        _, me = await self._deps.member(session, party, conversation_id)
        return message_repository.Reading(party.tenant_id, conversation_id, me, self._clock.now())

    async def open_file(
        self, party: Party, conversation_id: str, attachment_id: str, *, thumbnail: bool = False
    ) -> OpenFile:
        """Open a file of a message that a member sees. Raise NotFound for everyone else, Expired."""
        async with self._database.read() as session:
            reading = await self._reading(session, party, conversation_id)
            found = await self._deps.attachments.message_of(party.tenant_id, attachment_id)
            message = None
            if found is not None and found[0] == conversation_id:
                of = (party.tenant_id, conversation_id, found[1])
                message = await message_repository.get(session, self._keys, *of)
        if message is None or message.state != "sent" or not is_shown(message, reading.member, reading.now):
            raise NotFound("There is no such file.")
        return await self._deps.attachments.open(party.tenant_id, attachment_id, thumbnail=thumbnail)

    async def send(self, party: Party, conversation_id: str, new: NewMessage) -> Message:
        """Store a message; return the present one if its sender has sent this `client_id` before. Raise NotFound,
        Invalid, TooManyRequests; Conflict for another text with the same id, which would be lost."""
        checked_message(new)
        await self._deps.limit(party)
        if new.attachments and not await self._is_sent(party, conversation_id, new.client_id):
            await self._deps.attachments.prepare(self._deps.owner(party), new.attachments)
        async with self._database.begin() as uow:
            found, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            present = await message_repository.find_sent(uow.session, self._keys, party, conversation_id, new.client_id)
            if present is not None:
                return _same_message(present, new)
            person_ids, muted = await repository.audience(uow.session, party.tenant_id, conversation_id)
            require_format(found, new.encrypted)
            await self._require_targets(uow.session, found, me, new, person_ids)
            message = await self._store(uow, party, found, new)
            silent = muted - set(message.mentions)
            audible = [each for each in person_ids if each not in silent]
            await self._deps.queue_for_phones(uow, party.tenant_id, message, audible)
            event = MessageSent(party.tenant_id, message, person_ids, silent)
            uow.after_commit.append(partial(self._deps.publish, event))
        return message

    async def _is_sent(self, party: Party, conversation_id: str, client_id: str) -> bool:
        async with self._database.read() as session:
            found = await message_repository.find_sent(session, self._keys, party, conversation_id, client_id)
        return found is not None

    async def _store(self, uow: UnitOfWork, party: Party, found: Conversation, new: NewMessage) -> Message:
        id_, now, period = random_id(self._clock), self._clock.now(), found.period
        owner, attachments = self._deps.owner(party), self._deps.attachments
        attached = await attachments.attach(uow, owner, new.attachments, found.id, id_)
        require_files(found, attached)
        seq = await repository.next_seq(uow.session, found.tenant_id, found.id, (id_, now))
        message = Message(
            id=id_,
            conversation_id=found.id,
            seq=seq,
            revision=seq,
            client_id=new.client_id,
            person_id=party.person_id,
            state="sent",
            created=now,
            edited=None,
            expires=None if period is None else Period.parse(period).after(now),
            reply_to=new.reply_to,
            text=None if new.encrypted is not None else new.text,
            mentions=new.mentions,
            attachments=attached,
            encrypted=new.encrypted,
        )
        await message_repository.insert_message(uow.session, self._keys, party, message)
        marks = {"read_seq": seq, "delivered_seq": seq}
        await repository.update_member(uow.session, found.tenant_id, found.id, party.person_id, **marks)
        return message

    async def _require_targets(
        self, session: AsyncSession, found: Conversation, me: Member, new: NewMessage, person_ids: list[str]
    ) -> None:
        _require_members(new.mentions, person_ids)
        if new.reply_to is not None:
            answered = await message_repository.get(session, self._keys, found.tenant_id, found.id, new.reply_to)
            if answered is None or not is_shown(answered, me, self._clock.now()):
                raise Invalid("The message to reply to does not exist.", field="reply_to")

    async def edit(
        self, party: Party, conversation_id: str, message_id: str, text: str, mentions: Sequence[str] | None = None
    ) -> Message:
        """Change the text and the mentions of one's own message; None for unchanged. Raise NotFound, Forbidden,
        Invalid, Conflict."""
        checked_text(text)
        checked_mentions(mentions or ())

        async def store(uow: UnitOfWork, found: Conversation, me: Member, message: Message) -> Message:
            del me
            require_format(found, None)
            if message.person_id != party.person_id:
                raise Forbidden("Only the author can change a message.")
            if mentions is not None:
                present = await repository.member_ids(uow.session, party.tenant_id, found.id)
                _require_members([each for each in mentions if each not in message.mentions], present)
                message = replace(message, mentions=tuple(mentions))
            changed = replace(message, text=text, edited=self._clock.now())
            await message_repository.save_text(uow.session, self._keys, party, changed)
            return changed

        return await self._change(party, conversation_id, message_id, store)

    async def edit_encrypted(
        self, party: Party, conversation_id: str, message_id: str, encrypted: Encrypted
    ) -> Message:
        """Change the encrypted body of one's own message. Raise NotFound, Forbidden, Invalid, Conflict."""
        checked_ciphertext(encrypted.body)

        async def store(uow: UnitOfWork, found: Conversation, me: Member, message: Message) -> Message:
            del me
            require_format(found, encrypted)
            if message.person_id != party.person_id:
                raise Forbidden("Only the author can change a message.")
            changed = replace(message, encrypted=encrypted, edited=self._clock.now())
            await message_repository.save_text(uow.session, self._keys, party, changed)
            return changed

        return await self._change(party, conversation_id, message_id, store)

    async def delete(self, party: Party, conversation_id: str, message_id: str) -> None:
        """Delete a message for everyone, as its author or an owner of the group. Raise NotFound, Forbidden."""

        async def withdraw(uow: UnitOfWork, found: Conversation, me: Member, message: Message) -> Message:
            if message.person_id != party.person_id and not (found.kind == "group" and me.role == "owner"):
                raise Forbidden("Only its author and owners of the group can delete a message.")
            await message_repository.withdraw(uow.session, party.tenant_id, message)
            await self._deps.attachments.remove_of_messages(uow, party.tenant_id, [message.id])
            nothing = {"state": "deleted", "text": None, "mentions": (), "reactions": {}, "reply_to": None}
            return replace(message, **nothing, pinned=None, attachments=())

        await self._change(party, conversation_id, message_id, withdraw)

    async def react(self, party: Party, conversation_id: str, message_id: str, reaction: str | Encrypted) -> Message:
        """Set one's reaction to a message, an emoji or the encrypted body of one, in place of an earlier one; "" for
        none. Raise NotFound, Invalid, Conflict, StaleRound."""
        if isinstance(reaction, Encrypted):
            checked_reaction(reaction.body)
        elif reaction:
            checked_emoji(reaction)

        async def store(uow: UnitOfWork, found: Conversation, me: Member, message: Message) -> Message:
            del me
            encrypted = reaction if isinstance(reaction, Encrypted) else None
            if reaction:
                require_format(found, encrypted)
            await message_repository.put_reaction(uow.session, self._keys, party, message, reaction)
            changed = await message_repository.get(uow.session, self._keys, party.tenant_id, found.id, message.id)
            return changed or message

        return await self._change(party, conversation_id, message_id, store)

    async def pin(self, party: Party, conversation_id: str, message_id: str, *, pinned: bool) -> Message:
        """Pin a message for everyone, or unpin it; in a group as one of its owners. Raise NotFound, Forbidden,
        Conflict."""

        async def store(uow: UnitOfWork, found: Conversation, me: Member, message: Message) -> Message:
            if found.kind == "group" and me.role != "owner":
                raise Forbidden("Only owners of the group can pin messages.", hint="Ask an owner of the group.")
            if pinned and message.pinned is None:
                reading = message_repository.Reading(party.tenant_id, found.id, me, self._clock.now())
                present = await message_repository.pinned(uow.session, self._keys, reading, MAX_PINNED)
                if len(present) >= MAX_PINNED:
                    raise Conflict(Phrase("{} messages are pinned here.", MAX_PINNED), hint="Unpin one of them first.")
            now = self._clock.now()
            changed = replace(message, pinned=(message.pinned or now) if pinned else None)
            await message_repository.save_pin(uow.session, party.tenant_id, changed)
            return changed

        return await self._change(party, conversation_id, message_id, store)

    async def _change(self, party: Party, conversation_id: str, message_id: str, change: _Change) -> Message:
        async with self._database.begin() as uow:
            found, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            message = await message_repository.get(
                uow.session, self._keys, party.tenant_id, conversation_id, message_id
            )
            if message is None or message.state != "sent" or not is_shown(message, me, self._clock.now()):
                raise NotFound("There is no such message.")
            revision = await repository.next_seq(uow.session, party.tenant_id, conversation_id)
            changed = await change(uow, found, me, replace(message, revision=revision))
            person_ids = await repository.member_ids(uow.session, party.tenant_id, conversation_id)
            changed = self._deps.shown(changed)
            event = MessageChanged(party.tenant_id, changed, person_ids)
            uow.after_commit.append(partial(self._deps.publish, event))
        return changed


def _require_members(mentions: Sequence[str], person_ids: Sequence[str]) -> None:
    if not set(mentions) <= set(person_ids):
        raise Invalid("Only members of the conversation can be mentioned.", field="mentions")


def _same_message(present: Message, new: NewMessage) -> Message:
    """Return the message that was sent with this `client_id`. Raise Conflict if it was another one."""
    if present.encrypted is not None and new.encrypted is not None:
        return present  # each attempt encrypts the text anew
    if present.state == "sent" and present.edited is None and present.text != new.text:
        raise Conflict(
            "Another message was sent with this client_id.",
            hint="Make a new client_id for each message.",
            field="client_id",
        )
    return present
