"""Conference rooms: settings, hosts and PINs of permanent rooms; ad hoc rooms created from calls."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import blake2s
from typing import Literal

from unificx.cluster import Counters
from unificx.conferencing import repository
from unificx.conferencing.events import RoomCreated, RoomDeleted
from unificx.conferencing.machine import values
from unificx.conferencing.models import PinsPart
from unificx.conferencing.repository import NO_PINS
from unificx.conferencing.schemas import NewMeeting, NewRoom, Room, RoomChange, RoomSettings
from unificx.core.access import Access, stating
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from unificx.core.names import check_name
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, MemoryCopy, Page, PageById, UnitOfWork, log_and_continue, shield_until_done
from unificx.identity import (
    CountedAttempt,
    DirectoryCache,
    PasswordHashing,
    PinCaller,
    SharedPinThrottle,
    allocate_number,
    release_number,
    validate_pin,
)
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.privacy import KeyStore

RoomRole = Literal["host", "guest"]
_ROLES: Sequence[RoomRole] = ("host", "guest")
MAX_MEETINGS = 100
"""Meetings of one host; more are refused, because each takes a number."""
_DEFAULTS = RoomSettings()
_ATTEMPTS = 20
"""Random numbers that are tried for the room of a meeting."""


class RoomService:
    """All rooms of the installation. Call `start` first; lookups are served from memory."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        directory: DirectoryCache,
        passwords: PasswordHashing,
        clock: Clock,
        *,
        counters: Counters,
    ) -> None:
        self._database = database
        self._keys = keys
        self._directory = directory
        self._passwords = passwords
        self._clock = clock
        self._pin_guard = SharedPinThrottle(counters, "conference PIN")
        self._rooms = MemoryCopy[Room](lambda room: room.number)
        self.before_deletion: list[Callable[[UnitOfWork, Room], Awaitable[None]]] = []
        """Called in the unit of work that deletes a room."""
        self.uses: list[Callable[[Room], bool]] = []
        """Each returns whether something uses a room; filled by the composition root."""
        # Owner: this node.
        self._ad_hoc: dict[str, Room] = {}

    async def start(self) -> None:
        """Load all rooms."""
        async with self._database.begin() as uow:
            await repository.seal_names(uow.session, self._keys)
        async with self._database.read() as session:
            for room in await repository.all_rooms(session, self._keys):
                self._rooms.put(room)

    # ---- lookups

    def by_number(self, tenant_id: str, number: str) -> Room | None:
        """Return the room with a number."""
        return self._rooms.named(tenant_id, number)

    def by_id(self, room_id: str) -> Room | None:
        return self._rooms.get(room_id) or self._ad_hoc.get(room_id)

    def find(self, tenant_id: str, reference: str) -> Room:
        """Return a room by id or number. Raises NotFound."""
        room = self.by_number(tenant_id, reference) or self.by_id(reference)
        if room is None or room.tenant_id != tenant_id:
            raise _not_found()
        return room

    def rooms_of_tenant(self, tenant_id: str) -> Sequence[Room]:
        """Return the permanent rooms of a tenant in order of creation."""
        return self._rooms.of_tenant(tenant_id)

    def list(
        self, tenant_id: str, cursor: str | None = None, limit: int = 100, *, own: Collection[str] | None = None
    ) -> Page[Room]:
        """Return a page of rooms. With `own`, extension ids, meetings of other hosts are left out.

        Raises Invalid for an invalid cursor.
        """
        rooms = self.rooms_of_tenant(tenant_id)
        visible = [one for one in rooms if own is None or one.booking is None or _has_host(one, own)]
        return PageById.parse(cursor, limit).of_list(visible, lambda one: one.id)

    def meetings_of(self, tenant_id: str, hosts: Collection[str]) -> Sequence[Room]:
        """Return the meetings hosted by one of these extensions, in order of creation."""
        rooms = self.rooms_of_tenant(tenant_id)
        return [one for one in rooms if one.booking is not None and _has_host(one, hosts)]

    # ---- ad hoc rooms

    def open_ad_hoc(
        self, tenant_id: str, *hosts: str, name: str = "", settings: RoomSettings = _DEFAULTS, parent: str = ""
    ) -> Room:
        """Create an in-memory room with these extensions as hosts: for the parties of a call, or as a breakout room of
        the room `parent`."""
        now, id_ = self._clock.now(), self._clock.new_id()
        room = Room(id_, tenant_id, "", name, now, settings, hosts=hosts, ad_hoc=True, parent=parent)
        self._ad_hoc[room.id] = room
        return room

    def close_ad_hoc(self, room: Room) -> None:
        """Delete an empty ad hoc room; permanent rooms are kept, as is one that has breakout rooms."""
        if not any(one.parent == room.id for one in self._ad_hoc.values()):
            self._ad_hoc.pop(room.id, None)

    # ---- changes

    async def create(self, tenant_id: str, new: NewRoom) -> Room:
        """Create a room. Raises Invalid; Conflict if the number is in use."""
        room = Room(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            number=new.number,
            name=check_name(new.name or new.number),
            created=self._clock.now(),
            settings=values.check_settings(new.settings),
            hosts=self._check_hosts(tenant_id, new.hosts),
            has_pin=bool(new.pin),
            has_host_pin=bool(new.host_pin),
            booking=new.booking,
        )
        pins = await self._update_pins(NO_PINS, new.pin, new.host_pin)
        async with self._database.begin() as uow:
            await allocate_number(uow.session, tenant_id, new.number, "room")
            await repository.insert_room(uow.session, self._keys, room, pins)
            uow.publish(RoomCreated(self._clock.new_id(), tenant_id, room.id))
            uow.after_commit.append(partial(self._rooms.put, room))
        return room

    async def create_meeting(self, tenant_id: str, host: str, new: NewMeeting) -> Room:
        """Create a room with a random number for a meeting hosted by an extension. Raises Invalid; Conflict for too
        many meetings of this host, or if no number is free."""
        booking = values.check_booking(new.booking, self._clock.now())
        if len(self.meetings_of(tenant_id, (host,))) >= MAX_MEETINGS:
            raise Conflict(Phrase("You have {} meetings.", MAX_MEETINGS), hint="Delete those that are over.")
        for _ in range(_ATTEMPTS):
            number = values.meeting_number(self._clock.random_bytes(8))
            with suppress(Conflict):
                wanted = NewRoom(number, new.name, hosts=(host,), booking=booking)
                return await self.create(tenant_id, wanted)
        raise Conflict("No number is free for this meeting.", hint="Try again.")

    async def update(self, room: Room, change: RoomChange, condition: Precondition[Room] = unconditional) -> Room:
        """Change a room. Raises Invalid; NotFound for a deleted room; Conflict for an ad hoc room; what `condition`
        raises."""
        _require_permanent(room)
        while True:  # again if other PINs were stored meanwhile: hashing takes too long for a transaction
            pins_before = await self._load_pins(room)
            pins = await self._update_pins(pins_before, change.pin, change.host_pin)
            async with self._database.begin() as uow:
                before = await self._locked(uow, room)
                if before is None:
                    raise _not_found()
                condition(before)
                if await repository.get_pins(uow.session, self._keys, room.tenant_id, room.id) == pins_before:
                    after = self._changed(before, change)
                    await repository.update_room(uow.session, self._keys, after, pins)
                    uow.after_commit.append(partial(self._rooms.put, after))
                    return after

    async def delete(self, room: Room, condition: Precondition[Room] = unconditional) -> None:
        """Delete a room and release its number. Raises Conflict for an ad hoc room, NotFound; what `condition`
        raises."""
        _require_permanent(room)
        async with self._database.begin() as uow:
            stored = await self._locked(uow, room)
            if stored is None:
                raise _not_found()  # its number may be that of another object by now
            condition(stored)
            await self._delete(uow, room)

    async def mark_used(self, room: Room) -> None:
        """Note that a meeting has participants today, from which its retention period counts."""
        today = values.day_of(self._clock.now())
        async with self._database.begin() as uow:
            stored = await self._locked(uow, room)
            if stored is not None and values.is_unmarked(stored, today):
                await repository.mark_used(uow.session, stored, today)
                uow.after_commit.append(partial(self._rooms.put, replace(stored, used=today)))

    async def delete_ended(self) -> None:
        """Delete the meetings whose retention period is over, with their links, except those in use."""
        for room in [one for one in self._rooms if values.is_over(one, self._clock.now())]:
            if not any(is_used(room) for is_used in self.uses):
                with log_and_continue("meeting_not_deleted", tenant=room.tenant_id, room=room.id), suppress(NotFound):
                    await self.delete(room)  # not found: it was deleted meanwhile

    # ---- admission

    async def role_for_pin(self, room: Room, caller: PinCaller, pin: str) -> RoomRole | None:
        """Return the role that a PIN gives to `caller`, or None. An empty PIN gives "guest" if no guest PIN is set.

        Raises TooManyRequests. Attempts are limited for each of the two PINs of its own: one who knows the guest PIN
        and enters it between guesses at the host PIN gains nothing. A check goes on for a while after a hang-up, and
        counts too.
        """
        if not pin and not room.has_pin:
            return "guest"
        with stating(Access("authentication", "conference entry", room.tenant_id)):
            pins = await self._load_pins(room)
        digests: dict[RoomRole, str | None] = {"host": pins.host, "guest": pins.guest}
        names: dict[RoomRole, str] = {one: _pin_name(room, one, digests[one]) for one in _ROLES}
        return await shield_until_done(_check_pin(self._pin_guard, self._passwords, (names, digests), caller, pin))

    # ---- deletion

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Remove a deleted extension from the hosts of all rooms, and delete its meetings. Outbox handler."""
        for room in [one for one in self._rooms if event.extension_id in one.hosts]:
            await repository.lock_row(uow.session, room.tenant_id, room.id)
        await repository.delete_host(uow.session, event.tenant, event.extension_id)
        for room in [one for one in self._rooms if event.extension_id in one.hosts]:
            if room.booking is not None and room.hosts == (event.extension_id,):
                await self._delete(uow, room)
                continue
            left = replace(room, hosts=tuple(one for one in room.hosts if one != event.extension_id))
            uow.after_commit.append(partial(self._rooms.put, left))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the rooms of a deleted tenant. Outbox handler."""
        await repository.delete_tenant_rooms(uow.session, event.tenant)
        for room in self.rooms_of_tenant(event.tenant):
            uow.after_commit.append(partial(self._rooms.drop, room))

    # ---- inside

    async def _delete(self, uow: UnitOfWork, room: Room) -> None:
        for handler in self.before_deletion:
            await handler(uow, room)
        await repository.delete_rooms(uow.session, room.tenant_id, [room.id])
        await release_number(uow.session, room.tenant_id, room.number)
        uow.publish(RoomDeleted(self._clock.new_id(), room.tenant_id, room.id))
        uow.after_commit += [partial(self._rooms.drop, room), partial(self._keys.destroy, room.tenant_id, room.id)]

    async def _locked(self, uow: UnitOfWork, room: Room) -> Room | None:
        """Lock a room until the commit and return it as stored now; None if it was deleted."""
        if not await repository.lock_row(uow.session, room.tenant_id, room.id):
            return None
        return await repository.get_room(uow.session, self._keys, room.tenant_id, room.id)

    def _changed(self, before: Room, change: RoomChange) -> Room:
        name = before.name if change.name is None else check_name(change.name)
        booking = before.booking if change.booking is None else values.check_booking(change.booking, self._clock.now())
        return replace(
            before,
            name=name,
            booking=booking,
            revision=before.revision + ((name, booking) != (before.name, before.booking)),
            settings=values.apply_change(before.settings, change),
            hosts=before.hosts if change.hosts is None else self._check_hosts(before.tenant_id, change.hosts),
            has_pin=before.has_pin if change.pin is None else bool(change.pin),
            has_host_pin=before.has_host_pin if change.host_pin is None else bool(change.host_pin),
        )

    def _check_hosts(self, tenant_id: str, extension_ids: tuple[str, ...]) -> tuple[str, ...]:
        found = [self._directory.extension_by_id(one) for one in extension_ids]
        if any(one is None or one.tenant_id != tenant_id for one in found):
            raise Invalid("A host must be an extension of the same tenant.", field="hosts")
        return values.check_hosts(extension_ids)

    async def _load_pins(self, room: Room) -> PinsPart:
        async with self._database.read() as session:
            return await repository.get_pins(session, self._keys, room.tenant_id, room.id)

    async def _update_pins(self, pins: PinsPart, guest: str | None, host: str | None) -> PinsPart:
        """Return the updated digests; None keeps a PIN, "" removes it. Raises Invalid."""
        if guest and (guest == host or (host is None and await self._passwords.verify(pins.host, guest))):
            raise _pins_must_differ()
        if host and guest is None and await self._passwords.verify(pins.guest, host):
            raise _pins_must_differ()
        if guest is not None:
            pins = replace(pins, guest=await self._passwords.hash(validate_pin(guest)) if guest else None)
        if host is not None:
            pins = replace(pins, host=await self._passwords.hash(validate_pin(host, "host_pin")) if host else None)
        return pins


