"""Conversations and their members."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.chat import delivery_repository, encryption_repository, message_repository, repository
from unificx.chat.checks import (
    MAX_ENCRYPTED_MEMBERS,
    MAX_MEMBERS,
    checked_name,
    is_shown,
    matches,
    pair_of,
    search_words,
)
from unificx.chat.dependencies import ChatDependencies
from unificx.chat.events import ConversationChanged, MarksChanged, MemberTyping
from unificx.chat.schemas import (
    Conversation,
    ConversationChange,
    ConversationView,
    Member,
    MemberRole,
    NewConversation,
    OwnChange,
    Party,
)
from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import Page, PageByTime, UnitOfWork, lock_scope
from unificx.privacy import Period

MAX_SEARCHED = 1_000
MAX_SIGNALLED = 20
"""Members of the largest conversation in which marks are sent to others as they change."""


class Conversations:
    """Conversations of all tenants. Only members see and change them."""

    def __init__(self, deps: ChatDependencies) -> None:
        self._deps = deps
        self._database, self._keys, self._clock = deps.database, deps.keys, deps.clock

    # ---- reading

    async def page(self, party: Party, cursor: str | None = None, limit: int = 50) -> Page[ConversationView]:
        """Return a person's conversations, with the newest message first. Raise Invalid for a malformed cursor."""
        self._deps.require_on(party)
        wanted = PageByTime.parse(cursor, limit)
        async with self._database.read() as session:
            found = await repository.conversations_of(session, self._keys, party.tenant_id, party.person_id, wanted)
            page = wanted.of_rows(found, lambda each: (each[0].changed, each[0].id))
            return Page(tuple(await self._views(session, party, page.items)), page.next)

    async def search(self, party: Party, text: str, limit: int = 20) -> Sequence[ConversationView]:
        """Return a person's conversations by the name of the group, or the name or number of the other person; the
        newest message first. At most the newest thousand are searched."""
        self._deps.require_on(party)
        words = search_words(text)
        if not words:
            return []
        async with self._database.read() as session:
            wanted = PageByTime(None, MAX_SEARCHED)
            found = await repository.conversations_of(session, self._keys, party.tenant_id, party.person_id, wanted)
            direct = [one.id for one, _ in found if one.kind == "direct"]
            others = await repository.others_of(session, party, direct)
            matching = [
                (one, me)
                for one, me in found
                if matches(one.name if one.kind == "group" else self._deps.name(others.get(one.id, "")), words)
            ]
            return await self._views(session, party, matching[:limit])

    async def get(self, party: Party, conversation_id: str) -> ConversationView:
        """Return a conversation with all of its members. Raise NotFound."""
        async with self._database.read() as session:
            found = await self._deps.member(session, party, conversation_id)
            [view] = await self._views(session, party, [found])
            members = await repository.members_of(session, party.tenant_id, conversation_id)
        return replace(view, members=tuple(members))

    async def _views(
        self, session: AsyncSession, party: Party, found: Sequence[tuple[Conversation, Member]]
    ) -> Sequence[ConversationView]:
        if not found:
            return []
        ids, newest_ids = [one.id for one, _ in found], [one.newest for one, _ in found]
        now = self._clock.now()
        overviews = await repository.overviews(session, party, ids, now)
        newest = await message_repository.get_many(session, self._keys, party.tenant_id, newest_ids)
        views: list[ConversationView] = []
        for one, me in found:
            seen, last = overviews[one.id], newest.get(one.newest)
            shown = self._deps.shown(last) if last is not None and is_shown(last, me, now) else None
            views.append(ConversationView(one, me, seen.members, seen.member_count, seen.unread, shown))
        return views

    # ---- changes

    async def create(self, party: Party, new: NewConversation) -> ConversationView:
        """Create a conversation; return the present one for a direct conversation that exists. Raise Invalid,
        TooManyRequests."""
        self._deps.require_on(party)
        await self._deps.limit(party)
        others = self._parties(party, new.members)
        is_direct = len(others) == 1 and not new.name
        name = "" if is_direct else checked_name(new.name)
        _require_size(1 + len(others), encrypted=new.encrypted)
        pair = pair_of((party.person_id, others[0].person_id), encrypted=new.encrypted) if is_direct else None
        async with self._database.begin() as uow:
            if pair is not None:
                await lock_scope(uow.session, "chat", party.tenant_id, pair)
                present = await repository.find_pair(uow.session, party.tenant_id, pair)
            else:
                present = None
            round_ = 0 if new.encrypted else None
            conversation_id = present or await self._add(uow, party, others, (name, pair, round_))
        return await self.get(party, conversation_id)

    async def direct(self, party: Party, reference: str) -> str:
        """Return the id of the direct conversation with the user of an extension, created if there is none. Raise
        Invalid."""
        [other] = self._parties(party, (reference,))
        pair = pair_of((party.person_id, other.person_id))
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "chat", party.tenant_id, pair)
            present = await repository.find_pair(uow.session, party.tenant_id, pair)
            return present or await self._add(uow, party, [other], ("", pair, None))

    async def _add(
        self, uow: UnitOfWork, party: Party, others: Sequence[Party], of: tuple[str, str | None, int | None]
    ) -> str:
        """Add a conversation; `of`: its name, its pair and its round."""
        name, pair, round_ = of
        now, id_ = self._clock.now(), random_id(self._clock)
        kind = "direct" if pair is not None else "group"
        new = Conversation(id_, party.tenant_id, kind, now, now, 0, "", None, name, round_)
        await repository.add(uow.session, self._keys, new, random_id(self._clock), pair)
        own: MemberRole = "member" if kind == "direct" else "owner"
        joining: list[tuple[Party, MemberRole]] = [(party, own), *((each, "member") for each in others)]
        await repository.add_members(uow.session, id_, joining, now, 0)
        self._signal(uow, new, [each.person_id for each, _ in joining])
        return id_

    async def update(self, party: Party, conversation_id: str, change: ConversationChange) -> ConversationView:
        """Change name or period. Raise NotFound, Forbidden, Invalid."""
        async with self._database.begin() as uow:
            before, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            _require_owner(before, me)
            after = before
            if change.name is not None:
                _require_group(before)
                after = replace(after, name=checked_name(change.name))
            if change.period is not None:
                after = replace(after, period=self._checked_period(before, change.period))
            await repository.update_conversation(uow.session, self._keys, after)
            await self._signal_all(uow, after)
        return await self.get(party, conversation_id)

    def _checked_period(self, conversation: Conversation, text: str) -> str | None:
        if not text:
            return None
        period, longest = Period.parse(text), self._deps.period(conversation.tenant_id)
        if period.exceeds(longest):
            raise Invalid(
                Phrase("Messages are stored for {} at most here.", longest.text),
                hint="Choose a shorter period, or none.",
                field="period",
            )
        return str(period)

    async def add_members(self, party: Party, conversation_id: str, references: Sequence[str]) -> ConversationView:
        """Add people to a group; they see what is sent from now on. Raise NotFound, Forbidden, Conflict, Invalid."""
        async with self._database.begin() as uow:
            found, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            _require_group(found)
            _require_owner(found, me)
            others = self._parties(party, references)
            present = set(await repository.member_ids(uow.session, party.tenant_id, conversation_id))
            joining: list[tuple[Party, MemberRole]] = [
                (one, "member") for one in others if one.person_id not in present
            ]
            _require_size(len(present) + len(joining), encrypted=found.is_encrypted)
            if joining:
                await repository.add_members(uow.session, conversation_id, joining, self._clock.now(), found.last_seq)
            await self._signal_all(uow, found)
        return await self.get(party, conversation_id)

    async def remove_member(self, party: Party, conversation_id: str, person_id: str) -> None:
        """Remove a member of a group, as an owner, or leave it. Raise NotFound, Forbidden, Conflict."""
        async with self._database.begin() as uow:
            found, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            _require_group(found)
            if person_id != party.person_id:
                _require_owner(found, me)
            present = await repository.member_ids(uow.session, party.tenant_id, conversation_id)
            if person_id not in present:
                raise NotFound("There is no such member.")
            await repository.remove_member(uow.session, party.tenant_id, conversation_id, person_id)
            await self._settle(uow, party.tenant_id, conversation_id)
            self._signal(uow, found, present)

    async def set_role(self, party: Party, conversation_id: str, person_id: str, role: MemberRole) -> ConversationView:
        """Make a member of a group one of its owners, or take this from them. Raise NotFound, Forbidden, Conflict."""
        async with self._database.begin() as uow:
            found, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            _require_group(found)
            _require_owner(found, me)
            members = await repository.members_of(uow.session, party.tenant_id, conversation_id)
            if all(each.person_id != person_id for each in members):
                raise NotFound("There is no such member.")
            if role != "owner" and not any(each.role == "owner" and each.person_id != person_id for each in members):
                raise Conflict("A group has at least one owner.", hint="Make another member an owner first.")
            await repository.update_member(uow.session, party.tenant_id, conversation_id, person_id, role=role)
            await self._signal_all(uow, found)
        return await self.get(party, conversation_id)

    async def choose(self, party: Party, conversation_id: str, change: OwnChange) -> ConversationView:
        """Choose whether others see what one has received and read, and with it whether one sees theirs, and whether
        only mentions notify. Raise NotFound."""
        async with self._database.begin() as uow:
            found, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            shares = me.shares_marks if change.shares_marks is None else change.shares_marks
            muted = me.muted if change.muted is None else change.muted
            values = {"shares_marks": shares, "muted": muted}
            await repository.update_member(uow.session, party.tenant_id, conversation_id, party.person_id, **values)
            if shares != me.shares_marks:
                await self._signal_all(uow, found)
            else:
                self._signal(uow, found, [party.person_id])
        return await self.get(party, conversation_id)

    async def typing(self, party: Party, conversation_id: str) -> None:
        """Show others for some seconds that one is writing. Sent to those who share their marks, if one does oneself,
        in conversations in which marks are sent. Raise NotFound, TooManyRequests."""
        await self._deps.limit_typing(party)
        async with self._database.read() as session:
            _, me = await self._deps.member(session, party, conversation_id)
            if not me.shares_marks:
                return
            members = await repository.members_of(session, party.tenant_id, conversation_id)
        if len(members) > MAX_SIGNALLED:
            return
        sees = [each.person_id for each in members if each.shares_marks and each.person_id != party.person_id]
        self._deps.publish(MemberTyping(party.tenant_id, conversation_id, party.person_id, sees))

    async def mark(self, party: Party, conversation_id: str, read_seq: int, delivered_seq: int) -> None:
        """Record what one has read and received. Numbers only grow. Raise NotFound."""
        async with self._database.begin() as uow:
            found, me = await self._deps.member(uow.session, party, conversation_id, lock=True)
            read = max(me.read_seq, min(read_seq, found.last_seq))
            delivered = max(me.delivered_seq, read, min(delivered_seq, found.last_seq))
            if (read, delivered) == (me.read_seq, me.delivered_seq):
                return
            await repository.update_member(
                uow.session, party.tenant_id, conversation_id, party.person_id, read_seq=read, delivered_seq=delivered
            )
            members = await repository.members_of(uow.session, party.tenant_id, conversation_id)
            sees = [each.person_id for each in members if me.shares_marks and each.shares_marks]
            watching = {party.person_id, *(sees if len(members) <= MAX_SIGNALLED else ())}
            changed = MarksChanged(party.tenant_id, conversation_id, party.person_id, read, delivered, sorted(watching))
            uow.after_commit.append(partial(self._deps.publish, changed))

    # ---- deletion

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Remove a person from all conversations, and what they have written. Others see a deleted user. Idempotent."""
        async with self._database.begin() as uow:
            memberships = await repository.memberships_of(uow.session, tenant_id, subject)
            await encryption_repository.delete_devices_of(uow.session, tenant_id, subject)
            written = await message_repository.conversations_with(uow.session, tenant_id, subject)
            await message_repository.erase_author(uow.session, tenant_id, subject)
            for conversation_id, person_id in memberships:
                await repository.remove_member(uow.session, tenant_id, conversation_id, person_id)
                await delivery_repository.delete_of_person(uow.session, tenant_id, person_id)
                await repository.forget_pair(uow.session, tenant_id, conversation_id)
                await self._settle(uow, tenant_id, conversation_id)
            for conversation_id in {*written, *(each for each, _ in memberships)}:
                present = await repository.member_ids(uow.session, tenant_id, conversation_id)
                changed = ConversationChanged(tenant_id, conversation_id, present)
                uow.after_commit.append(partial(self._deps.publish, changed))

    async def delete_of_tenant(self, uow: UnitOfWork, tenant_id: str) -> None:
        """Delete everything of a deleted tenant."""
        await repository.delete_of_tenant(uow.session, tenant_id)
        await encryption_repository.delete_of_tenant(uow.session, tenant_id)

    async def _settle(self, uow: UnitOfWork, tenant_id: str, conversation_id: str) -> None:
        """Delete a conversation without members; make the first member of a group without owners its owner."""
        session = uow.session
        left = await repository.members_of(session, tenant_id, conversation_id)
        if not left:
            await repository.delete_conversation(session, tenant_id, conversation_id)
            await self._deps.attachments.remove_of_conversation(uow, tenant_id, conversation_id)
        elif all(each.role != "owner" for each in left):
            await repository.update_member(session, tenant_id, conversation_id, left[0].person_id, role="owner")

    def _parties(self, party: Party, references: Sequence[str]) -> list[Party]:
        """Return the people named, without `party` and each once. Raise Invalid."""
        found = {each.person_id: each for each in (self._deps.party(party.tenant_id, one) for one in references)}
        found.pop(party.person_id, None)
        if not found:
            raise Invalid("Name at least one other person.", field="members")
        return list(found.values())

    async def _signal_all(self, uow: UnitOfWork, conversation: Conversation) -> None:
        present = await repository.member_ids(uow.session, conversation.tenant_id, conversation.id)
        self._signal(uow, conversation, present)

    def _signal(self, uow: UnitOfWork, conversation: Conversation, person_ids: Sequence[str]) -> None:
        changed = ConversationChanged(conversation.tenant_id, conversation.id, person_ids)
        uow.after_commit.append(partial(self._deps.publish, changed))


def _require_group(conversation: Conversation) -> None:
    if conversation.kind != "group":
        raise Conflict("A conversation of two people has no name and no other members.", hint="Create a group.")


def _require_owner(conversation: Conversation, me: Member) -> None:
    if conversation.kind == "group" and me.role != "owner":
        raise Forbidden("Only owners of the group can change this.", hint="Ask an owner of the group.")


def _require_size(members: int, *, encrypted: bool = False) -> None:
    if members > MAX_MEMBERS:
        raise Invalid(Phrase("A group has at most {} members.", MAX_MEMBERS), field="members")
    if encrypted and members > MAX_ENCRYPTED_MEMBERS:
        raise Invalid(
            Phrase("A group that is encrypted end to end has at most {} members.", MAX_ENCRYPTED_MEMBERS),
            field="members",
        )
