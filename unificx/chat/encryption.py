"""Encryption end to end: the server delivers what the devices of the members encrypt by MLS (RFC 9420), and opens
none of it. It is the Delivery Service of RFC 9750: it stores key packages and decides which change of a group is the
next one."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.attachments import Attachment
from unificx.chat import encryption_repository as store
from unificx.chat import repository
from unificx.chat.dependencies import ChatDependencies
from unificx.chat.events import ConversationChanged
from unificx.chat.schemas import ChatDevice, Conversation, Encrypted, GroupView, NewGroupChange, Party
from unificx.core.errors import Conflict, Forbidden, Invalid
from unificx.core.phrases import Phrase
from unificx.db import UnitOfWork, lock_scope

MAX_DEVICES = 5
"""Devices of a person in encrypted conversations. With another one the oldest one leaves them."""
MAX_KEY_PACKAGES = 50
MAX_CLAIMED = MAX_DEVICES * 50
MAX_PACKAGE, MAX_CHANGE = 4_096, 120_000
"""Bytes of a key package, and of a change or a Welcome: that of a group with 250 devices."""


class StaleRound(Conflict):
    """The group of the conversation has changed: the device has to take the change first."""

    code = "stale_round"


def require_format(conversation: Conversation, encrypted: Encrypted | None) -> None:
    """Raise Conflict for a message or reaction that is not encrypted as its conversation is, StaleRound for one under
    keys that are not the present ones of the group."""
    if conversation.round is None:
        if encrypted is not None:
            raise Conflict("The conversation is not encrypted end to end.", hint="Send it as text.", field="encrypted")
        return
    if encrypted is None:
        raise Conflict(
            "The conversation is encrypted end to end.", hint="Use a client that encrypts messages.", field="text"
        )
    if encrypted.round != conversation.round:
        raise _stale()


def require_files(conversation: Conversation, files: Sequence[Attachment]) -> None:
    """Raise Conflict for files that are not encrypted as their conversation is: what is opaque was not examined."""
    if any((each.kind == "encrypted") != conversation.is_encrypted for each in files):
        raise Conflict(
            "A file has to be encrypted as its conversation is.",
            hint="Upload it with the kind `encrypted` for an encrypted conversation, and without it for another one.",
            field="attachments",
        )


class Encryption:
    """Devices of people, and the groups of encrypted conversations. Only members see and change a group."""

    def __init__(self, deps: ChatDependencies) -> None:
        self._deps = deps
        self._database, self._clock = deps.database, deps.clock

    # ---- devices

    async def register(
        self, party: Party, session_id: str, device_id: str, packages: Sequence[bytes], last_resort: bytes | None
    ) -> int:
        """Register the device of a session in place of an earlier one, or add key packages to it; return the number of
        its packages. Raise Forbidden without a session, Invalid, Conflict for an id in use, TooManyRequests."""
        self._deps.require_on(party)
        await self._deps.limit(party)
        _require_session(session_id)
        _require_sizes((*packages, *([last_resort] if last_resort is not None else [])), MAX_PACKAGE, "key_packages")
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "chat devices", party.tenant_id, party.person_id)
            present = await store.device_of_session(uow.session, party.tenant_id, session_id)
            if present != device_id:
                await self._add_device(uow, party, session_id, device_id, present)
                if last_resort is None:
                    raise Invalid("A new device has a last resort.", field="last_resort")
                of = (uow.session, party.tenant_id, device_id)
                await store.add_packages(*of, [last_resort], self._clock, last_resort=True)
            count = await store.count_packages(uow.session, party.tenant_id, device_id)
            taken = packages[: MAX_KEY_PACKAGES - count]
            await store.add_packages(uow.session, party.tenant_id, device_id, taken, self._clock, last_resort=False)
        return count + len(taken)

    async def _add_device(self, uow: UnitOfWork, party: Party, session_id: str, device_id: str, former: str) -> None:
        if await store.is_known(uow.session, device_id):
            raise Conflict("Another device has this id.", hint="Make a random id.", field="device_id")
        devices = await store.devices_of_person(uow.session, party.tenant_id, party.person_id)
        others = [each for each in devices if each != former]
        leaving = others[: max(0, len(others) - MAX_DEVICES + 1)]
        await store.delete_devices(uow.session, party.tenant_id, [*leaving, *([former] if former else [])])
        await store.add_device(uow.session, party, session_id, device_id, self._clock.now())
        await self._signal_person(uow, party.tenant_id, party.person_id)

    async def session_ended(self, uow: UnitOfWork, tenant_id: str, person_id: str, session_id: str) -> None:
        """Delete the device of a session that has ended. Devices of members then take it out of their groups."""
        device_id = await store.device_of_session(uow.session, tenant_id, session_id)
        if device_id:
            await store.delete_devices(uow.session, tenant_id, [device_id])
            await self._signal_person(uow, tenant_id, person_id)

    # ---- groups

    async def view(self, party: Party, session_id: str, conversation_id: str, after: int) -> GroupView:
        """Return the group of a conversation, with its changes after a number. Raise NotFound, Conflict."""
        async with self._database.read() as session:
            found = await self._encrypted(session, party, conversation_id)
            devices = await store.members_devices(session, party.tenant_id, conversation_id)
            own = await store.device_of_session(session, party.tenant_id, session_id)
            me = next((each for each in devices if each.id == own), None)
            changes = await store.changes_after(session, party.tenant_id, conversation_id, after)
            joined = None if me is None else me.joined
            of = (session, party.tenant_id, conversation_id)
            welcome = None if joined is None or joined <= after else await store.get_change(*of, joined)
            packages = await store.count_packages(session, party.tenant_id, own)
            oldest = await store.oldest_seq(session, party.tenant_id, conversation_id, self._clock.now())
        oldest = found.last_seq + 1 if oldest is None else oldest
        return GroupView(found.round or 0, own, packages, tuple(devices), welcome, changes, oldest)

    async def claim(
        self, party: Party, session_id: str, conversation_id: str, device_ids: Sequence[str]
    ) -> Sequence[tuple[ChatDevice, bytes]]:
        """Take a key package of each of these devices of members; those of others are left out. Raise NotFound,
        Forbidden without a registered device, Conflict, TooManyRequests."""
        await self._deps.limit(party)
        async with self._database.begin() as uow:
            await self._encrypted(uow.session, party, conversation_id)
            await self._own_device(uow.session, party, session_id)
            devices = await store.members_devices(uow.session, party.tenant_id, conversation_id)
            wanted = [each for each in devices if each.id in set(device_ids)]
            taken = [(each, await store.take_package(uow.session, party.tenant_id, each.id)) for each in wanted]
        return [(device, body) for device, body in taken if body is not None]

    async def change(self, party: Party, session_id: str, conversation_id: str, new: NewGroupChange) -> int:
        """Store a change of a group; the first one of a round is it. `new.change.round` is the present round. Return
        its number. Raise NotFound, Forbidden, Invalid, StaleRound, TooManyRequests; Conflict for a new group while a
        device is in the present one."""
        await self._deps.limit(party)
        change = new.change
        _require_sizes((change.body, *([change.welcome] if change.welcome is not None else [])), MAX_CHANGE, "body")
        async with self._database.begin() as uow:
            found = await self._encrypted(uow.session, party, conversation_id, lock=True)
            own = await self._own_device(uow.session, party, session_id)
            if change.round != found.round:
                raise _stale()
            devices = await store.members_devices(uow.session, party.tenant_id, conversation_id)
            _require_place(devices, own, restart=change.restart)
            if not set(new.added) <= {each.id for each in devices}:
                raise Invalid("Only devices of members can be added.", field="added")
            of = (uow.session, party.tenant_id, conversation_id)
            number = change.round + 1
            await store.add_change(*of, replace(change, round=number), self._clock)
            await store.remove_devices(*of, new.removed)
            await store.place_devices(*of, new.added, (number, found.last_seq))
            await self._signal(uow, party.tenant_id, conversation_id)
        return number

    async def leave(self, party: Party, session_id: str, conversation_id: str) -> None:
        """Report that the device has lost the keys of the group: others add it anew. Raise NotFound, Forbidden."""
        await self._deps.limit(party)
        async with self._database.begin() as uow:
            await self._encrypted(uow.session, party, conversation_id)
            own = await self._own_device(uow.session, party, session_id)
            await store.remove_devices(uow.session, party.tenant_id, conversation_id, [own])
            await self._signal(uow, party.tenant_id, conversation_id)

    async def _encrypted(
        self, session: AsyncSession, party: Party, conversation_id: str, *, lock: bool = False
    ) -> Conversation:
        found, _ = await self._deps.member(session, party, conversation_id, lock=lock)
        if found.round is None:
            raise Conflict("The conversation is not encrypted end to end.")
        return found

    @staticmethod
    async def _own_device(session: AsyncSession, party: Party, session_id: str) -> str:
        _require_session(session_id)
        own = await store.device_of_session(session, party.tenant_id, session_id)
        if not own:
            raise Forbidden("Your session has no device for encrypted conversations.", hint="Register one first.")
        return own

    async def _signal_person(self, uow: UnitOfWork, tenant_id: str, person_id: str) -> None:
        for conversation_id in await store.encrypted_of_person(uow.session, tenant_id, person_id):
            await self._signal(uow, tenant_id, conversation_id)

    async def _signal(self, uow: UnitOfWork, tenant_id: str, conversation_id: str) -> None:
        present = await repository.member_ids(uow.session, tenant_id, conversation_id)
        changed = ConversationChanged(tenant_id, conversation_id, present)
        uow.after_commit.append(partial(self._deps.publish, changed))


def _require_place(devices: Sequence[ChatDevice], own: str, *, restart: bool) -> None:
    joined = [each.id for each in devices if each.joined is not None]
    if restart and joined:
        raise StaleRound("A device is in the group of this conversation.", hint="Wait until it adds yours.")
    if not restart and own not in joined:
        raise Forbidden("This device is not in the group of the conversation.", hint="Wait until another adds it.")


def _require_session(session_id: str) -> None:
    if not session_id:
        raise Forbidden("Only a signed-in device takes part in encrypted conversations.", hint="Sign in as a user.")


def _require_sizes(bodies: Sequence[bytes], limit: int, field: str) -> None:
    if any(not 0 < len(each) <= limit for each in bodies):
        raise Invalid(Phrase("It has 1 to {} bytes.", limit), field=field)


def _stale() -> StaleRound:
    return StaleRound("The group of the conversation has changed.", hint="Fetch its changes, then send again.")