def _pin_name(room: Room, role: RoomRole, digest: str | None) -> str:
    """Return the name under which attempts at a PIN are counted, another one after each change of the PIN."""
    return f"{room.id} {role} {blake2s((digest or '').encode(), digest_size=8).hexdigest()}"


def _has_host(room: Room, extension_ids: Collection[str]) -> bool:
    return any(one in extension_ids for one in room.hosts)


async def lock_room(uow: UnitOfWork, room: Room) -> None:
    """Lock a room until the commit. Raises NotFound if it was deleted."""
    if not await repository.lock_row(uow.session, room.tenant_id, room.id):
        raise _not_found()


def _not_found() -> NotFound:
    return NotFound("Room not found.")


def _require_permanent(room: Room) -> None:
    if room.ad_hoc:
        raise Conflict("This room was created from a call and cannot be changed.", hint="End the meeting instead.")


def _pins_must_differ() -> Invalid:
    return Invalid("The guest PIN and the host PIN must differ.", field="host_pin")


async def _check_pin(
    guard: SharedPinThrottle,
    passwords: PasswordHashing,
    pins: tuple[Mapping[RoomRole, str], Mapping[RoomRole, str | None]],
    caller: PinCaller,
    pin: str,
) -> RoomRole | None:
    """Count and check an attempt at PINs, of which the names and the digests are given by role."""
    names, digests = pins
    attempts: dict[RoomRole, CountedAttempt] = {}
    try:
        for one in _ROLES:
            attempts[one] = await guard.attempt(names[one], caller)
        if all(attempt.delay for attempt in attempts.values()):
            raise TooManyRequests("Too many wrong PINs.", retry_after=min(a.delay for a in attempts.values()))
        # Always check both, so that the response time reveals nothing.
        right = {one: await passwords.verify(digests[one], pin) for one in _ROLES}
    except (Exception, CancelledError):  # nothing was checked, such as if too many checks wait
        for attempt in attempts.values():
            await guard.withdraw(attempt)
        raise
    role: RoomRole | None = next((one for one in _ROLES if right[one] and not attempts[one].delay), None)
    for counted, attempt in attempts.items() if role is not None else ():
        settle = guard.record_success if counted == role else guard.withdraw
        await settle(attempt)
    return role
