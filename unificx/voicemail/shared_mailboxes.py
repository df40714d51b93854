"""Shared mailboxes: each has a number of its own and members with equal access to its messages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from unificx.audio_store import AudioStoreDependencies
from unificx.core.clock import random_id
from unificx.core.errors import Invalid, NotFound
from unificx.core.names import is_name
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import MemoryCopy, Page, UnitOfWork, lock_scope
from unificx.identity import allocate_number, release_number
from unificx.identity.events import ExtensionDeleted
from unificx.privacy import lock_holds
from unificx.voicemail import shared_mailbox_repository as repository
from unificx.voicemail.events import MailboxChanged, SharedMailboxDeleted
from unificx.voicemail.schemas import NewSharedMailbox, SharedMailbox, SharedMailboxChange

MAX_MEMBERS = 100


class SharedMailboxes:
    """All shared mailboxes. Call `start` first; lookups are answered from memory. `empty` erases a mailbox's messages
    and settings."""

    def __init__(
        self, deps: AudioStoreDependencies, empty: Callable[[UnitOfWork, SharedMailbox], Awaitable[None]]
    ) -> None:
        self._database = deps.database
        self._clock = deps.clock
        self._erasure = deps.erasure
        self._empty = empty
        self._boxes = MemoryCopy[SharedMailbox](lambda box: box.number)
        # Owner: the database; derived from the copy above.
        self._by_member: dict[str, tuple[SharedMailbox, ...]] = {}

    async def start(self) -> None:
        async with self._database.read() as session:
            for box in await repository.all_groups(session):
                self._boxes.put(box)
        self._index()

    # ---- lookups

    def by_number(self, tenant_id: str, number: str) -> SharedMailbox | None:
        """The shared mailbox with this number."""
        return self._boxes.named(tenant_id, number)

    def by_id(self, box_id: str) -> SharedMailbox | None:
        return self._boxes.get(box_id)

    def find(self, tenant_id: str, reference: str) -> SharedMailbox:
        """Return a shared mailbox by id or number. Raises NotFound."""
        box = self._boxes.find(tenant_id, reference)
        if box is None:
            raise _not_found()
        return box

    def of_member(self, extension_id: str) -> Sequence[SharedMailbox]:
        """The shared mailboxes an extension is a member of."""
        return self._by_member.get(extension_id, ())

    def owners(self, box_id: str) -> Sequence[str]:
        """The extensions with access to a mailbox: a shared mailbox's members, or the extension itself."""
        box = self._boxes.get(box_id)
        return box.members if box is not None else (box_id,)

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[SharedMailbox]:
        """A page of shared mailboxes, oldest first. Raises Invalid for an invalid cursor."""
        return self._boxes.page(tenant_id, cursor, limit)

    # ---- changing

    async def create(self, tenant_id: str, new: NewSharedMailbox) -> SharedMailbox:
        """Create a shared mailbox. Raises Invalid; Conflict if the number is in use."""
        box = SharedMailbox(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            subject=random_id(self._clock),
            number=new.number,
            name=_valid_name(new.name or new.number),
            members=_valid_members(new.members),
            lamp=new.lamp,
            created=self._clock.now(),
        )
        async with self._database.begin() as uow:
            await allocate_number(uow.session, tenant_id, new.number, "mailbox")
            await repository.add(uow.session, box)
            uow.after_commit.append(lambda: self._put(box))
        return box

    async def update(
        self, box: SharedMailbox, change: SharedMailboxChange, condition: Precondition[SharedMailbox] = unconditional
    ) -> SharedMailbox:
        """Update a shared mailbox. Raises Invalid; NotFound if it no longer exists; what `condition` raises."""
        async with self._database.begin() as uow:
            return await self.update_within(uow, box, change, condition)

    async def update_within(
        self, uow: UnitOfWork, box: SharedMailbox, change: SharedMailboxChange, condition: Precondition[SharedMailbox]
    ) -> SharedMailbox:
        """Update a shared mailbox together with something else, as `update` does."""
        before = await self._lock(uow, box)
        if before is None:
            raise _not_found()
        condition(before)
        after = replace(
            before,
            name=before.name if change.name is None else _valid_name(change.name),
            members=before.members if change.members is None else _valid_members(change.members),
            lamp=before.lamp if change.lamp is None else change.lamp,
        )
        await repository.save(uow.session, after)
        left = [one for one in before.members if one not in after.members]
        self._publish_changes(uow, box.tenant_id, (box.id, *left))
        uow.after_commit.append(lambda: self._put(after))
        return after

    async def delete(self, box: SharedMailbox, condition: Precondition[SharedMailbox] = unconditional) -> None:
        """Delete a shared mailbox with its messages, and release its number. Raises NotFound; what `condition` raises,
        before any message is deleted."""
        async with self._database.begin() as uow:
            await lock_holds(uow.session, box.tenant_id)  # before the mailbox, as when a member is deleted
            stored = await self._lock(uow, box)
            if stored is None:
                raise _not_found()  # its number may be that of another object by now
            condition(stored)
            await self._empty(uow, box)
            await repository.drop(uow.session, box.tenant_id, box.id)
            await release_number(uow.session, box.tenant_id, box.number)
            self._publish_changes(uow, box.tenant_id, stored.members)
            uow.publish(SharedMailboxDeleted(self._clock.new_id(), box.tenant_id, box.subject))
            uow.after_commit.append(lambda: self._drop(box))

    # ---- deletion

    async def on_deleted(self, event: SharedMailboxDeleted, uow: UnitOfWork) -> None:
        """Destroy the key of a deleted mailbox. Outbox handler."""
        del uow
        self._erasure.erase_subject(event.tenant, event.subject)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Remove a deleted extension from all shared mailboxes. Outbox handler."""
        for box in self.of_member(event.extension_id):
            await self._remove_member(box, event.extension_id, uow)

    async def _remove_member(self, box: SharedMailbox, extension_id: str, uow: UnitOfWork) -> None:
        before = await self._lock(uow, box)
        if before is None:
            return
        after = replace(before, members=tuple(one for one in before.members if one != extension_id))
        await repository.save(uow.session, after)
        uow.after_commit.append(lambda: self._put(after))

    async def on_tenant_deleted(self, tenant_id: str, uow: UnitOfWork) -> None:
        await repository.drop_tenant(uow.session, tenant_id)
        for box in self._boxes.of_tenant(tenant_id):
            uow.after_commit.append(lambda box=box: self._drop(box))

    # ---- inside

    async def _lock(self, uow: UnitOfWork, box: SharedMailbox) -> SharedMailbox | None:
        """Lock a mailbox until the commit and return it as stored now; None if it was deleted."""
        await lock_scope(uow.session, "shared mailbox", box.id)
        return await repository.get(uow.session, box.tenant_id, box.id)

    def _publish_changes(self, uow: UnitOfWork, tenant_id: str, box_ids: Sequence[str]) -> None:
        """Publish a change of these mailboxes: also of those of extensions that have lost access to a shared one."""
        for box_id in box_ids:
            uow.publish(MailboxChanged(self._clock.new_id(), tenant_id, box_id))

    def _put(self, box: SharedMailbox) -> None:
        self._boxes.put(box)
        self._index()

    def _drop(self, box: SharedMailbox) -> None:
        self._boxes.drop(box)
        self._index()

    def _index(self) -> None:
        by_member: dict[str, tuple[SharedMailbox, ...]] = {}
        for box in sorted(self._boxes, key=lambda box: box.id):
            for member in box.members:
                by_member[member] = (*by_member.get(member, ()), box)
        self._by_member = by_member


def _not_found() -> NotFound:
    return NotFound("Mailbox not found.")


def _valid_name(text: str) -> str:
    stripped = text.strip()
    if not is_name(stripped, 100):
        raise Invalid("Invalid name. Use 1 to 100 printable characters.", field="name")
    return stripped


def _valid_members(extension_ids: Sequence[str]) -> tuple[str, ...]:
    """Remove duplicates, preserving order. Raises Invalid."""
    found = tuple(dict.fromkeys(extension_ids))
    if len(found) > MAX_MEMBERS:
        raise Invalid(Phrase("Too many members. A mailbox may have at most {}.", MAX_MEMBERS), field="members")
    return found
